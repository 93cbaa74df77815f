"""What a request tells the application of its client."""

from __future__ import annotations

import socket
import sys

from serving import App, answer, ask, connect

from desktop_share.core.addresses import Adapter
from desktop_share.core.networks import policy_of
from desktop_share.core.settings import Settings
from desktop_share.server.limits import Limits
from desktop_share.server.task import CUT, client_address
from desktop_share.server.thread import ServerThread

NUMBER, NAME = socket.if_nameindex()[0]
SCOPE = str(NUMBER) if sys.platform == "win32" else NAME


def test_that_a_link_local_client_is_known_by_its_adapter_and_let_in_where_that_was_chosen() -> None:
    client = client_address(("fe80::99", 50000, 0, NUMBER))
    assert client == f"fe80::99%{SCOPE}"
    adapters = (
        Adapter("chosen", (f"fe80::1%{SCOPE}",), prefixes=(64,)),
        Adapter("other", ("fe80::2%another",), prefixes=(64,)),
    )
    assert policy_of(Settings(interfaces=("chosen",)), adapters).admits(client)
    assert not policy_of(Settings(interfaces=("other",)), adapters).admits(client)


def test_that_other_clients_have_no_adapter() -> None:
    assert client_address(("192.0.2.1", 50000)) == "192.0.2.1"
    assert client_address(("2001:db8::1", 50000, 0, 0)) == "2001:db8::1"
    assert client_address(("fe80::1%eth9", 50000, 0, NUMBER)) == "fe80::1%eth9"


def test_that_an_adapter_that_is_gone_leaves_the_address() -> None:
    gone = 99_999_999
    assert client_address(("fe80::1", 50000, 0, gone)) in ("fe80::1", f"fe80::1%{gone}")


def test_that_the_application_is_told(tmp_path) -> None:
    seen: list[str] = []

    def who(environ, start_response):
        seen.append(environ["REMOTE_ADDR"])
        environ[CUT].func.__self__.addr = ("fe80::99", 50000, 0, NUMBER)  # from the next request on
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with (
        ServerThread(App(tmp_path, {"who": who}), ["127.0.0.1"], 0, limits=Limits(workers=1)) as server,
        connect(server) as client,
    ):
        for _ in range(2):
            ask(client, "/who")
            assert answer(client)[0] == 200
    assert seen == ["127.0.0.1", f"fe80::99%{SCOPE}"]
