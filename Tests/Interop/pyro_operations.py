"""Everything that a Python program does with an object through an unmodified Pyro5 proxy."""

import concurrent.futures
import contextlib
import datetime
import decimal
import math
import threading
import time
import uuid

import Pyro5.api
import Pyro5.errors
import pytest
import serpent
from Pyro5 import protocol

from pyro_partner import Thing


def call_with_arguments(proxy):
    assert proxy.add(20, 22) == 42
    assert proxy.add(20, to=22) == 42


def text(proxy):
    for value in ["", "héllo", "it's", 'say "x"', "'\"", "a\\b\n\r\t\0"[:-1], "\U0001F600", "\u200b\x85", "x" * 100_000]:
        assert proxy.echo(value) == value


def no_result(proxy):
    assert proxy.nothing() is None


def values(proxy):
    same = [None, True, False, 0, -1, 2**63, -(2**63), 1.5, -0.0, 1e300, math.inf, -math.inf, "", [], [1, [2, [3]]], {}, {"a": {"b": None}}]
    if Pyro5.api.config.SERIALIZER == "serpent":
        same += [2**70, (), (1,), (1, (2, 3)), {1, 2, 3}, {1: "a"}, {(1, 2): 3}, 1 + 2j]
    for value in same:
        assert proxy.anything(value) == value
    assert math.isnan(proxy.anything(math.nan))


def bytes_and_dates(proxy):
    if Pyro5.api.config.SERIALIZER == "json":
        with pytest.raises(Pyro5.errors.SerializeError):  # Pyro5 itself sends no bytes then
            proxy.anything(b"")
        return
    for value in [b"", b"\x00\xff", bytes(range(256)) * 100]:
        answer = proxy.anything(value)
        assert (answer if isinstance(answer, bytes) else serpent.tobytes(answer)) == value
    if Pyro5.api.config.SERIALIZER == "serpent":
        assert proxy.anything(datetime.date(2024, 1, 2)) == "2024-01-02"
        assert proxy.anything(decimal.Decimal("1.10")) == "1.10"
        assert proxy.anything(uuid.UUID(int=1)) == str(uuid.UUID(int=1))


def value_by_value(proxy):
    item = {"title": "box", "price": 9.5, "tags": ["a"], "parts": [{"title": "lid", "price": 1.0, "tags": [], "parts": []}]}
    answer = proxy.order(item)
    assert answer["title"] == "box" and answer["parts"][0]["title"] == "lid" and answer["tags"] == ["a"]


def attribute(proxy):
    proxy.size = 7
    assert proxy.size == 7
    with pytest.raises(AttributeError):
        proxy.weight


def one_way(proxy):
    before = proxy.size
    assert proxy.grow(5) is None
    deadline = time.monotonic() + 10
    while proxy.size == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert proxy.size == before + 5


def metadata(proxy):
    proxy._pyroBind()
    assert {"echo", "add", "count", "grow", "withdraw"} <= proxy._pyroMethods
    assert proxy._pyroAttrs == {"size"} and proxy._pyroOneway == {"grow"}


def builtin_exception(proxy):
    with pytest.raises(ValueError) as error:
        proxy.fail("bad value")
    assert error.value.args == ("bad value",)


def exception_of_its_own_type(proxy):
    with pytest.raises(ValueError, match="3 short"):
        proxy.withdraw(3)


def wrong_arguments(proxy):
    for call in [lambda: proxy.echo(), lambda: proxy.echo("a", "b"), lambda: proxy.add(1, 2, 3), lambda: proxy.add(1, by=2), lambda: proxy.add(1, 2, to=3)]:
        with pytest.raises(TypeError):
            call()
    assert proxy.echo("after") == "after"


def unknown_names(proxy):
    for name in ["nosuch", "_private", "__secret"]:
        with pytest.raises(AttributeError):
            proxy._pyroInvoke(name, (), {})
    with pytest.raises(AttributeError, match="nosuch"):
        proxy.nosuch()


def unknown_object(proxy):
    with Pyro5.api.Proxy("PYRO:nobody@" + proxy._pyroUri.location) as nobody:
        with pytest.raises(Pyro5.errors.CommunicationError, match="unknown object"):
            nobody._pyroBind()


