"""Names in an archive: legal on every system that unpacks it, and no two that fall together there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from desktop_share.core.names import MAX_BYTES, legal_name, split_extension

LONGEST = 16_000  # characters of a whole name: with four bytes each still within the 16 bits of a ZIP header
NAMELESS_FOLDER = "Folder"  # `/`, `C:\\`

# What most names are, and legal as it is: a scan of 100,000 files looks at every one, and `legal_name` takes ten times
# as long. What could be a device's name is left to it.
_PLAIN = re.compile(
    r"(?!(?i:con|prn|aux|nul|clock|com|lpt))[\w.](?:[\w .()+,=@&$'!#%~^{}\[\];-]{0,253}[\w)\]}-])?", re.ASCII
)


def entry_part(part: str) -> str:
    """One part of a path on disk (no separator of this system in it) as a part of a name in an archive.

    As `legal_name`, but a dot in front stays: `.gitignore` means something where the folder is unpacked. Never `.`,
    `..` or empty.
    """
    if _PLAIN.fullmatch(part) and part != ".":
        return part
    if not part.startswith("."):
        return legal_name(part)
    # The underscore holds the dot's place: nothing is trimmed before it, nothing composes with it, no device has it
    held = legal_name("_" + part[1:])
    return "." + held[1:] if len(held) > 1 else held


def told_apart(parts: Iterable[tuple[str, bool]]) -> list[str]:
    """The names in an archive of what lies side by side in one folder: pairs of its name and whether it is a folder.

    No two are the same without regard to case, files and folders taken together. Who has a legal name keeps it before
    those that had to be cleaned get theirs; else the first in order does, and the next is `name (2).txt`.

    >>> told_apart([("a:b.txt", False), ("a?b.txt", False), ("a_b.txt", False), ("A_B.txt", True)])
    ['a_b (2).txt', 'a_b (3).txt', 'a_b.txt', 'A_B.txt (2)']
    """
    wanted = [(name, entry_part(name), is_folder) for name, is_folder in parts]
    names = [""] * len(wanted)
    taken: set[str] = set()
    late: list[int] = []
    for index, (name, cleaned, _) in enumerate(wanted):
        key = _key(cleaned)
        if name == cleaned and key not in taken:
            taken.add(key)
            names[index] = cleaned
        else:
            late.append(index)
    counts: dict[tuple[str, bool], int] = {}  # up to which number all are taken, so that many of one name cost no more
    for index in late:
        _, cleaned, is_folder = wanted[index]
        names[index] = _free(cleaned, is_folder, taken, counts)
        taken.add(_key(names[index]))
    return names


def _free(name: str, is_folder: bool, taken: set[str], counts: dict[tuple[str, bool], int]) -> str:
    key = _key(name), is_folder
    if key[0] not in taken:
        return name
    while True:
        counts[key] = counts.get(key, 1) + 1
        numbered = _numbered(name, counts[key], is_folder)
        if _key(numbered) not in taken:
            return numbered


def _numbered(name: str, number: int, is_folder: bool) -> str:
    stem, extension = (name, "") if is_folder else split_extension(name)
    suffix = f" ({number}){extension}"
    room = MAX_BYTES - len(suffix.encode())
    return entry_part(stem.encode()[:room].decode("utf-8", "ignore") + suffix)


def _key(name: str) -> str:
    """The same for names that some system takes for one: canonical caseless matching (Unicode 3.13, D145)."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
