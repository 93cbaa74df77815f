"""What the terminal mode prints: text with a QR code for people, JSON lines for programs."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TextIO

from desktop_share.core.access_log import Visit
from desktop_share.core.addresses import Reach
from desktop_share.core.approvals import Asking
from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.explanation import Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.link_terms import good_for
from desktop_share.core.names import shown
from desktop_share.core.refusal_words import refusal_words
from desktop_share.core.share_list import ItemState
from desktop_share.core.sharing import SharingState
from desktop_share.core.sizes import human_size
from desktop_share.core.sources import source_path
from desktop_share.core.transfers import Transfer, TransferState

_LEFT_OUT_NAMED = 10  # of what is not in an archive; the rest is counted


class Lines(Protocol):
    def ready(self, state: SharingState, links: Sequence[tuple[SharedItem, str | None]]) -> None:
        """Sharing began: these are the links, each the default one of its item."""

    def explained(self, item: SharedItem, explanation: Explanation) -> None:
        """What a browser gets for the item."""

    def indexed(self, item: SharedItem, state: ItemState) -> None:
        """All that is in a folder has been read: its downloads can be resumed. What was left out, with why."""

    def asking(self, asking: Asking) -> None:
        """Somebody waits to be let in."""

    def refused(self, visit: Visit) -> None:
        """Somebody was not given what they asked for."""

    def transfer(self, transfer: Transfer) -> None:
        """A delivery began, went on or ended."""


def warn(problem: Problem) -> None:
    print(f"desktop-share: {problem}", file=sys.stderr, flush=True)


class OutputError(ShareError):
    """What has to be printed cannot be: the disk is full that it goes to."""


def give_up_output(out: TextIO) -> None:
    """Let what is still in its buffer go nowhere: else the interpreter fails at it again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)


