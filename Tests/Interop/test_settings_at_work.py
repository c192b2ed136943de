"""The settings of `mboard serve` that bound it, each driven past its edge."""

import contextlib
import select
import socket
import time

import pytest

import roads
import wire
from kernel import accepted_connections
from waiting import eventually


@pytest.mark.parametrize("length", [999, 1000])
def test_a_request_within_the_limit_is_taken(make_server, length):
    """`--max-request 1000`: a PDU of exactly 1,000 bytes is one."""
    server = make_server("--max-request", "1000").start()
    assert server.tcp.ask(b"1:".ljust(length, b"x")) == b"0"
    assert len(wire.got(server.tcp.ask(b"3:1")).text) == length - 2


@pytest.mark.parametrize("code", [b"1:", b"7:::::", b"2:", b"x:"])
def test_a_request_over_the_limit_is_6_while_it_is_being_read(make_server, code):
    """1,001 bytes and no half-close: the answer does not wait for the end, and the connection is closed."""
    server = make_server("--max-request", "1000").start()
    connection = roads.connect(server.address("tcp"))
    connection.sendall(code.ljust(1001, b"0"))
    assert roads.read_to_end(connection) == b"6"
    connection.close()
    assert server.tcp.ask(b"2:0") == b"0"


def test_a_client_that_is_still_sending_can_read_why_it_was_refused(make_server):
    """In the middle of 8 MiB the server stops reading: sending fails sooner or later, and `6` is there to be read."""
    server = make_server("--max-request", "1000").start()
    for _ in range(10):
        with roads.connect(server.address("tcp")) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"1:".ljust(8 << 20, b"x"))
            assert connection.recv(16) == b"6"


def test_the_newest_connection_over_the_limit_is_closed(make_server):
    """`--max-connections 10`: the eleventh is closed at once, the ten go on, and a place that is given back is taken."""
    server = make_server("--max-connections", "10").start()
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(roads.connect(server.address("tcp"))) for _ in range(10)]
        for _ in range(5):
            with roads.connect(server.address("tcp")) as over:
                assert ended_without_an_answer(over)
        for connection in first[1:]:
            connection.sendall(b"2:0")
            connection.shutdown(socket.SHUT_WR)
            assert roads.read_to_end(connection) == b"0"
        eventually(lambda: serves(server), "places that were given back are taken")
        assert server.udp.ask(b"2:0") == b"0"


def ended_without_an_answer(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def serves(server) -> bool:
    try:
        return server.tcp.ask(b"2:0") == b"0"
    except OSError:
        return False


@pytest.mark.parametrize("begun", [b"", b"1", b"1:half a mess"])
def test_silent_peers_are_cut(make_server, begun):
    """`--idle-timeout 1`: who sends nothing any more is disconnected, and half a message is not published for it."""
    server = make_server("--idle-timeout", "1").start()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(roads.connect(server.address("tcp"))) for _ in range(40)]
        for connection in silent:
            connection.sendall(begun)
        assert all(ended_without_an_answer(connection) for connection in silent)
    assert server.tcp.ask(b"2:0") == b"0"


def test_a_reader_that_takes_nothing_is_cut(make_server):
    """An answer that nobody reads does not hold its connection for ever: what comes in the end is not the whole."""
    server = make_server("--idle-timeout", "1").start()
    for _ in range(4):
        server.tcp.ask(wire.publish(b"u" * (8 << 20)))
    with roads.connect(server.address("tcp")) as connection:
        connection.sendall(b"4:0")
        connection.shutdown(socket.SHUT_WR)
        port = server.address("tcp")[1]
        eventually(lambda: any(c.unsent for c in accepted_connections(port)), "the answer waits for its reader")
        eventually(lambda: not accepted_connections(port), "the server lets go of the reader")


def test_a_slow_peer_is_not_cut_as_long_as_bytes_come(make_server):
    """It is silence that counts, not duration: 2.5 seconds for one request, with a byte every quarter of one."""
    server = make_server("--idle-timeout", "1").start()
    with roads.connect(server.address("tcp")) as connection:
        for byte in b"1:slowly..":
            connection.sendall(bytes([byte]))
            readable, _, _ = select.select([connection], [], [], 0.25)
            assert not readable, "cut in the middle"
        connection.shutdown(socket.SHUT_WR)
        assert roads.read_to_end(connection) == b"0"


class Flooder:
    """Asks for a big answer again and again without waiting, and counts the bytes that come."""

    def __init__(self, server, source: str):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((source, 0))
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.target = ("127.0.0.1", server.address("udp")[1])

    def received(self, requests: int) -> int:
        total = 0
        for _ in range(requests):
            self.udp.sendto(b"3:1", self.target)
            while select.select([self.udp], [], [], 0.005)[0]:
                total += len(self.udp.recv(2**16))
        return total


@pytest.fixture
def bounded(make_server):
    """A server bound beyond loopback that sends a network 1,024 bytes a second, and 20,000 at once."""
    server = make_server("--udp", "0.0.0.0:0", "--reply-rate", "1024", "--reply-burst", "20000").start()
    assert server.tcp.ask(wire.publish(b"a" * 5000)) == b"0"
    return server


def test_beyond_loopback_a_network_gets_no_more_than_its_budget(bounded):
    """50 requests for 5,000 bytes: the burst comes, the rest is dropped, so no third party can be flooded."""
    began = time.monotonic()
    received = Flooder(bounded, "127.0.0.1").received(requests=50)
    allowed = 20_000 + 1024 * (time.monotonic() - began)
    assert 5000 <= received <= allowed + 5100


def test_the_budget_belongs_to_the_network_and_not_to_the_address(bounded):
    """Another address of the same /24 shares what is spent, another /24 has its own."""
    Flooder(bounded, "127.0.0.1").received(requests=50)
    assert Flooder(bounded, "127.0.0.77").received(requests=3) <= 10_200
    assert Flooder(bounded, "127.0.9.1").received(requests=3) >= 15_000


def test_tcp_has_no_such_budget(bounded):
    """An address that has completed a handshake has proven itself."""
    Flooder(bounded, "127.0.0.1").received(requests=50)
    for _ in range(20):
        assert len(bounded.tcp.ask(b"3:1")) > 5000


def test_on_loopback_there_is_no_budget(make_server):
    """Bound to 127.0.0.1 nobody else can be flooded: every request is answered."""
    server = make_server("--reply-rate", "1024", "--reply-burst", "20000").start()
    server.tcp.ask(wire.publish(b"a" * 5000))
    udp = server.udp
    assert sum(len(udp.ask(b"3:1")) for _ in range(50)) > 250_000
