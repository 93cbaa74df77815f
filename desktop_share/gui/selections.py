"""Several items as one ZIP: what it is called. What is in it: `core/selection.py`."""

from __future__ import annotations

import time
from collections.abc import Collection

from PySide6.QtCore import QCoreApplication

from desktop_share.gui.pasted import unused


def selection_name(count: int, now: float, taken: Collection[str]) -> str:
    """'3 items 2026-11-22.zip', told apart from the names in `taken`."""
    words = QCoreApplication.translate("Pasted", "1 item" if count == 1 else "{count} items").format(count=count)
    return unused(f"{words} {time.strftime('%Y-%m-%d', time.localtime(now))}", ".zip", taken)
