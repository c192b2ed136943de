"""What one client could make the server hold: answers that it never takes, bytes that are no part of a request.
Each is bounded, and others are served meanwhile (docs/protocols.md, "The web")."""

import contextlib
import gzip
import time

import http_road
import pytest
import roads
import rpc
import wire

BIG = 1_000_000
GROWTH_MIB = 60


def feed(connection: http_road.Connection, piece: bytes, mib: int) -> bool:
    """Sends a piece over and over; whether the server took less than so many MiB of it."""
    connection.socket.settimeout(2)
    sent = 0
    try:
        while sent < mib << 20:
            sent += connection.socket.send(piece)
    except (TimeoutError, ConnectionResetError, BrokenPipeError):
        return True
    return False


def test_answers_that_nobody_takes_are_not_made(make_server):
    """Hundreds of calls for a megabyte each, sent ahead and never read."""
    server = make_server().start()
    server.tcp.ask(wire.publish(b"x" * BIG))
    with http_road.Connection(server.address("http")) as warm:
        warm.ask(http_road.request(rpc.call("get", rpc.value("<int>1</int>"))))
    before = server.resident_mib()
    with http_road.Connection(server.address("http")) as connection:
        call = http_road.request(rpc.call("get", rpc.value("<int>1</int>")))
        connection.socket.settimeout(2)
        with contextlib.suppress(TimeoutError):
            connection.socket.sendall(call * 400)
        time.sleep(1)  # the time that a server without a bound would take to answer them all
        assert server.resident_mib() - before < GROWTH_MIB
        assert http_road.ask(server.address("http"), http_road.request(path="/v1/health", method="GET")).status == 200


def test_all_answers_come_to_who_takes_them_late(server):
    """The same client, had it only been slow: nothing is lost and nothing comes twice."""
    server.tcp.ask(wire.publish(b"x" * BIG))
    with http_road.Connection(server.address("http")) as connection:
        call = http_road.request(rpc.call("get", rpc.value("<int>1</int>")))
        connection.send(call * 30)
        for _ in range(30):
            assert len(connection.answer().body) > BIG


def test_an_upgrade_that_is_not_made_ends_the_connection_after_the_answer(server):
    """RFC 9110, section 7.8: a server may pass over it; the answer says that the connection ends with it."""
    with http_road.Connection(server.address("http")) as connection:
        upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
        answer = connection.ask(http_road.request(path="/v1/health", method="GET", headers=upgrade))
        assert answer.status == 200 and answer.headers["connection"] == "close"
        assert connection.is_ended(5)


@pytest.mark.parametrize(
    "beginning",
    [
        b"CONNECT localhost:7780 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"GET ",
        b"GET / HTTP/1.1\r\nHost:",
        b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 60000000\r\n\r\n"
        + gzip.compress(b"<methodCall/>"),
    ],
    ids=["connect", "upgrade", "spaces in the first line", "spaces in a header", "rubbish behind gzip"],
)
def test_bytes_that_are_no_part_of_a_request_are_not_kept(make_server, beginning):
    server = make_server().start()
    before = server.resident_mib()
    with http_road.Connection(server.address("http")) as connection:
        connection.send(beginning)
        feed(connection, b" " * (1 << 16), mib=200)
        assert server.resident_mib() - before < GROWTH_MIB
    assert http_road.ask(server.address("http"), http_road.request(path="/v1/health", method="GET")).status == 200


def test_a_whole_url_as_the_target_counts_instead_of_host(server):
    """RFC 9112, section 3.2.2."""
    document = rpc.call("last")
    whole = http_road.request(document, path="http://localhost:7780/RPC2?x=1", host="ignored.example")
    assert http_road.ask(server.address("http"), whole).status == 200
    foreign = http_road.request(document, path="http://evil.example/RPC2", host="localhost")
    assert http_road.ask(server.address("http"), foreign).status == 421
