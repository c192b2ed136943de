"""Any bytes on any port: an answer of the table or a closed connection, and the server goes on serving."""

import socket

import pytest

import roads
import wire
from waiting import eventually

VALID = [
    b"1:hello", b"2:0", b"2:10", b"3:1", b"3:1:record", b"4:0", b"4:3", b"6:0", b"6:2:public",
    wire.publish_with(b"body", "news", "anna", "", {"title": "x", "tags": "a,b"}), b"7:::::",
]


def random_request(random) -> bytes:
    """Half pure noise, half a valid request with a few bytes changed, dropped, doubled or put in."""
    if random.random() < 0.5:
        return random.randbytes(random.choice([0, 1, 2, 3, 10, 100, 1500, 9000]))
    request = bytearray(random.choice(VALID))
    for _ in range(random.randrange(1, 6)):
        place = random.randrange(len(request) + 1)
        match random.randrange(4):
            case 0:
                request[place:place + 1] = random.randbytes(1)
            case 1:
                del request[place:place + random.randrange(1, 4)]
            case 2:
                request[place:place] = request[place:place + random.randrange(1, 20)]
            case 3:
                request[place:place] = random.choice([b":", b"::", b"0", b"9" * 25, b"-", b"=", b"\0", b"\xff"])
    return bytes(request)


def assert_is_an_answer(answer: bytes, request: bytes) -> None:
    """The shape that every answer has: a code of the table, and a colon before whatever follows."""
    assert answer[:1] and answer[:1] in wire.ANSWER_CODES, (request, answer[:80])
    assert answer[1:2] in (b"", b":"), (request, answer[:80])


def assert_still_serves(server) -> None:
    for road in ("udp", "tcp"):
        client = server.client(road)
        assert client.ask(b"1:after the storm") == b"0"
        (newest,) = wire.parse_records(client.ask(b"6:1"))
        assert newest.body == b"after the storm"
    assert "Fatal error" not in server.log("stderr")


ANSWER_CODES = [b"0", b"1", b"2", b"3", b"4", b"6", b"8", b"9"]


def test_random_datagrams_each_have_one_answer(server, seeded):
    """5,000 datagrams, one answer each; those that sessions will own may be answered in their way."""
    udp = server.udp
    for _ in range(5000):
        request = random_request(seeded)
        if request in ANSWER_CODES:
            continue  # answered a bounded number of times: test_udp_loops.py
        answer = udp.ask(request)
        if request[:1] not in (b"a", b"b", b"c", b"d", b"e"):
            assert_is_an_answer(answer, request)
    assert_still_serves(server)


def test_random_streams_each_have_one_answer(server, seeded):
    """1,000 connections, each with its answer and its end."""
    tcp = server.tcp
    for _ in range(1000):
        request = random_request(seeded)
        assert_is_an_answer(tcp.ask(request), request)
    assert_still_serves(server)


def test_random_bytes_without_an_end(server, seeded):
    """Peers that send noise in pieces and then reset, close or fall silent leave nothing behind."""
    silent = []
    for _ in range(300):
        connection = roads.connect(server.address("tcp"))
        try:
            for _ in range(seeded.randrange(4)):
                connection.sendall(seeded.randbytes(seeded.choice([1, 10, 1000, 70_000])))
        except (BrokenPipeError, ConnectionResetError):
            pass
        match seeded.randrange(3):
            case 0:
                roads.reset(connection)
            case 1:
                connection.close()
            case 2:
                silent.append(connection)
    assert_still_serves(server)
    for connection in silent:
        connection.close()


def test_random_request_7_never_publishes_what_it_refuses(server, seeded):
    """Of 2,000 broken requests each is answered with an id and then on the board, or with a code and then not."""
    udp, taken = server.udp, []
    for number in range(2000):
        fields = [seeded.choice([b"", b"YQ==", b"YQ", b"!", b"e30=", b"eyJhIjoiYiJ9", b"cHVibGlj"]) for _ in range(4)]
        request = b"7:" + b":".join(fields[: seeded.randrange(3, 5)]) + b":%d" % number
        answer = udp.ask(request)
        if answer.startswith(b"0:"):
            taken.append(wire.published_id(answer))
        else:
            assert answer in (b"1", b"6"), (request, answer)
    assert taken, "some of them were right"
    answers = {identifier: udp.ask(wire.get(identifier))[:1] for identifier in range(1, max(taken) + 2)}
    found = [identifier for identifier, code in answers.items() if code == b"0"]
    assert sorted(set(taken)) == found


@pytest.mark.parametrize("size", [0, 1, 65_507])
def test_a_flood_of_one_kind_is_survived(server, size):
    """3,000 datagrams that nobody waits for: some answers may be lost, the server is not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(server.address("udp"))
        for _ in range(3000):
            udp.send(b"x" * size)
        udp.settimeout(0.2)
        eventually(lambda: has_answer(udp, b"2:0"), "the queue of the flood is worked off")
    assert_still_serves(server)


def has_answer(udp: socket.socket, request: bytes) -> bool:
    """Asks again and again, as a UDP client has to while the server's queue may be full."""
    try:
        udp.send(request)
        return udp.recv(2**16) == b"0"
    except TimeoutError:
        return False
