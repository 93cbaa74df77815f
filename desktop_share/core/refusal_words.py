"""Refusals as their owner reads them, in the window and on the terminal."""

from __future__ import annotations

from desktop_share.core.access import Refusal
from desktop_share.core.access_log import Barred

_WORDS: dict[str, tuple[str, str]] = {
    Refusal.UNKNOWN: ("Unknown address", "no link is like that"),
    Refusal.REVOKED: ("Link revoked", "you took it back"),
    Refusal.EXPIRED: ("Link expired", "its time is over"),
    Refusal.USED_UP: ("No downloads left", "all were delivered"),
    Refusal.ALL_TAKEN: ("No download free", "the last ones are under way"),
    Refusal.PASSWORD_NEEDED: ("Asked for the password", ""),
    Refusal.PASSWORD_WRONG: ("Wrong password", ""),
    Refusal.SIGNATURE_WRONG: ("Wrong signature", "the link was changed or taken back"),
    Refusal.NOT_APPROVED: ("Not let in", "you said no, or nothing"),
    Refusal.WAITING: ("Waits for you", "until you allow or deny it"),
    Refusal.TOO_MANY: ("Too many requests", "has to wait a little"),
    Refusal.WRONG_NETWORK: ("Wrong network", "you do not share with this address"),
    Refusal.PAUSED: ("Sharing was paused", ""),
    Refusal.CHANGED: ("The file has changed", "the rest of an older one was wanted"),
    Refusal.SOURCE_MISSING: ("File missing", "it is not where it was on this computer"),
    Barred.WRONG_HOST: ("Wrong address", "another server was meant"),
    Barred.OTHER_SITE: ("Sent by another page", "only the link’s own page can ask for this"),
    Barred.NOT_POSSIBLE: ("Not possible", "links cannot do what was asked for"),
    Barred.FAILED: ("The program failed", "it could not answer"),
}


def refusal_words(why: str) -> tuple[str, str] | None:
    """What they were told, and what that means, '' where that says it all; None for what is no `Visit.why` of this
    version. English: the window translates each."""
    return _WORDS.get(why)
