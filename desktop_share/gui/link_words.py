"""Links in words that a person reads: what each allows, for how long, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTime

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.names import shown

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class Standing(StrEnum):
    """Whether a link opens anything, as far as it does not depend on who asks."""

    OPEN = "open"
    EXPIRED = "expired"
    USED_UP = "used-up"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LinkSign:
    """What a row of the list says of its links; `icon` of `resources/icons`. `dead`: no link of the item opens it.

    words   from the whole of it to what a narrow row has room for; none where there is nothing to say
    """

    icon: str = ""
    words: tuple[str, ...] = ()
    dead: bool = False


NO_SIGN = LinkSign()


def tr(text: str) -> str:
    return QCoreApplication.translate("Links", text)


def standing(link: Link, now: float) -> Standing:
    """`now` in seconds since the epoch."""
    if link.revoked:
        return Standing.REVOKED
    if link.expires is not None and now >= link.expires:
        return Standing.EXPIRED
    return Standing.USED_UP if link.left == 0 else Standing.OPEN


def standing_words(state: Standing) -> str:
    return {
        Standing.OPEN: tr("open"),
        Standing.EXPIRED: tr("expired"),
        Standing.USED_UP: tr("used up"),
        Standing.REVOKED: tr("revoked"),
    }[state]


def hint_for_dead(state: Standing) -> str:
    """What stands under the QR code of a link that opens nothing."""
    return {
        Standing.EXPIRED: tr("This link has expired: give it more time, or make a new one."),
        Standing.USED_UP: tr("This link is used up: allow more downloads, or make a new one."),
        Standing.REVOKED: tr("You revoked this link: it opens nothing."),
    }.get(state, "")


def title(item: SharedItem, link: Link) -> str:
    """'for Ana', else 'Default link', 'Link 2'."""
    if link.note.strip():
        return shown(link.note.strip())
    if link.token == item.link.token:
        return tr("Default link")
    numbers = {each.token: number for number, each in enumerate(item.links, 1)}
    return tr("Link {number}").format(number=numbers.get(link.token, len(item.links)))


def in_order(item: SharedItem) -> tuple[Link, ...]:
    """As they are listed: the default link first, what was revoked last."""
    default = item.link.token
    return tuple(sorted(item.links, key=lambda link: (link.revoked, link.token != default)))


def allows(link: Link, now: float) -> str:
    """In one line: 'until tomorrow 18:00 · 2 of 3 downloads left · password · asks you'."""
    parts = []
    if (state := standing(link, now)) is not Standing.OPEN:
        parts.append(standing_words(state))
    if link.expires is not None and state is not Standing.REVOKED:
        at = moment(link.expires, now)
        parts.append(at if state is Standing.EXPIRED else tr("until {moment}").format(moment=at))
    if link.limit is not None and state in (Standing.OPEN, Standing.EXPIRED):
        parts.append(downloads_left(link))
    if link.password_hash:
        parts.append(tr("password"))
    if link.ask:
        parts.append(tr("asks you"))
    return " · ".join(parts) or tr("for whoever has it")


def downloads_left(link: Link) -> str:
    """'2 of 3 downloads left', of a limited link."""
    if link.limit == 1:
        return tr("1 download left") if link.left else tr("no download left")
    return tr("{left} of {limit} downloads left").format(left=link.left, limit=link.limit)


def moment(seconds: float, now: float) -> str:
    """On this computer's clock: 'today 18:00', 'tomorrow 18:00', '24 Dec 18:00', with the year where it is another."""
    at, today = _local(seconds), _local(now).date()
    locale = QLocale()
    clock = locale.toString(at.time(), QLocale.FormatType.ShortFormat)
    days = today.daysTo(at.date())
    names = {-1: tr("yesterday {time}"), 0: tr("today {time}"), 1: tr("tomorrow {time}")}
    if days in names:
        return names[days].format(time=clock)
    if at.date().year() == today.year():
        return f"{locale.toString(at.date(), 'd MMM')} {clock}"
    return f"{locale.toString(at.date(), QLocale.FormatType.ShortFormat)} {clock}"


def time_left(seconds: float) -> str:
    """'less than a minute', '12 min', '2 h', '3 days': rounded down, so that it never promises too much."""
    if seconds < _MINUTE:
        return tr("less than a minute")
    if seconds < _HOUR:
        return tr("{count} min").format(count=int(seconds // _MINUTE))
    if seconds < 2 * _DAY:
        return tr("{count} h").format(count=int(seconds // _HOUR))
    return tr("{count} days").format(count=int(seconds // _DAY))


def until_other_words(expires: float, now: float) -> float | None:
    """Seconds until something else has to be said of this expiry; None: nothing ever."""
    left = expires - now
    if left <= 0:
        return None
    unit = _MINUTE if left < _HOUR else _HOUR if left < 2 * _DAY else _DAY
    # just after the change: what is left is rounded down, and a timer may come a little early
    return min(left % unit, left) + 0.05


def expiry_words(expires: float | None, now: float) -> str:
    """Under the choice of an expiry: 'tomorrow 18:00 · in 22 h'; '' for never."""
    if expires is None:
        return ""
    at, left = moment(expires, now), expires - now
    if left <= 0:
        return tr("It expired {moment}.").format(moment=at)
    return tr("It opens until {moment} · {time} left").format(moment=at, time=time_left(left))


def sign_of(item: SharedItem, now: float) -> LinkSign:
    """What the row of an item says: how its default link is limited, or that no link opens it any more."""
    states = [standing(link, now) for link in item.links]
    default = standing(item.link, now)
    if all(state is not Standing.OPEN for state in states):
        what = standing_words(default)
        return LinkSign(
            "warning",
            (tr("Link {state}: make a new one").format(state=what), tr("{state}: new link").format(state=what), what),
            dead=True,
        )
    if default is not Standing.OPEN:
        what = standing_words(default)
        return LinkSign("clock", (tr("default link {state}").format(state=what), what))
    return _limits(item.link, now)


def _limits(link: Link, now: float) -> LinkSign:
    parts, short, icon = [], [], ""
    if link.expires is not None:
        parts.append(tr("expires in {time}").format(time=time_left(link.expires - now)))
        short.append(time_left(link.expires - now))
        icon = "clock"
    if link.limit is not None:
        left = tr("1 download left") if link.limit == 1 else tr("{left} of {limit} left")
        parts.append(left.format(left=link.left, limit=link.limit))
        short.append(f"{link.left}/{link.limit}")
        icon = icon or "count"
    if link.password_hash:
        parts.append(tr("password"))
        icon = icon or "lock"
    if link.ask:
        parts.append(tr("asks you"))
        icon = icon or "lock"
    if not parts:
        return NO_SIGN
    return LinkSign(icon, tuple(dict.fromkeys((" · ".join(parts), parts[0], *short[:1]))))


def dead_links_copied(states: Sequence[Standing], count: int) -> str:
    """What the toast says when `states`, of `count` links that were copied, open nothing."""
    if count == 1:
        return {
            Standing.EXPIRED: tr("Link copied, but it has expired"),
            Standing.USED_UP: tr("Link copied, but it is used up"),
        }.get(states[0], tr("Link copied, but you revoked it"))
    return tr("{count} links copied, {dead} of them open nothing any more").format(count=count, dead=len(states))


def in_days(now: float, days: int = 1) -> float:
    """The same hour, full, so many days later, on this computer's clock: what 'At…' begins with."""
    later = _local(now).addDays(days)
    later.setTime(QTime(later.time().hour(), 0))
    return later.toMSecsSinceEpoch() / 1000


def _local(seconds: float) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(int(seconds * 1000))
