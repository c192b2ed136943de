"""Clients that are slow, silent or gone: they are cut, and the others are served meanwhile."""

import contextlib
import time

import pytest

import http_road
import rpc
import wire
from waiting import eventually

MIB = 1 << 20
HELLO = rpc.call("publish", rpc.string("hello"))
LAST = rpc.call("last")


def test_a_header_that_never_ends_is_cut(impatient):
    """A line every now and then, for ever: the deadline is for all of the header."""
    with http_road.Connection(impatient.address("http")) as connection:
        connection.send(b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n")
        assert drips(connection, b"X: y\r\n")
    rpc.assert_serves(impatient)


def test_a_body_that_never_ends_is_cut(impatient):
    """A byte every now and then: the deadline is for all of the body."""
    for start in (
        http_road.request(length=10_000),
        http_road.request(length=None, headers={"Transfer-Encoding": "chunked"}),
    ):
        with http_road.Connection(impatient.address("http")) as connection:
            connection.send(start)
            assert drips(connection, b" " if b"Content-Length" in start else b"1\r\nx\r\n")
    assert server_said_nothing_was_published(impatient)


def drips(connection: http_road.Connection, drop: bytes) -> bool:
    """Sends a drop every 0.2 s until the server ends it; whether it did within 10 s."""
    for _ in range(50):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(drop)
            if not connection.is_ended(within=0.2):
                continue
        return True
    return False


def server_said_nothing_was_published(server) -> bool:
    return rpc.ask(server.address("http"), "last") == []


def test_a_connection_that_says_nothing_is_cut(impatient):
    """From the first moment on."""
    with http_road.Connection(impatient.address("http")) as connection:
        assert connection.is_ended(within=10)


@pytest.mark.parametrize("path", ["/RPC2", "/wrong"])
def test_a_connection_that_says_nothing_more_is_cut(impatient, path):
    """After an answer, also when it came before the body of its request was whole."""
    request = http_road.request(LAST, path=path)
    with http_road.Connection(impatient.address("http")) as connection:
        connection.send(request[:-5])
        assert not connection.is_ended(within=0.5)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(request[-5:])
        assert connection.is_ended(within=10)


def test_an_answer_that_nobody_reads_is_cut_and_holds_up_nobody(impatient):
    """20 clients ask for 8 MiB and take nothing: the others are served meanwhile."""
    identifier = rpc.ask(impatient.address("http"), "publish", rpc.string("x" * 4 * MIB))
    call = http_road.request(rpc.call("get", rpc.value(f"<int>{identifier}</int>")))
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(http_road.Connection(impatient.address("http"))).send(call * 2)
        for _ in range(20):
            rpc.assert_serves(impatient)


def test_500_half_open_connections_hold_up_nobody(server, many_descriptors):
    """Each in the middle of its header or its body: the next client is served at once."""
    halves = [b"", b"POST /RPC2 HT", http_road.request(HELLO)[:80], http_road.request(HELLO)[:-5]]
    before = server.resident_mib()
    with contextlib.ExitStack() as stack:
        for number in range(500):
            connection = http_road.Connection(server.address("http"), f"127.0.0.{2 + number % 8}")
            stack.enter_context(connection).send(halves[number % len(halves)])
        for _ in range(20):
            rpc.assert_serves(server)
        assert server.resident_mib() - before < 60
    assert server_said_nothing_was_published(server)


def test_a_client_that_vanishes_disturbs_nobody(server):
    """With RST, before its answer or in the middle of its request: the next one is served, halves are not published."""
    for request in (http_road.request(HELLO)[:-5], http_road.request(LAST), http_road.request(HELLO)[:30]):
        for _ in range(30):
            connection = http_road.Connection(server.address("http"))
            connection.send(request)
            http_road.reset(connection)
    assert server_said_nothing_was_published(server)


def test_a_client_that_vanishes_while_it_waits_gives_its_place_back(make_server):
    """messages_after() with a long wait, then RST, over and over."""
    server = make_server("--max-connections", "10").start()
    call = rpc.call(
        "messages_after",
        rpc.string("public"),
        rpc.value("<int>0</int>"),
        rpc.value("<int>1</int>"),
        rpc.value("<int>30</int>"),
    )
    for _ in range(30):
        connection = http_road.Connection(server.address("http"))
        connection.send(http_road.request(call))
        http_road.reset(connection)
    eventually(lambda: serves(server), "a place is free again")


def serves(server) -> bool:
    try:
        rpc.assert_serves(server)
        return True
    except (OSError, http_road.Closed):
        return False


@pytest.mark.parametrize("share", [0, 20, -5, None], ids=["nothing", "half a head", "half a body", "a request"])
def test_a_client_that_closes_gives_its_place_back_at_once(make_server, share):
    """Whatever it sent before: its end is the end, and not the idle time-out five minutes later."""
    server = make_server("--max-connections", "10", "--idle-timeout", "300", "--request-timeout", "300").start()
    for _ in range(30):
        with http_road.Connection(server.address("http")) as connection:
            connection.send(http_road.request(LAST)[:share])
    eventually(lambda: serves(server), "a place is free again")


def test_who_says_that_nothing_more_comes_has_the_whole_answer_and_then_the_end(server):
    """The half-close comes while the call waits, and while a big answer waits to be taken."""
    with http_road.Connection(server.address("http")) as connection:
        parameters = [rpc.string("nowhere"), *(rpc.value(f"<int>{number}</int>") for number in (0, 1, 1))]
        connection.send(http_road.request(rpc.call("messages_after", *parameters)))
        http_road.shut(connection)
        assert connection.answer().status == 200
        assert connection.is_ended(within=5)
    server.tcp.ask(wire.publish(b"x" * 8_000_000))
    with http_road.Connection(server.address("http")) as connection:
        connection.send(http_road.request(rpc.call("get", rpc.value("<int>1</int>"))))
        http_road.shut(connection)
        time.sleep(0.5)  # meanwhile the server has the end, and much of the answer still to send
        assert len(connection.answer().body) > 8_000_000
        assert connection.is_ended(within=5)


def test_connections_over_the_limit_are_refused_and_places_are_given_back(make_server):
    """`--max-connections 10`: the eleventh is turned away, the ten are served, and a free place is taken."""
    server = make_server("--max-connections", "10").start()
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(http_road.Connection(server.address("http"))) for _ in range(10)]
        for connection in first:
            assert connection.ask(http_road.request(LAST)).status == 200
        with http_road.Connection(server.address("http")) as over:
            with contextlib.suppress(http_road.Closed, ConnectionResetError, BrokenPipeError):
                assert over.ask(http_road.request(LAST)).status == 503
        for connection in first:
            assert connection.ask(http_road.request(LAST)).status == 200
    eventually(lambda: serves(server), "a place is free again")