def _print(line: str, out: TextIO) -> None:
    """Raises OutputError; BrokenPipeError where nobody reads any more."""
    try:
        print(line, file=out, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = ("reason", error.strerror or type(error).__name__)
        problem = Problem(
            "no-output", "The links cannot be printed: {reason}.", "Send them to another place.", (reason,)
        )
        raise OutputError(problem) from error


class TextLines:
    """For people. Names and devices are plain text: what is not printable cannot move the cursor.

    `allowed`: the addresses and ranges that may come in beside this computer; none: every one.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.time, *, allowed: Sequence[str] = ()) -> None:
        self._out = out
        self._allowed = allowed
        self._clock = clock
        self._announced: set[str] = set()
        self._indexed: set[str] = set()

    def ready(self, state: SharingState, links: Sequence[tuple[SharedItem, str | None]]) -> None:
        limited = False
        for item, link in links:
            size = "" if item.size is None else f"  {human_size(item.size)}"
            terms = good_for(item.link, self._clock())
            self._say(f"\n{shown(item.download_name)}{size}\n  {link}" + (f"\n  {terms}" if terms else ""))
            limited = limited or bool(terms)
        first = next((link for _, link in links if link), None)
        if first is not None:
            self._qr_code(first, links[0][0] if len(links) > 1 else None)
        limits = ", within the limits below it" if limited else ""
        who = "Anyone who can reach this computer and has a link"
        if self._allowed:
            who = f"Only this computer and {', '.join(map(shown, self._allowed))}"
        elif state.chosen is None or state.chosen.reach is Reach.LOOPBACK:
            who = "Only this computer"
        self._say(f"{who} can open it{limits}. Ctrl-C stops sharing.\n")

    def explained(self, item: SharedItem, explanation: Explanation) -> None:
        lines = [f"What a browser gets for {item.download_name}:", f"  {explanation.status_line}"]
        for field in explanation.fields:
            lines.append(f"  {field.name}: {field.value}")
            if field.meaning.what:
                lines.append(f"      {field.meaning}")
        lines += [f"  * {note}" for note in explanation.notes]
        lines += ["  To save it from a terminal:", f"    {explanation.curl}"]
        lines += ["  In Windows PowerShell:", f"    {explanation.powershell}"]
        self._say("\n".join(map(shown, lines)) + "\n")

    def indexed(self, item: SharedItem, state: ItemState) -> None:
        if item.id in self._indexed:  # once: a folder that changes is read again and again
            return
        self._indexed.add(item.id)
        size = "" if item.size is None else f": {human_size(item.size)}"
        self._say(f"{shown(item.download_name)} is ready{size}")
        if state.left_out_count:
            named = state.left_out[:_LEFT_OUT_NAMED]
            lines = [f"  {shown(each.path)}: {each.why}" for each in named]
            more = state.left_out_count - len(named)
            self._say("\n".join(["Not in it:", *lines, *([f"  and {more} more"] if more else [])]))

    def asking(self, asking: Asking) -> None:
        who = shown(f"{asking.device or 'A device'} ({asking.client})")
        self._say(f"{who} wants {shown(asking.what)}. Let it in? y: yes, o: this once, n: no [{asking.id}]")

    def refused(self, visit: Visit) -> None:
        who = shown(f"{visit.device or 'A device'} ({visit.client})")
        told, why = refusal_words(visit.why) or ("Refused", visit.why)
        self._say(f"{who} did not get {shown(visit.what)}. {shown(f'{told}: {why}' if why else told)}.")

    def transfer(self, transfer: Transfer) -> None:
        who = shown(f"{transfer.device or 'A device'} ({transfer.client})")
        name = shown(transfer.item_name)
        if transfer.state is TransferState.STARTED:
            if transfer.id not in self._announced:
                self._announced.add(transfer.id)
                self._say(f"{who} is getting {name}")
            return
        self._announced.discard(transfer.id)
        if transfer.state is TransferState.FINISHED:
            self._say(f"{who} got {name} ({human_size(transfer.sent)})")
        else:
            self._say(f"{who} did not get all of {name}: {shown(transfer.reason)}")

    def _qr_code(self, link: str, item: SharedItem | None) -> None:
        import segno  # the window imports this module too, and shows no code here

        picture = io.StringIO()
        segno.make(link, error="l", micro=False).terminal(out=picture, compact=True)
        text = picture.getvalue()
        try:
            text.encode(self._out.encoding or "utf-8")
        except UnicodeEncodeError:
            return  # a terminal without block characters cannot show one
        caption = "" if item is None else f"{shown(item.download_name)}:\n"
        self._say(f"\n{caption}{text}")

    def _say(self, text: str) -> None:
        encoding = self._out.encoding or "utf-8"
        _print(text.encode(encoding, "replace").decode(encoding), self._out)


class JsonLines:
    """For programs: one object a line, as ASCII."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._started: set[str] = set()

    def ready(self, state: SharingState, links: Sequence[tuple[SharedItem, str | None]]) -> None:
        self._say(
            {
                "event": "ready",
                "url": state.base_url,
                "port": state.port,
                "items": [
                    {
                        "id": item.id,
                        "name": item.download_name,
                        "path": None if (path := source_path(item.source)) is None else str(path),
                        "link": link,
                    }
                    for item, link in links
                ],
            }
        )

    def explained(self, item: SharedItem, explanation: Explanation) -> None:
        self._say(
            {
                "event": "explained",
                "item": item.id,
                "status": explanation.status_line,
                "headers": [[field.name, field.value] for field in explanation.fields],
                "meanings": [str(field.meaning) for field in explanation.fields],
                "notes": [str(note) for note in explanation.notes],
                "curl": explanation.curl,
                "powershell": explanation.powershell,
            }
        )

    def indexed(self, item: SharedItem, state: ItemState) -> None:
        line: dict[str, object] = {"event": "indexed", "item": item.id}
        if state.left_out_count:
            line["left_out"] = [{"path": each.path, "why": each.why} for each in state.left_out]
            line["left_out_count"] = state.left_out_count
        self._say(line)

    def asking(self, asking: Asking) -> None:
        self._say(
            {
                "event": "asking",
                "id": asking.id,
                "client": asking.client,
                "device": asking.device,
                "name": asking.what,
            }
        )

    def refused(self, visit: Visit) -> None:
        self._say({"event": "refused", "reason": visit.why, "client": visit.client, "name": visit.what})

    def transfer(self, transfer: Transfer) -> None:
        event = str(transfer.state)
        if transfer.state is TransferState.STARTED:
            if transfer.id in self._started:
                event = "progress"
            self._started.add(transfer.id)
        else:
            self._started.discard(transfer.id)
        line = {
            "event": event,
            "transfer": transfer.id,
            "item": transfer.item_id,
            "client": transfer.client,
            "sent": transfer.sent,
            "total": transfer.total,
        }
        if transfer.reason:
            line["reason"] = transfer.reason
        self._say(line)

    def _say(self, line: dict[str, object]) -> None:
        _print(json.dumps(line), self._out)
