"""A list that changes and changes, kept on disk: run as a program by the test that kills it.

`python kept_changes.py FOLDER SEED` prints the number of each change when it is finished.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import Link
from desktop_share.core.share_list import Removed, ShareList
from desktop_share.core.sources import FileSource
from desktop_share.core.storage import open_storage


def change(shared: ShareList, seed: int, number: int, removed: list[Removed]) -> None:
    """Make the change that `seed`, `number` and the list as it is stand for: the same one every time."""
    chance = random.Random(f"{seed}/{number}")
    ids = [item.id for item in shared.snapshot()]
    some = chance.sample(ids, min(len(ids), 5))
    kind = chance.choice(["add", "add", "rename", "flip", "remove", "restore", "move"])
    if kind == "add" or not ids:
        names = [f"{seed}-{number}-{each}" for each in range(chance.choice([1, 3, 200]))]
        shared.add(
            [SharedItem(FileSource(Path(f"/files/{name}")), 1.0, id=name, links=(Link(f"t{name}"),)) for name in names]
        )
    elif kind == "rename":
        shared.update(some, lambda item: item.renamed(f"{number}.txt"))
    elif kind == "flip":
        shared.update(ids, lambda item: item.with_disposition(chance.choice(list(Disposition))))
    elif kind == "remove":
        removed.append(shared.remove(some if chance.random() < 0.8 else ids))
    elif kind == "restore" and removed:
        shared.restore(removed.pop())
    else:
        shared.move(some, chance.randrange(len(ids) + 1))


def main(folder: Path, seed: int) -> None:
    shared = ShareList(open_storage(folder).storage)
    removed: list[Removed] = []
    number = 0
    while True:
        change(shared, seed, number, removed)
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