def stream(proxy):
    assert list(proxy.count(50)) == list(range(50))
    assert list(proxy.count(0)) == []


def stream_that_fails(proxy):
    found = []
    with pytest.raises((ValueError, RuntimeError)):
        for number in proxy.breakingCount():
            found.append(number)
    assert found == [0, 1]


def stream_left_early(proxy):
    numbers = proxy.count(1_000_000)
    assert [next(numbers) for _ in range(3)] == [0, 1, 2]
    numbers.close()
    assert proxy.echo("after") == "after"


def batch(proxy):
    calls = Pyro5.api.BatchProxy(proxy)
    calls.add(1, 2)
    calls.echo("x")
    calls.nothing()
    assert list(calls()) == [3, "x", None]


def batch_that_fails(proxy):
    calls = Pyro5.api.BatchProxy(proxy)
    calls.add(1, 2)
    calls.fail("in the middle")
    calls.add(3, 4)
    results, found = calls(), []
    with pytest.raises(ValueError, match="in the middle"):
        for result in results:
            found.append(result)
    assert found == [3]


def one_way_batch(proxy):
    before = proxy.size
    calls = Pyro5.api.BatchProxy(proxy)
    calls.setSize(before + 1)
    assert calls(oneway=True) is None
    deadline = time.monotonic() + 10
    while proxy.size == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert proxy.size == before + 1


def reference_as_result(proxy):
    with proxy.child("small") as child:
        assert isinstance(child, Pyro5.api.Proxy) and child.name() == "small" and child.add(1, 2) == 3


def reference_that_comes_back(proxy):
    with proxy.child("theirs") as child:
        assert proxy.nameOf(child) == "theirs"


def reference_as_argument(proxy):
    with Pyro5.api.Daemon(host="127.0.0.1") as daemon:
        mine = Thing("mine")
        daemon.register(mine)
        threading.Thread(target=daemon.requestLoop, daemon=True).start()
        with contextlib.ExitStack() as stack:
            stack.callback(daemon.shutdown)
            assert proxy.nameOf(mine) == "mine"


def compressed(proxy):
    Pyro5.api.config.COMPRESSION = True
    try:
        assert proxy.echo("y" * 100_000) == "y" * 100_000
    finally:
        Pyro5.api.config.COMPRESSION = False


def the_daemon_itself(proxy):
    with Pyro5.api.Proxy("PYRO:Pyro.Daemon@" + proxy._pyroUri.location) as daemon:
        assert daemon.ping() is None
        assert {"Pyro.Daemon", "thing"} <= set(daemon.registered())
        assert "objects registered" in daemon.info()
        assert "echo" in set(daemon.get_metadata("thing")["methods"])
        with pytest.raises(Pyro5.errors.DaemonError, match="unknown object"):
            daemon.get_metadata("nobody")


def calls_side_by_side(proxy):
    def some(number):
        with Pyro5.api.Proxy(proxy._pyroUri) as own:
            return [own.add(number, k) for k in range(20)]

    with concurrent.futures.ThreadPoolExecutor(10) as threads:
        for number, found in enumerate(threads.map(some, range(10))):
            assert found == [number + k for k in range(20)]


def a_ping_between_calls(proxy):
    proxy._pyroBind()
    proxy._pyroConnection.send(protocol.SendingMessage(protocol.MSG_PING, 0, 7, 42, b"ping").data)
    answer = protocol.recv_stub(proxy._pyroConnection, [protocol.MSG_PING])
    assert bytes(answer.data) == b"pong" and answer.seq == 7
    assert proxy.echo("after") == "after"


ALL = [
    call_with_arguments, text, no_result, values, bytes_and_dates, value_by_value, attribute, one_way, metadata, builtin_exception,
    exception_of_its_own_type, wrong_arguments, unknown_names, unknown_object, stream, stream_that_fails, stream_left_early, batch, batch_that_fails, one_way_batch,
    reference_as_result, reference_that_comes_back, reference_as_argument, compressed, the_daemon_itself, calls_side_by_side, a_ping_between_calls,
]
