"""Pyro5's own client, as the tests use it."""

import contextlib
from collections.abc import Iterator

import Pyro5.api
import Pyro5.errors

PATIENCE = 15.0
"""Seconds that a call may take. Long, because it only decides how late a dead server is noticed."""


@contextlib.contextmanager
def proxy(server, name: str, serializer: str = "serpent") -> Iterator[Pyro5.api.Proxy]:
    """An object of the server, by its name."""
    with by_uri(f"PYRO:{name}@{server.ready['pyro']}", serializer) as made:
        yield made


@contextlib.contextmanager
def by_uri(uri: str, serializer: str = "serpent") -> Iterator[Pyro5.api.Proxy]:
    made = Pyro5.api.Proxy(uri)
    made._pyroSerializer = serializer
    made._pyroTimeout = PATIENCE
    try:
        yield made
    finally:
        made._pyroRelease()
