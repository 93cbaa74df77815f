"""Sizes, rates and times as people read them: decimal units, three figures."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def human_size(count: int) -> str:
    """'0 B', '999 B', '61.0 kB', '2.9 MB', '107 GB': three figures, or one behind the point below 100."""
    value = float(count)
    for unit in _UNITS:
        rounded = round(value) if unit == "B" or value >= 99.95 else round(value, 1)
        if rounded < 1000 or unit == _UNITS[-1]:
            return f"{rounded} {unit}"
        value /= 1000
    raise AssertionError("the last unit holds everything")


def human_rate(bytes_per_second: float) -> str:
    """'2.9 MB/s'."""
    return f"{human_size(round(bytes_per_second))}/s"


def human_duration(seconds: float) -> str:
    """'8 s', '4 min', '2 h 5 min': rounded up, as a time that is still to wait."""
    whole = max(int(-(-seconds // 1)), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def counted(count: int, thing: str) -> str:
    """'1 file', '1,204 files'."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
