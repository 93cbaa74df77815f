"""`--smoke`: the whole program tries itself on a file of its own, in a folder that is gone afterwards.

Every packaged form of the program is tried with it, so it looks at what packaging can lose: libraries that are loaded
late, the program's own files, Qt's plugins.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import platform
import queue
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPMessage
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from desktop_share import __version__
from desktop_share.core.items import SharedItem
from desktop_share.core.media_types import media_type_for
from desktop_share.core.options import Options
from desktop_share.core.paths import resources_dir
from desktop_share.core.share_list import ShareList
from desktop_share.core.start import Start
from desktop_share.core.storage import open_storage
from desktop_share.gui.display import missing_display

if TYPE_CHECKING:
    from desktop_share.gui.main_window import MainWindow
    from desktop_share.parts import Parts

LIMIT = 60.0  # seconds; a program that hangs is ended then

# every library that the program loads, also those that it loads late or only on some days
LIBRARIES = (
    "argon2",
    "click",
    "flask",
    "ifaddr",
    "itsdangerous",
    "limits.strategies",
    "platformdirs",
    "psutil",
    "puremagic",
    "segno",
    "waitress",
    "watchdog.observers",
    "zlib_ng.zlib_ng",
    "PySide6.QtCore",
    "PySide6.QtGui",
    "PySide6.QtNetwork",
    "PySide6.QtSvg",
    "PySide6.QtWidgets",
    *(["jeepney"] if sys.platform == "linux" else []),
)
RESOURCES = ("media_types.json", "icons/desktop-share.svg", "templates/base.html", "static/page.css", "welcome")
PICTURES = {"gif", "jpeg", "png", "svg", "webp"}  # that thumbnails are made of
NAME = "Smoke test 日本.webp"


class SmokeError(Exception):
    """What is not as it should be, in one line."""


def smoke(out: Path | None) -> int:
    """Run and say how it went, to stdout and to `out`. Returns the exit code: 0 when all is well, else 1."""
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        print(line, flush=True)
        if out is not None:
            out.write_text("\n".join(said) + "\n", encoding="utf-8")

    def give_up() -> None:
        say(f"failed: not done after {LIMIT:.0f} seconds")
        os._exit(1)  # whatever hangs would keep an orderly exit from happening

    # needs no Python, whose lock a thread may hold for ever
    faulthandler.dump_traceback_later(LIMIT + 5, exit=True, file=sys.__stderr__ or sys.stderr)
    watchdog = threading.Timer(LIMIT, give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        say(_program())
        _smoke()
    except Exception as error:  # noqa: BLE001  whatever it was: it is the answer
        say("failed: " + " ".join(f"{type(error).__name__}: {error}".split()))
        return 1
    finally:
        watchdog.cancel()
        faulthandler.cancel_dump_traceback_later()
    say("OK")
    return 0


def _program() -> str:
    """'desktop-share 1.0.0, Python 3.11.7, Linux x86_64, frozen'."""
    frozen = ", frozen" if getattr(sys, "frozen", False) else ""
    return (
        f"desktop-share {__version__}, Python {platform.python_version()}, {sys.platform} {platform.machine()}{frozen}"
    )


def _smoke() -> None:
    _check_libraries()
    _check_resources()
    if missing_display() is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="desktop-share-smoke-", ignore_cleanup_errors=True) as folder:
        dropped = Path(folder, NAME)
        dropped.write_bytes(b"\0\r\n" + os.urandom(3_000_000))
        data_dir = Path(folder, "data")
        items = _drop_and_download(data_dir, dropped)
        _check_kept(data_dir, items)


def _check_libraries() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)


def _check_resources() -> None:
    missing = [name for name in RESOURCES if not (resources_dir() / name).exists()]
    if missing:
        raise SmokeError(f"{', '.join(missing)} is not in {resources_dir()}")
    _same("the media type by the table", media_type_for(NAME), "image/webp")


def _same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SmokeError(f"{what} is {found!r} instead of {wanted!r}")


# -- the window, the drop, the download


def _drop_and_download(data_dir: Path, dropped: Path) -> tuple[SharedItem, ...]:
    """Open the window as the program does, and drop the file on it. Returns the list as it was in the end: what is seen
    of a file on the disk is noted in its item some time after the drop."""
    from desktop_share.app import run

    with ThreadPoolExecutor(1, "smoke") as worker:
        started: list[Future[None]] = []
        lists: list[ShareList] = []

        def shown(parts: Parts, window: MainWindow) -> None:
            _check_qt()
            _drop(window, dropped)
            download = worker.submit(_download_when_shared, parts, dropped)
            download.add_done_callback(lambda _: _quit())
            started.append(download)
            lists.append(parts.share_list)

        run(Start.of(Options(data_dir, bind="127.0.0.1", port=0)), shown)
        started[0].result()
        return lists[0].snapshot()


def _quit() -> None:
    """From any thread. `QApplication.quit` itself waits for the window's thread, with Python's lock held."""
    from PySide6.QtCore import QCoreApplication, QMetaObject, Qt

    application = QCoreApplication.instance()
    assert application is not None
    QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)


def _check_qt() -> None:
    from PySide6.QtGui import QImageReader

    from desktop_share.gui.icons import app_icon

    formats = {bytes(each.data()).decode() for each in QImageReader.supportedImageFormats()}
    if not formats >= PICTURES:
        raise SmokeError(f"Qt reads no {', '.join(sorted(PICTURES - formats))}")
    if not app_icon().pixmap(64).toImage().pixelColor(32, 8).blue():
        raise SmokeError("the program's icon is not drawn")


def _drop(window: MainWindow, path: Path) -> None:
    """As a file manager's drag does, over the middle of the window."""
    from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QApplication

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where, copy = QPointF(window.rect().center()), Qt.DropAction.CopyAction
    held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(where.toPoint(), copy, *held), QDropEvent(where, copy, *held)):
        QApplication.sendEvent(window, event)
        if not event.isAccepted():
            raise SmokeError("the window takes no drop")


