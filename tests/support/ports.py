"""Ports for tests that name one beforehand."""

from __future__ import annotations

import random

import pytest

from desktop_share.core.ports import BLOCKED_PORTS, FIRST_PORT, LAST_PORT, can_listen

# Above what browsers block and what the program looks through itself, below what Linux gives to outgoing connections
# and to whoever asks for any free port: nothing that another worker's tests do takes one between look and use.
OURS = range(max(*BLOCKED_PORTS, LAST_PORT) + 1, 32_500)


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on, at any address. The ones that follow are nobody's either."""
    return next(port for port in random.sample(OURS, len(OURS)) if can_listen(port))


@pytest.fixture
def own_ports(free_port: int, monkeypatch: pytest.MonkeyPatch) -> range:
    """What the program looks through for a free port instead of its own range, which it shares with the programs that
    other workers start."""
    ports = range(free_port, free_port + LAST_PORT - FIRST_PORT)
    monkeypatch.setattr("desktop_share.core.ports.FIRST_PORT", ports[0])
    monkeypatch.setattr("desktop_share.core.ports.LAST_PORT", ports[-1])
    return ports
