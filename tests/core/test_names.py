"""Names: legal on every system, readable, stable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.names import FALLBACK, MAX_BYTES, legal_name, split_extension

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
GERMANY = "\U0001f1e9\U0001f1ea"


@pytest.mark.parametrize(
    "name",
    [
        "photo.jpg",
        "Quarterly report (final) v1.2.pdf",
        "日本語 🎉.txt",
        "Ünïcödé.tar.gz",
        "a_b-c+d=e@f~g!h#i$j%k^l&m(n)o[p]q{r}s;t,u'v`.txt",
        "_underscored_",
        "-rf",
        "¥100.txt",
        "Screenshot at 9.41\u202fAM.png",  # macOS writes this narrow space itself
        "icon ．full-width dots．.txt",
        "CONTRACT.txt",
        "COM10.txt",
        "console.log",
        "nullable.txt",
        "aux2.txt",
        "x.con",
        f"{FAMILY}.png",
        f"{SCOTLAND}.png",
        f"{GERMANY}.png",
        "\u2764\ufe0f\u200d\U0001f525.png",  # heart on fire
        "1\ufe0f\u20e3.txt",  # keycap
        "می\u200cخواهم.txt",  # Persian needs the non-joiner
        "क्\u200dष.txt",  # Devanagari: a half form
        "അവന\u0d4d\u200d.txt",  # Malayalam chillu at the end of a word
        "葛\U000e0100城.txt",  # a Japanese place name's own glyph
        "\u1820\u180b.txt",  # Mongolian
    ],
)
def test_that_a_legal_name_stays_as_it_is(name: str) -> None:
    assert legal_name(name) == name


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        # separators and their look-alikes
        ("a/b.txt", "a_b.txt"),
        ("..\\..\\windows\\win.ini", "_.._windows_win.ini"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        *((f"a{separator}b.txt", "a_b.txt") for separator in "／＼\u2044\u2215\u29f8\u2216\u29f5\u29f9\ufe68\u2571"),
        # what Windows forbids
        ('<a>:"b"|?*.txt', "_a_b_.txt"),
        ("file.txt:stream", "file.txt_stream"),
        ("C:\\boot.ini", "C_boot.ini"),
        # control characters
        ("nul\x00l.txt", "nul_l.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie_ x=1.txt"),
        ("tab\there", "tab here"),
        ("line\u2028and\u2029paragraph\x85", "line and paragraph"),
        ("bell\x07\x7f\x9b.txt", "bell_.txt"),
        # what changes how a name is seen
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066a\u2069\u2067b\u2069.txt", "ab.txt"),
        ("\u200ea\u200f.txt", "a.txt"),
        ("in\u200bvis\u2060i\ufeffble\u00ad.txt", "invisible.txt"),
        ("\ufeffbom.txt", "bom.txt"),
        ("filler\u3164\uffa0\u115f.txt", "filler.txt"),
        ("tag\U000e0041\U000e0042.txt", "tag.txt"),
        ("\U0001f3f4\U000e0067.png", "\U0001f3f4.png"),  # half a flag
        ("a\u200db\u200cc.txt", "abc.txt"),  # Latin needs no joiner
        ("a\ufe0f.txt", "a.txt"),
        ("\U0001f600\u200d.txt", "\U0001f600.txt"),  # joins nothing
        ("\u2764\ufe0f\ufe0f\ufe0f.txt", "\u2764\ufe0f.txt"),  # one selector a character
        ("x\ufdd0\uffff.txt", "x_.txt"),  # not characters
        # surrogates
        ("caf\udce9.txt", "caf_.txt"),  # Latin-1 on a Linux disk (PEP 383)
        ("\udc93\udcfa\udc96\udc7b.txt", "_.txt"),
        ("\ud83d\ude00.txt", "\U0001f600.txt"),  # two halves are a whole
        ("\ude00\ud83d", "_"),
        # device names of Windows
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Aux.tar.gz", "_Aux.tar.gz"),
        ("com1", "_com1"),
        ("LPT9.log", "_LPT9.log"),
        ("COM0", "_COM0"),
        ("COM¹", "_COM¹"),
        ("lpt².txt", "_lpt².txt"),
        ("CONIN$", "_CONIN$"),
        ("conout$.txt", "_conout$.txt"),
        ("CLOCK$", "_CLOCK$"),
        ("PRN .txt", "_PRN .txt"),
        ("con   ", "_con"),
        ("con.", "_con"),
        ("C\u200bON", "_CON"),
        # dots and spaces at the ends
        ("name.", "name"),
        ("name. . .", "name"),
        ("name.txt  ", "name.txt"),
        ("  name.txt", "name.txt"),
        ("\u3000name.txt\u00a0", "name.txt"),
        (".bashrc", "bashrc"),
        ("...dots", "dots"),
        (". .hidden", "hidden"),
        ("\u200b.hidden", "hidden"),
        # nothing left
        *((nothing, FALLBACK) for nothing in ("", " ", ".", "..", "...", "\u200b", "\u3164", "\u2800", " . ", "\n")),
        ("\x00", "_"),
        ("???", "_"),
        # NFC
        ("e\u0301te\u0301.txt", "été.txt"),
        ("\u1112\u1161\u11ab.txt", "한.txt"),
        ("e\u200b\u0301.txt", "é.txt"),
        ("\u037e.txt", ";.txt"),
    ],
)
def test_that_an_illegal_name_becomes_a_legal_and_readable_one(name: str, legal: str) -> None:
    assert legal_name(name) == legal


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 255),
        ("x" * 300 + ".txt", "x" * 251 + ".txt"),
        ("x" * 300 + ".tar.gz", "x" * 248 + ".tar.gz"),
        ("x" * 300 + ".this is no extension", "x" * 255),
        ("x." + "y" * 300, "x." + "y" * 253),
        ("é" * 200 + ".txt", "é" * 125 + ".txt"),
        ("日" * 100 + ".tar.zst", "日" * 82 + ".tar.zst"),
        ("x" * 249 + "   yyyy.txt", "x" * 249 + ".txt"),
        ("x" * 249 + "....yyyy.txt", "x" * 249 + ".txt"),
        ("x" * 240 + FAMILY + ".txt", "x" * 240 + ".txt"),
        ("x" * 230 + FAMILY + FAMILY + ".txt", "x" * 230 + FAMILY + ".txt"),
        ("x" * 246 + GERMANY + ".txt", "x" * 246 + ".txt"),
        ("x" * 240 + GERMANY + GERMANY + ".txt", "x" * 240 + GERMANY + ".txt"),
        ("x" * 240 + SCOTLAND + ".txt", "x" * 240 + ".txt"),
        ("x" * 246 + "\U0001f44d\U0001f3fd.txt", "x" * 246 + ".txt"),  # a thumb keeps its skin tone or goes
        ("x" * 249 + "q\u0323\u0307.txt", "x" * 249 + ".txt"),
        ("x" + "\u0323" * 300, "x" + "\u0323" * 127),  # no end of marks: cut anywhere
        ("CON" + " " * 300 + "x.txt", "_CON.txt"),
        ("CON." + "x" * 300 + ".txt", "_CON." + "x" * 246 + ".txt"),
    ],
)
def test_that_a_long_name_is_cut_before_its_extension(name: str, legal: str) -> None:
    assert legal_name(name) == legal


PIECES = st.sampled_from(
    [
        *(
            "CON",
            "nul",
            "com¹",
            ".",
            "..",
            " ",
            "/",
            "／",
            "<",
            "\r\n",
            "\x00",
            "e",
            "\u0301",
            "\u0338",
            ".tar.gz",
            ".txt",
        ),
        *(
            "\u200d",
            "\u200c",
            "\ufe0f",
            "\u202e",
            "\u3164",
            "\u2800",
            "\u180b",
            "\U000e0100",
            "\ud83d",
            "\ude00",
            "\udcff",
        ),
        *("\U0001f469", "\u2764", "\U0001f3fd", "\U0001f1e9", "\U0001f3f4", "\U000e0067", "\U000e007f", "क", "\u094d"),
        *("ب", "\u1820", "x" * 100, " " * 250, "é" * 100, "日" * 84, "\u0344", "\u1112\u1161"),
    ]
)
ANY_TEXT = st.one_of(st.text(st.characters(codec=None), max_size=300), st.lists(PIECES, max_size=20).map("".join))


@given(ANY_TEXT)
def test_that_any_text_becomes_a_name_that_is_legal_and_stays_so(text: str) -> None:
    name = legal_name(text)
    assert name
    assert legal_name(name) == name
    assert len(name.encode("utf-8")) <= MAX_BYTES
    assert unicodedata.is_normalized("NFC", name)
    assert name == name.strip() == name.strip(".")
    assert not set(name) & set('/\\<>:"|?*／＼\u2044\u2215\u29f8\u2216\u202e\u200b')
    assert not [c for c in name if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert name.split(".")[0].rstrip().upper() not in ("CON", "NUL", "AUX", "PRN", "COM¹")


@pytest.mark.parametrize(
    ("name", "stem", "extension"),
    [
        ("photo.jpg", "photo", ".jpg"),
        ("photos.tar.gz", "photos", ".tar.gz"),
        ("Photos.TAR.XZ", "Photos", ".TAR.XZ"),
        ("dump.sql.zst", "dump", ".sql.zst"),
        ("movie.7z.001", "movie", ".7z.001"),
        ("types.d.ts", "types", ".d.ts"),
        ("v1.2.3.zip", "v1.2.3", ".zip"),
        ("README", "README", ""),
        (".bashrc", ".bashrc", ""),
        (".config.json", ".config", ".json"),
        (".tar.gz", ".tar", ".gz"),
        ("tar.gz", "tar", ".gz"),
        ("Mr. Smith", "Mr. Smith", ""),
        ("ends with a dot.", "ends with a dot.", ""),
        ("日本語.テキスト", "日本語", ".テキスト"),
        ("a." + "b" * 25, "a." + "b" * 25, ""),
        ("a." + "日" * 24, "a." + "日" * 24, ""),  # 73 bytes
        ("new.line\n", "new.line\n", ""),
        ("", "", ""),
        (".", ".", ""),
        ("..", "..", ""),
    ],
)
def test_that_an_extension_is_split_off_where_there_is_one(name: str, stem: str, extension: str) -> None:
    assert split_extension(name) == (stem, extension)


@given(ANY_TEXT)
def test_that_stem_and_extension_are_the_name(name: str) -> None:
    stem, extension = split_extension(name)
    assert stem + extension == name
    assert stem or not name
