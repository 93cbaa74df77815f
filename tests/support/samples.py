"""Real files of the kinds that people share."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.tools import ROOT

DATA = ROOT / "tests" / "data"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG of 640 × 480."""
    return Path(shutil.copy(DATA / "photo.jpg", tmp_path / "Lake at dusk.jpg"))


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """One page of A4 with a line of text."""
    path = tmp_path / "Minutes of May.pdf"
    path.write_bytes(one_page_pdf("Minutes of May"))
    return path


@pytest.fixture
def tar_gz(tmp_path: Path) -> Path:
    """An archive with a text and 200 kB that do not compress."""
    path = tmp_path / "source-1.2.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("source/README", b"Read me first.\n"), ("source/noise.bin", os.urandom(200_000))):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def japanese(tmp_path: Path) -> Path:
    """A text whose name is Japanese with an emoji outside the Basic Multilingual Plane."""
    path = tmp_path / "北海道旅行の日程🗻.txt"
    path.write_text("一日目: 札幌\n二日目: 小樽\n", "utf-8")
    return path


@pytest.fixture
def samples(photo: Path, pdf: Path, tar_gz: Path, japanese: Path) -> tuple[Path, ...]:
    """A photo, a PDF, an archive, and a name in Japanese."""
    return photo, pdf, tar_gz, japanese


@pytest.fixture
def undecodable(tmp_path: Path) -> Iterator[Path]:
    """A file whose name on disk is Latin-1, not UTF-8: Python shows it with a surrogate escape (PEP 383)."""
    if not sys.platform.startswith("linux"):
        pytest.skip("Windows and macOS have no such names.")
    path = tmp_path / os.fsdecode(b"caf\xe9 menu.txt")
    path.write_bytes(b"espresso\n")
    yield path
    path.unlink(missing_ok=True)  # pytest's own clean-up prints names


def one_page_pdf(text: str) -> bytes:
    """A PDF 1.4 file, its cross-reference table right (ISO 32000-1, 7.5)."""
    stream = f"BT /F1 24 Tf 72 740 Td ({text}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
