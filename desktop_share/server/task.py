"""One request in a worker: the WSGI environment, the application, and the handing over of its body."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.task import ErrorTask, WSGITask

from desktop_share.server.bodies import SegmentBody
from desktop_share.server.parking import PARKS, WAITED, Parked, Parking
from desktop_share.server.parsing import RequestParser

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from desktop_share.server.channel import Channel

logger = logging.getLogger(__name__)

# Keys of the WSGI environment, beside PEP 3333's
TARGET = "desktop_share.target"  # str: the request target as it stands in the request line
HOST_VALUES = "desktop_share.host_values"  # tuple[str, ...]: the Host lines, one; or none in HTTP/1.0
RANGE_LINES = "desktop_share.range_lines"  # int: how many Range lines there were
CUT = (
    "desktop_share.cut"  # () -> None: closes the connection while it answers this request; any thread, returns at once
)
_HAND_OVER = "desktop_share.hand_over"


def handing_over(application: WSGIApplication) -> WSGIApplication:
    """The application, with every SegmentBody that it returns handed to the channel, and a request parked there for
    every Parked."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        result = application(environ, start_response)
        if isinstance(result, Parked):
            raise Parking(result)
        if isinstance(result, SegmentBody):
            return environ[_HAND_OVER](result)  # type: ignore[no-any-return]
        return result

    return app


def client_address(address: tuple[Any, ...]) -> str:
    """The other end as a policy knows it: a link-local address with the adapter that it came through, which `accept`
    tells as a number beside it ('fe80::1%eth0'; on Windows adapters have numbers only, 'fe80::1%12')."""
    ip, scope = str(address[0]), address[3] if len(address) > 3 else 0
    if not scope or "%" in ip:
        return ip
    try:
        return f"{ip}%{scope if sys.platform == 'win32' else socket.if_indextoname(scope)}"
    except OSError:  # it is gone by now
        return ip


class HandedOver(ReadOnlyFileBasedBuffer):
    """What waitress's task takes for a file of its own: it writes the head and gives this to `write_soon`."""

    def __init__(self, body: SegmentBody, task: Task) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # there is no one file
        self.body = body
        self._task = task
        self._is_under_way = False

    def prepare(self, size: int | None = None) -> int:
        """Called once, with the Content-Length. 0: there is nothing to send, or a body without a length, which is on
        its way already; this is iterated and closed instead."""
        if size is not None and size != self.body.length:
            raise ValueError(f"Content-Length {size} on a body of {self.body.length} bytes")
        if self._task.is_bodiless:
            return 0
        if self.body.length is None:
            self._hand_over_stream()
            return 0
        if self.body.length:
            self._task.channel.hold_head()
        return self.body.length

    def _hand_over_stream(self) -> None:
        """What waitress does for a file, which it cannot without a length."""
        task = self._task
        task.is_framed = True
        task.channel.hold_head()
        task.write(b"")
        if task.chunked_response:
            self.body.in_chunks()
        task.channel.write_soon(self)
        self._is_under_way = True

    def __len__(self) -> int:
        return self.body.length or 0

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        return iter(())

    def close(self) -> None:
        if self._task.is_bodiless:
            self.body.finish()
        elif not self._is_under_way:
            self.body.close()


class Task(WSGITask):
    channel: Channel
    request: RequestParser  # type: ignore[assignment]  # the stubs say Error
    logger = logger
    is_framed = False  # the body brings its own end, so that the connection can be used again

    @property
    def is_bodiless(self) -> bool:
        return self.request.command == "HEAD" or not self.has_body

    def get_environment(self) -> WSGIEnvironment:
        if self.environ is not None:
            return self.environ
        request = self.request
        environ: WSGIEnvironment = super().get_environment()
        environ["SERVER_SOFTWARE"] = ""
        environ["REMOTE_ADDR"] = environ["REMOTE_HOST"] = client_address(self.channel.addr)
        environ[TARGET] = request.request_uri
        environ[HOST_VALUES] = request.host_values
        environ[RANGE_LINES] = request.range_lines
        environ[CUT] = partial(self.channel.cut, request)
        environ[_HAND_OVER] = self._hand_over
        environ[PARKS] = True
        environ[WAITED] = request.has_waited
        return environ

    def service(self) -> None:
        try:
            super().service()
        except Parking as parking:
            self.channel.park(self.request, parking.parked)

    def _hand_over(self, body: SegmentBody) -> HandedOver:
        return HandedOver(body, self)

    def set_close_on_finish(self) -> None:
        """waitress closes behind every answer without a length; HTTP/1.1 needs that only where the client asked."""
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if asked or self.version == "1.0" or not (self.is_framed or self.is_bodiless):
            super().set_close_on_finish()

    def finish(self) -> None:
        if not self.wrote_header:
            self.write(b"")
        if not self.is_bodiless and not self.is_framed:  # waitress would end a chunked body that it never began
            super().finish()


class Refusal(ErrorTask):
    """An answer to a request that could not be read."""

    channel: Channel
    request: RequestParser  # type: ignore[assignment]  # the stubs say Error
    logger = logger

    def execute(self) -> None:
        super().execute()
        self.channel.lingers = True
        if self.request.error is not None:
            self.channel.hub.unread(client_address(self.channel.addr), self.request.error.code)
