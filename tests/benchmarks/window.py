"""How late a window's event loop runs while the engine in the same process serves as fast as it can.

python window.py FOLDER SECONDS    prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from peers import free_port
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from site_app import own_app

from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.thread import ServerThread

STEP = 0.005


def lateness(application: QCoreApplication, seconds: float) -> list[float]:
    """Milliseconds by which each tick of a 5 ms timer came late."""
    late: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        late.append(max(now - last[0] - STEP, 0.0) * 1000)
        last[0] = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=int(STEP * 1000))
    timer.timeout.connect(tick)
    timer.start()
    QTimer.singleShot(int(seconds * 1000), application.quit)
    application.exec()
    return sorted(late)


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    application = QCoreApplication([])
    book = TransferBook()
    sink = Path(__file__).with_name("sink.py")
    results = {}
    port = free_port()
    with ServerThread(own_app(folder, port, book), ["127.0.0.1"], port, tick=book.tick) as server:
        results["idle"] = lateness(application, 1.0)
        arguments = json.dumps({"mode": "many", "path": "/big", "ranges": [None] * 8})
        client = subprocess.Popen([sys.executable, str(sink), str(server.port), arguments], stdout=subprocess.DEVNULL)
        results["serving"] = lateness(application, seconds)
        client.terminate()
        client.wait()
    print(json.dumps({name: late[int(len(late) * 0.99)] for name, late in results.items()}))


if __name__ == "__main__":
    main()
