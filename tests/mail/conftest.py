"""A mail server with TLS and login for all tests of this room, and a ledger that keeps its own time."""

from __future__ import annotations

import pytest
import trustme
from bench.sink import Sink, trust

from segkit.mail import from_environment
from segkit.mail.letter import Letter


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Signs certificates that this process trusts."""
    made = trustme.CA()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in trust(made, tmp_path_factory.mktemp("trust")).items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="session")
def running(authority):
    with Sink(authority) as sink:
        yield sink


@pytest.fixture
def sink(running):
    """The server with an empty inbox and nothing going wrong."""
    running.inbox.clear()
    return running


@pytest.fixture
def server(sink):
    return from_environment(sink.environment())


@pytest.fixture
def letters():
    return [Letter("firm 2026-07-01", f"{name}@firm.example", "en") for name in ("ann", "bo", "cy")]
