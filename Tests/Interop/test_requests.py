"""Every request of the protocol's table, byte for byte, on both roads."""

import re
import time

import pytest

import wire


def test_publish_answers_0_and_nothing_else(client):
    """Old clients compare the whole answer: `0`, with no colon and no line end."""
    assert client.ask(b"1:Hello world!") == b"0"


def test_get_gives_time_address_port_and_text(client):
    """`3` answers `0:<time>:<ip>:<port>:<text>` with the publisher's own socket address and a believable time."""
    before = time.time()
    client.ask(b"1:Hello world!")
    published_from = client.port
    after = time.time()
    (identifier,) = wire.id_list(client.ask(b"2:1"))
    answer = client.ask(b"3:%d" % identifier)
    shape = rb"0:(\d+(\.\d+)?):127\.0\.0\.1:%d:Hello world!" % published_from
    match = re.fullmatch(shape, answer)
    assert match, answer
    assert before - 0.001 <= float(match[1]) <= after + 0.001, "the time is that of publishing, in seconds since the epoch"


def test_get_answers_the_same_bytes_every_time(client):
    """Reading changes nothing."""
    client.ask(b"1:again and again")
    (identifier,) = wire.id_list(client.ask(b"2:1"))
    assert len({client.ask(wire.get(identifier)) for _ in range(20)}) == 1


def test_ids_are_listed_oldest_first(client):
    """`2:N` gives the last N ids, joined by colons, ascending, with none after the last."""
    for number in range(5):
        client.ask(b"1:message %d" % number)
    all_ids = wire.id_list(client.ask(b"2:0"))
    assert len(all_ids) == 5 and all_ids == sorted(set(all_ids)) and all_ids[0] > 0
    assert client.ask(b"2:3") == b"0:" + b":".join(b"%d" % identifier for identifier in all_ids[-3:])
    texts = [wire.got(client.ask(wire.get(identifier))).text for identifier in all_ids]
    assert texts == [b"message %d" % number for number in range(5)]


@pytest.mark.parametrize("count", [b"0", b"-1", b"-9223372036854775808", b"5", b"6", b"1000000", b"9223372036854775807"])
def test_zero_negative_and_large_counts_mean_all(client, count):
    """N <= 0 means all, and asking for more than there are gives what there is."""
    for number in range(5):
        client.ask(b"1:%d" % number)
    assert len(wire.id_list(client.ask(b"2:" + count))) == 5
    assert len(wire.parse_records(client.ask(b"6:" + count))) == 5
    assert client.ask(b"4:" + count).count(b" 127.0.0.1 ") == 5


@pytest.mark.parametrize(
    ("request_bytes", "answer"), [(b"2:0", b"0"), (b"2:5", b"0"), (b"4:0", b"0"), (b"6:0", b"0:"), (b"3:1", b"2")]
)
def test_an_empty_board(client, request_bytes, answer):
    """The empty answers: a client that splits at colons must not find an empty id or message in them."""
    assert client.ask(request_bytes) == answer


def test_last_in_one_answer(client):
    """`4` joins `<time> <ip> <port> <text>` by colons, with the same time that `3` gives."""
    client.ask(b"1:first")
    first_port = client.port
    client.ask(b"1:second one")
    second_port = client.port
    times = [wire.got(client.ask(wire.get(i))).time for i in wire.id_list(client.ask(b"2:0"))]
    answer = client.ask(b"4:0")
    shape = rb"0:(\S+) 127\.0\.0\.1 %d first:(\S+) 127\.0\.0\.1 %d second one" % (first_port, second_port)
    match = re.fullmatch(shape, answer)
    assert match, answer
    assert [float(match[1]), float(match[2])] == times
    assert client.ask(b"4:1").endswith(b" second one") and b"first" not in client.ask(b"4:1")


@pytest.mark.parametrize("identifier", [b"0", b"-1", b"999999", b"9223372036854775807"])
def test_an_id_that_was_never_given_is_not_found(client, identifier):
    """`2`, and not `1`: the number was readable."""
    client.ask(b"1:the only one")
    assert client.ask(b"3:" + identifier) == b"2"
    assert client.ask(b"3:" + identifier + b":record") == b"2"


@pytest.mark.parametrize("space", [b"\n", b" ", b"\r\n", b"\t"])
def test_numbers_may_have_white_space_around_them(client, space):
    """What `echo` and a terminal add to a number does no harm."""
    client.ask(b"1:one")
    client.ask(b"1:two")
    assert len(wire.id_list(client.ask(b"2:1" + space))) == 1
    assert len(wire.id_list(client.ask(b"2:" + space + b"1"))) == 1


BODIES = {
    "empty": b"",
    "one byte": b"x",
    "colons": b":::a:b:",
    "looks like a request": b"1:1:1:",
    "line ends": b"\r\none\ntwo\r\n",
    "spaces around": b"  padded \t ",
    "zero bytes": b"\0\0a\0",
    "not UTF-8": bytes(range(256)),
    "UTF-8 of four scripts": "Grüße, Привет, 你好, 👋🏽".encode(),
    "commas and base64 signs": b"a,b,c==,+/",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_is_passed_through_untouched(client, body):
    """The body is bytes: on every way out they are the bytes that came in."""
    assert client.ask(wire.publish(body)) == b"0"
    (identifier,) = wire.id_list(client.ask(b"2:1"))
    assert wire.got(client.ask(wire.get(identifier))).text == body
    assert client.ask(b"4:1").split(b" ", 3)[3] == body
    (record,) = wire.parse_records(client.ask(b"6:1"))
    assert (record.id, record.body) == (identifier, body)


def test_what_one_road_publishes_the_other_shows(server):
    """There is one board behind all roads, and both give the same answers about it."""
    udp, tcp = server.udp, server.tcp
    udp.ask(b"1:from udp")
    tcp.ask(b"1:from tcp")
    for request in (b"2:0", b"3:1", b"3:2", b"4:0", b"6:0"):
        assert udp.ask(request) == tcp.ask(request), request
    assert [record.body for record in wire.parse_records(tcp.ask(b"6:0"))] == [b"from udp", b"from tcp"]


def test_several_datagrams_of_one_socket_are_several_requests(server):
    """Requests may be in flight together: each datagram has one answer of its own."""
    udp = server.udp
    for number in range(50):
        udp.socket.send(b"7:::::%d" % number)
    ids = [wire.published_id(udp.socket.recv(2**16)) for _ in range(50)]
    assert len(set(ids)) == 50
    assert wire.id_list(udp.ask(b"2:0")) == sorted(ids)
