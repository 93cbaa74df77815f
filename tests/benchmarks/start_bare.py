"""Says when a bare window is up and takes drops, and ends. Frozen by frozen_start.py."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow


def said() -> None:
    print(time.monotonic(), flush=True)
    QApplication.quit()


application = QApplication([])
window = QMainWindow()
window.setAcceptDrops(True)
window.resize(900, 560)
window.show()
QTimer.singleShot(0, said)
application.exec()
