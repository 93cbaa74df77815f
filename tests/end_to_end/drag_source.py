"""A small window like a file manager's: what is dragged from it are the files named on the command line.

It prints a line when the drag has begun, and one whenever what is under the mouse takes it or does not any more.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class DragSource(QLabel):
    def __init__(self, paths: list[str]) -> None:
        super().__init__(f"Drag me\n{len(paths)} files")
        self.setWindowTitle("drag source")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setStyleSheet("background: #fffbd6; color: black")
        self.setWindowFlags(Qt.WindowType.X11BypassWindowManagerHint | Qt.WindowType.FramelessWindowHint)
        self.setGeometry(4, 4, 110, 70)
        self._paths = paths

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(path) for path in self._paths])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.actionChanged.connect(_say)
            print("begun", flush=True)
            drag.exec(Qt.DropAction.CopyAction)
            self.hide()  # and stays: the drop is fetched from here after the mouse button was let go


def _say(action: Qt.DropAction) -> None:
    print("taken" if action == Qt.DropAction.CopyAction else "refused", flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    source = DragSource(sys.argv[1:])
    source.show()
    sys.exit(application.exec())
