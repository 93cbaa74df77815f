"""Requests that waitress would accept and RFC 9112 would not: refused while the lines are still apart."""

from __future__ import annotations

import re

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from desktop_share.server.limits import Limits

_VERSIONS = frozenset({b"HTTP/1.0", b"HTTP/1.1"})
_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_ONCE = (b"host", b"transfer-encoding", b"content-length")
_LENGTH_DIGITS = 19  # more is no length of this world, and Python refuses to read a number of 5,000 digits


class UriTooLong(BadRequest):
    code = 414
    reason = "URI Too Long"


class HeaderFieldsTooLarge(BadRequest):
    code = 431
    reason = "Request Header Fields Too Large"


class VersionNotSupported(BadRequest):
    code = 505
    reason = "HTTP Version Not Supported"


class ServerAdjustments(Adjustments):
    """waitress's settings as this server uses them, with the limits beside them."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            ident=None,  # no Server field
            threads=limits.workers,
            max_request_header_size=limits.header_bytes,
            max_request_body_size=limits.request_body,
            recv_bytes=65536,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
        )
        self.limits = limits


class RequestParser(HTTPRequestParser):
    """One request. After the head was read:

    host_values   the values of the Host lines as they stand: one, or none in HTTP/1.0
    range_lines   how many Range lines there were: waitress joins their values with a comma
    is_parked     it will be served again: its content is kept
    has_waited    it was parked before (see `parking.py`)
    """

    headers: dict[str, str]
    command: str  # type: ignore[assignment]  # the stubs say bytes
    request_uri: str

    def __init__(self, adj: ServerAdjustments) -> None:
        super().__init__(adj)
        self._limits = adj.limits
        self._refusal: Error | None = None
        self.path = ""  # waitress logs that of a client who left, refused or not
        self.host_values: tuple[str, ...] = ()
        self.range_lines = 0
        self.is_parked = False
        self.has_waited = False

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self._refusal is None and not self.completed and not self.headers_finished:
            self._refusal = self._judge_beginning()
        if self._refusal is not None:
            self.error = self._refusal
            self.completed = True
        if self.completed:  # RFC 9110 section 10.1.1: '100 Continue' asks for content that is still to come
            self.expect_continue = False
        return consumed

    def close(self) -> None:
        if not self.is_parked:
            super().close()

    def serve_again(self) -> None:
        """From its beginning, as if it had come just now."""
        self.is_parked, self.has_waited = False, True
        self.get_body_stream().seek(0)

    def _judge_beginning(self) -> Error | None:
        """What is no HTTP gets its answer at once, not when its time is over: TLS sent to this port, HTTP/0.9."""
        most = self._limits.request_line
        first, end, _ = self.header_plus[: most + len(b"\r\n")].lstrip().partition(b"\r\n")
        if end:
            return self._judge_first(first.rstrip())
        if first and not 0x20 < first[0] < 0x7F:
            return BadRequest("This is not HTTP.")
        return _too_long() if len(self.header_plus) > most else None

    def parse_header(self, header_plus: bytes) -> None:
        first, *lines = header_plus.split(b"\r\n")
        refusal = self._judge(first.rstrip(), [line for line in lines if line])
        if refusal is not None:
            self._refusal = refusal
            raise ParsingError(str(refusal.body))
        super().parse_header(header_plus)
        options = {option.strip(" \t").lower() for option in self.headers.get("CONNECTION", "").split(",")}
        for option in ("close", "keep-alive"):  # waitress knows the two only where they stand alone
            if option in options:
                self.headers["CONNECTION"] = option
                self.connection_close = option == "close"
                break

    def _judge(self, first: bytes, lines: list[bytes]) -> Error | None:
        refusal = self._judge_first(first)
        if refusal is not None:
            return refusal
        if len(lines) > self._limits.header_lines:
            return HeaderFieldsTooLarge("There are too many header lines.")
        return self._judge_lines(first.endswith(b"HTTP/1.1"), lines)

    def _judge_first(self, first: bytes) -> Error | None:
        if len(first) > self._limits.request_line:
            return _too_long()
        version = first.rpartition(b" ")[2]
        if version in _VERSIONS:
            return None
        if _VERSION.fullmatch(version):
            return VersionNotSupported("This server speaks HTTP/1.1 and HTTP/1.0.")
        return BadRequest("The request line has no HTTP version.")

    def _judge_lines(self, is_11: bool, lines: list[bytes]) -> Error | None:
        values: dict[bytes, list[bytes]] = {}
        for line in lines:
            if line[:1] in b" \t":
                return BadRequest("A header line is folded.")
            if b"\0" in line:
                return BadRequest("A header line has a NUL.")
            name, _, value = line.partition(b":")
            values.setdefault(name.lower(), []).append(value.strip(b" \t"))
        doubled = next((name for name in _ONCE if len(values.get(name, ())) > 1), None)
        if doubled is not None:
            return BadRequest(f"There are two {doubled.decode().title()} lines.")
        if is_11 and b"host" not in values:
            return BadRequest("There is no Host line.")
        if b"transfer-encoding" in values and (b"content-length" in values or not is_11):
            return BadRequest("Transfer-Encoding does not belong here.")
        if _codings(values.get(b"transfer-encoding", [])).count(b"chunked") > 1:  # RFC 9112 section 6.1
            return BadRequest("The content is said to be chunked twice.")
        if any(value.isdigit() and len(value) > _LENGTH_DIGITS for value in values.get(b"content-length", ())):
            return RequestEntityTooLarge("No content is that long.")
        self.host_values = tuple(value.decode("latin-1") for value in values.get(b"host", ()))
        self.range_lines = len(values.get(b"range", ()))
        return None


def _codings(values: list[bytes]) -> list[bytes]:
    return [coding.strip(b" \t").lower() for value in values for coding in value.split(b",")]


def _too_long() -> UriTooLong:
    return UriTooLong("The request line is too long.")
