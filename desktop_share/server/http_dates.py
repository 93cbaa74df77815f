"""Dates in header fields (RFC 9110 section 5.6.7)."""

from __future__ import annotations

import calendar
import math
import re
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62135596800, 253402300799  # years 1 and 9999: all that four digits can say
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_DAY = f"(?:{'|'.join(_DAYS)})"
_LONG_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",  # IMF-fixdate
        rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",  # RFC 850
        rf"{_DAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})",  # asctime
    )
)


def http_date(seconds: float) -> str:
    """IMF-fixdate of seconds since the epoch, rounded down; times beyond the years 1 to 9999 give those years' ends.

    >>> http_date(784111777)
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    whole = math.floor(min(max(seconds, _FIRST), _LAST))
    moment = _EPOCH + timedelta(seconds=whole)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment.year:04d} {moment:%H:%M:%S} GMT"


def parse_http_date(text: str, now: float | None = None) -> float | None:
    """Seconds since the epoch of an HTTP-date in any of its three forms; None for everything else.

    The day's name is not compared with the date: it adds nothing, and nginx and Go do not either. A two-digit
    year that looks more than 50 years ahead of `now` (None: the clock) is in the past.
    """
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            if len(found["year"]) == 2:
                return _within_50_years(found, time.time() if now is None else now)
            return _seconds(int(found["year"]), found)
    return None


def _within_50_years(found: re.Match[str], now: float) -> float | None:
    today = _EPOCH + timedelta(seconds=min(max(now, _FIRST), _LAST))
    year = today.year - today.year % 100 + int(found["year"])
    seconds = _seconds(year, found)
    limit = (today.year + 50, today.month, today.day)
    if (year, _MONTHS.index(found["month"]) + 1, int(found["day"])) > limit:
        seconds = _seconds(year - 100, found)
    return seconds


def _seconds(year: int, found: re.Match[str]) -> float | None:
    month = _MONTHS.index(found["month"]) + 1
    day, hour, minute, second = (int(found[part]) for part in ("day", "hour", "minute", "second"))
    if year < 1 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    if hour > 23 or minute > 59 or second > 60:  # 60: the grammar allows for leap seconds
        return None
    midnight = datetime(year, month, day, tzinfo=UTC) - _EPOCH
    return midnight.total_seconds() + hour * 3600 + minute * 60 + second
