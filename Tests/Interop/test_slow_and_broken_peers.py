"""Peers that are slow, silent or gone: they cost nothing and disturb nobody."""

import contextlib
import socket

import pytest

import roads
import wire
from waiting import eventually

MIB = 1 << 20


def half_request(server, request: bytes = b"1:half a mess") -> socket.socket:
    connection = roads.connect(server.address("tcp"))
    connection.sendall(request)
    return connection


def is_closed_by_peer(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection; takes nothing that is not already there."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    finally:
        connection.settimeout(roads.PATIENCE)


def test_a_client_that_vanishes_in_the_middle_has_published_nothing(server):
    """RST before the half-close: the request never ended, so it never was one."""
    for _ in range(50):
        roads.reset(half_request(server))
    assert server.tcp.ask(b"1:a whole one") == b"0"
    assert server.tcp.ask(b"6:0") == server.udp.ask(b"6:0")
    assert [record.body for record in wire.parse_records(server.udp.ask(b"6:0"))] == [b"a whole one"]


def test_a_client_that_vanishes_before_its_answer_disturbs_nobody(server):
    """The answer has nowhere to go; the message was taken, and the next client is served."""
    for number in range(50):
        connection = half_request(server, wire.publish_with(b"", request=f"gone {number}"))
        connection.shutdown(socket.SHUT_WR)
        roads.reset(connection)
    assert server.tcp.ask(b"1:next") == b"0"
    assert len(wire.id_list(server.udp.ask(b"2:0"))) <= 51


def test_a_client_that_vanishes_while_reading_disturbs_nobody(server):
    """Reset in the middle of a 32 MiB answer, 20 times: the next one gets all of it."""
    for _ in range(4):
        server.tcp.ask(wire.publish(b"w" * 8 * MIB))
    for _ in range(20):
        connection = half_request(server, b"4:0")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100_000)
        roads.reset(connection)
    assert len(server.tcp.ask(b"4:0")) > 32 * MIB


def test_a_udp_client_that_vanishes_before_its_answer_disturbs_nobody(server):
    """The ICMP error for the closed port comes back to the server's socket: it must not be taken as its end."""
    for number in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"1:gone %d" % number, server.address("udp"))
    assert server.udp.ask(b"1:still here") == b"0"
    eventually(lambda: server.tcp.ask(b"2:0").count(b":") == 201, "every datagram is published")


def test_one_slow_sender_does_not_hold_up_the_others(server):
    """A request that comes byte by byte is open all the while others publish and read; in the end it counts too."""
    slow = half_request(server, b"1:")
    for number in range(100):
        slow.sendall(b"%d" % (number % 10))
        road = ("udp", "tcp")[number % 2]
        assert server.client(road).ask(b"1:fast") == b"0"
    slow.shutdown(socket.SHUT_WR)
    assert roads.read_to_end(slow) == b"0"
    slow.close()
    assert wire.parse_records(server.tcp.ask(b"6:1"))[0].body == b"0123456789" * 10


def test_readers_that_do_not_read_do_not_hold_up_the_others(server):
    """20 clients ask for 16 MiB and take nothing: publishing and reading go on."""
    for _ in range(2):
        server.tcp.ask(wire.publish(b"r" * 8 * MIB))
    lazy = []
    for _ in range(20):
        connection = half_request(server, b"4:0")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b"0"
        lazy.append(connection)
    for number in range(50):
        assert server.udp.ask(b"1:meanwhile") == b"0"
        assert server.tcp.ask(b"2:1") == b"0:%d" % (number + 3)
    for connection in lazy:
        roads.reset(connection)


def test_thousands_of_idle_connections_are_bounded_and_harmless(server, many_descriptors):
    """3,000 open connections that say nothing: both roads serve, a kilobyte or so each, and all of it is given back."""
    count = min(3000, many_descriptors - 200)
    before = server.resident_mib()
    with contextlib.ExitStack() as stack:
        for number in range(count):
            source = f"127.0.0.{2 + number % 4}"
            stack.enter_context(roads.connect(server.address("tcp"), source))
        assert server.udp.ask(b"1:through the crowd") == b"0"
        assert server.tcp.ask(b"2:0") == b"0:1"
        grown = server.resident_mib() - before
        assert grown < 150, f"{count} idle connections cost {grown:.0f} MiB"
    assert server.tcp.ask(b"2:0") == b"0:1"


def test_running_out_of_descriptors_is_survived(server, many_descriptors):
    """With 64 descriptors in all, 200 connections cannot all be served; when they are gone, everybody is again."""
    resource = pytest.importorskip("resource")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (64, 64))
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(roads.connect(server.address("tcp")))
        assert server.udp.ask(b"1:no descriptor needed") == b"0"
    eventually(lambda: answers_on_tcp(server), "TCP serves again when descriptors are free")
    assert server.is_running()


def answers_on_tcp(server) -> bool:
    try:
        return server.tcp.ask(b"2:0") == b"0:1"
    except OSError:
        return False


def test_a_second_request_on_a_connection_is_not_served(server):
    """The road is one request a connection: after its answer the server closes."""
    connection = half_request(server, b"2:0")
    connection.shutdown(socket.SHUT_WR)
    assert roads.read_to_end(connection) == b"0"
    assert is_closed_by_peer(connection)
    connection.close()
