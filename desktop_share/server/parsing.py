"""Requests that waitress would accept and RFC 9112 would not: refused while the lines are still apart."""

from __future__ import annotations

import re

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error

from desktop_share.server.limits import Limits

_VERSIONS = frozenset({b"HTTP/1.0", b"HTTP/1.1"})
_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_ONCE = (b"host", b"transfer-encoding", b"content-length")


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
    """

    headers: dict[str, str]
    command: str  # type: ignore[assignment]  # the stubs say bytes
    request_uri: str

    def __init__(self, adj: ServerAdjustments) -> None:
        super().__init__(adj)
        self._limits = adj.limits
        self._refusal: Error | None = None
        self.host_values: tuple[str, ...] = ()
        self.range_lines = 0

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self._refusal is not None:
            self.error = self._refusal
        elif not self.completed and not self.headers_finished and self._is_long_line():
            self._refusal = self.error = UriTooLong("The request line is too long.")
            self.completed = True
        return consumed

    def _is_long_line(self) -> bool:
        most = self._limits.request_line
        return len(self.header_plus) > most and b"\r\n" not in self.header_plus[:most].lstrip()

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
        if len(first) > self._limits.request_line:
            return UriTooLong("The request line is too long.")
        version = first.rpartition(b" ")[2]
        if version not in _VERSIONS:
            if _VERSION.fullmatch(version):
                return VersionNotSupported("This server speaks HTTP/1.1 and HTTP/1.0.")
            return BadRequest("The request line has no HTTP version.")
        if len(lines) > self._limits.header_lines:
            return HeaderFieldsTooLarge("There are too many header lines.")
        return self._judge_lines(version == b"HTTP/1.1", lines)

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
        self.host_values = tuple(value.decode("latin-1") for value in values.get(b"host", ()))
        self.range_lines = len(values.get(b"range", ()))
        return None
