"""Messages of many megabytes over TCP: whole, bounded while they come in, streamed when they go out."""

import hashlib
import socket

import pytest

import roads
import wire
from waiting import eventually

MIB = 1 << 20
DEFAULT_REQUEST_LIMIT = 200 * MIB


def big_body(random, size: int) -> bytes:
    """Bytes of every value that differ all along, so that a lost, doubled or moved block shows."""
    return random.randbytes(size)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_twenty_mebibytes_come_back_as_they_went(server, seeded):
    """In by `1`, out by every request that gives a body."""
    body = big_body(seeded, 20 * MIB)
    tcp = server.tcp
    assert tcp.ask(wire.publish(body)) == b"0"
    wanted = digest(body)
    assert digest(wire.got(tcp.ask(b"3:1")).text) == wanted
    assert digest(tcp.ask(b"4:1").split(b" ", 3)[3]) == wanted
    assert [digest(record.body) for record in wire.parse_records(tcp.ask(b"6:1"))] == [wanted]
    assert digest(wire.parse_record(tcp.ask(b"3:1:record").removeprefix(b"0:")).body) == wanted


def test_a_big_message_is_there_after_a_restart(server, seeded):
    """The same bytes from disk."""
    body = big_body(seeded, 5 * MIB + 1)
    identifier = wire.published_id(server.tcp.ask(wire.publish_with(body, request="big")))
    server.kill()
    server.start()
    assert digest(wire.got(server.tcp.ask(wire.get(identifier))).text) == digest(body)


def test_a_big_message_is_6_on_udp(server):
    """A datagram cannot hold it, and UDP clients are told so."""
    server.tcp.ask(wire.publish(b"x" * MIB))
    udp = server.udp
    assert [udp.ask(request) for request in (b"3:1", b"4:1", b"6:1", b"3:1:record", b"4:0")] == [b"6"] * 5
    assert udp.ask(b"2:0") == b"0:1"


def test_many_big_messages_in_one_answer(server, seeded):
    """`4:0` and `6:0` over 60 MiB: every message, in order."""
    bodies = [big_body(seeded, 6 * MIB + number) for number in range(10)]
    tcp = server.tcp
    for body in bodies:
        assert tcp.ask(wire.publish(body)) == b"0"
    listed = wire.parse_records(tcp.ask(b"6:0"))
    assert [digest(record.body) for record in listed] == [digest(body) for body in bodies]
    answer, lengths = tcp.ask(b"4:0"), [len(body) for body in bodies]
    assert sum(lengths) < len(answer) < sum(lengths) + 100 * len(bodies)
    assert answer.endswith(bodies[-1])


def test_an_answer_is_streamed_and_never_built_whole(server):
    """8 clients ask for 96 MiB each and read nothing: the server grows by far less than one such answer a client."""
    tcp = server.tcp
    for _ in range(12):
        tcp.ask(wire.publish(b"s" * 8 * MIB))
    server.restart()
    before = server.resident_mib()
    waiting = []
    for _ in range(8):
        connection = roads.connect(server.address("tcp"))
        connection.sendall(b"4:0")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b"0", "the answer has begun"
        waiting.append(connection)
    assert server.udp.ask(b"2:1") == b"0:12", "others are served meanwhile"
    assert server.resident_mib() - before < 8 * 48
    rest = roads.read_to_end(waiting[0])
    assert len(rest) > 96 * MIB, "a reader that wakes up gets all of it"
    for connection in waiting:
        connection.close()


def read_until_answered(connection: socket.socket, filler: bytes, total: int) -> bytes:
    """Sends up to `total` bytes without ever ending the request; returns what the server says meanwhile."""
    sent = 0
    try:
        while sent < total:
            sent += connection.send(filler)
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        return roads.read_to_end(connection)
    except ConnectionResetError:
        return b""


def test_over_the_default_limit_the_answer_is_6_before_the_request_ends(server):
    """200 MiB and one byte more, with no half-close: `6` comes while the client could still go on sending."""
    connection = roads.connect(server.address("tcp"))
    block = b"1:" + b"x" * (MIB - 2)
    for _ in range(DEFAULT_REQUEST_LIMIT // MIB):
        connection.sendall(block)
    connection.sendall(b"x")
    assert connection.recv(16) == b"6"
    connection.close()
    assert server.udp.ask(b"2:0") == b"0", "nothing was published"


def test_a_refused_giant_does_not_stay_in_memory(server):
    """Five giants one after the other never cost as much as two."""
    peaks = []
    for _ in range(5):
        connection = roads.connect(server.address("tcp"))
        read_until_answered(connection, b"1:" + b"x" * (MIB - 2), DEFAULT_REQUEST_LIMIT + 4 * MIB)
        connection.close()
        eventually(lambda: server.udp.ask(b"2:0") == b"0", "the server answers")
        peaks.append(server.resident_mib())
    assert max(peaks) < 2 * DEFAULT_REQUEST_LIMIT / MIB, f"resident MiB after each: {peaks}"


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_a_request_in_pieces_is_the_same_request(server, piece):
    """TCP has no message borders: sent byte by byte, it is one request all the same."""
    request = wire.publish_with(b"in pieces" * 20, "news", "anna", "r", {"title": "t"})
    connection = roads.connect(server.address("tcp"))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for start in range(0, len(request), piece):
        connection.sendall(request[start:start + piece])
    connection.shutdown(socket.SHUT_WR)
    assert roads.read_to_end(connection) == b"0:1"
    connection.close()