def _download_when_shared(parts: Parts, dropped: Path) -> None:
    """On a thread of its own: wait for the link, and fetch by it what a recipient would."""
    link = _link(parts)
    content = dropped.read_bytes()
    headers, body = _get(link)
    _same("the downloaded content's length", len(body), len(content))
    _same("that the downloaded content is the file's", body == content, True)
    _same("Content-Length", headers["Content-Length"], str(len(content)))
    _same("Content-Type", headers.get_content_type(), "image/webp")
    _same("Content-Disposition", headers.get_content_disposition(), "attachment")
    _same("that the recipient saves it under its name", quote(NAME) in headers["Content-Disposition"], True)
    _, page = _get(link.replace("/d/", "/s/", 1).rsplit("/", 1)[0])
    _same("that the item's page names the file", NAME in page.decode("utf-8"), True)


def _link(parts: Parts) -> str:
    """The link to the item, once there is one."""
    with _changes(parts.share_list.changed.subscribe, parts.sharing.changed.subscribe) as changed:
        end = time.monotonic() + LIMIT
        while True:
            items = parts.share_list.snapshot()
            link = parts.sharing.state.link_for(items[0]) if items else None
            if link is not None:
                return link
            try:
                changed.get(timeout=end - time.monotonic())
            except queue.Empty:
                raise SmokeError("there is no link for what was dropped") from None


@contextmanager
def _changes(
    *subscribe: Callable[[Callable[[object], None]], Callable[[], None]],
) -> Iterator[queue.SimpleQueue[object]]:
    changed: queue.SimpleQueue[object] = queue.SimpleQueue()
    ends = [each(changed.put) for each in subscribe]
    try:
        yield changed
    finally:
        for end in ends:
            end()


def _get(link: str) -> tuple[HTTPMessage, bytes]:
    """Headers and body, by no proxy: the link is on this computer. Raises urllib.error.URLError."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(link, timeout=20) as answer:
        return answer.headers, answer.read()


# -- the next start


def _check_kept(data_dir: Path, items: tuple[SharedItem, ...]) -> None:
    opened = open_storage(data_dir)
    try:
        for problem in opened.problems:
            raise SmokeError(f"the storage says: {problem}")
        _same("what the storage brings back", ShareList(opened.storage).snapshot(), items)
    finally:
        opened.storage.close()
