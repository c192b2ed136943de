"""The live protocol (docs/protocols.md, section 3), with clients that are nothing but sockets."""

import base64
import re
import socket
import textwrap
import threading
import time

import pytest

import live
import roads
import wire
from live import Live
from waiting import eventually

MIB = 1 << 20


@pytest.fixture
def connect(server):
    """Opens live connections to the test's server."""
    opened = []

    def open_one() -> Live:
        opened.append(Live(server.address("live")))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


def test_publish_and_fetch(connect, server):
    """`1:` publishes, `2:` gives `time ip port text`, in base64, with the publisher's address and port."""
    ada, bob = connect(), connect()
    assert ada.ask(live.publish(b"hello: world; twice")) == b"0:"
    (text,) = live.texts(bob.answer(b"2:"))
    when, ip, port, body = text.split(b" ", 3)
    assert abs(float(when) - time.time()) < 60
    assert (ip, int(port), body) == (b"127.0.0.1", ada.port, b"hello: world; twice")
    assert server.tcp.ask(b"3:1").endswith(b":hello: world; twice")


def test_an_old_client_wraps_its_base64_and_ends_lines(connect):
    """Old encoders break lines inside base64, old clients send line ends between messages."""
    client = connect()
    text = bytes(range(256)) * 3
    wrapped = base64.encodebytes(text)
    assert b"\n" in wrapped.strip()
    client.socket.sendall(b"1:" + wrapped + b";\r\n\n2:\n;\n")
    assert client.next() == b"0:"
    message = client.next()
    assert live.bodies(client.next() if message == b"7:" else message) == [text]


def test_a_fetch_gives_nothing_twice(connect):
    """The server keeps what each connection was given, for each connection alone."""
    ada, bob = connect(), connect()
    for number in range(3):
        ada.answer(live.publish(b"%d" % number))
    assert bob.fetch() == [b"0", b"1", b"2"]
    assert bob.fetch() == []
    ada.answer(live.publish(b"3"))
    assert bob.fetch() == [b"3"]
    assert ada.fetch() == [b"0", b"1", b"2", b"3"]


def test_news_is_told_once_until_it_is_fetched(connect):
    """`7:` at most once outstanding, to the publisher too, after its own answer."""
    ada, bob = connect(), connect()
    bob.fetch()
    for _ in range(5):
        ada.send(live.publish(b"x"))
    assert bob.next() == b"7:"
    assert sorted([ada.next() for _ in range(6)]) == [b"0:"] * 5 + [b"7:"]
    assert bob.is_silent()
    assert bob.fetch() == [b"x"] * 5
    ada.send(live.publish(b"y"))
    assert bob.next() == b"7:"


def test_a_message_of_another_road_is_news_too(connect, server):
    """What comes by datagram or connection is told and given like any other."""
    client = connect()
    client.fetch()
    assert server.udp.ask(b"1:by datagram") == b"0"
    assert client.next() == b"7:"
    assert server.tcp.ask(b"1:by connection") == b"0"
    assert client.fetch() == [b"by datagram", b"by connection"]


def test_push_brings_what_there_is_and_what_comes(connect, server):
    """`5:1`: the board from the start, then each message at once; `5:0` goes back to `7:`."""
    server.tcp.ask(b"1:before")
    client = connect()
    assert client.ask(b"5:1") == b"0:"
    assert client.pushed(1) == [b"before"]
    for number in range(20):
        server.udp.ask(b"1:%d" % number)
    assert client.pushed(20) == [b"%d" % number for number in range(20)]
    assert client.ask(b"5:0") == b"0:"
    server.udp.ask(b"1:after")
    assert client.next() == b"7:"
    assert client.fetch() == [b"after"]


def test_push_of_records(connect, server):
    """`5:2`: the same as records, with the number of each message and the road it came by."""
    client = connect()
    assert client.ask(b"5:2") == b"0:"
    first = wire.published_id(server.tcp.ask(wire.publish_with(b"body", author="Ada", attributes={"a": "b"})))
    code, _, records = client.next().partition(b":")
    fields = [base64.b64decode(field) for field in records.split(b",")]
    assert (code, len(fields)) == (b"9", 9)
    assert (int(fields[0]), fields[4], fields[5], fields[7], fields[8]) == (first, b"public", b"Ada", b"body", b"tcp")
    client.ask(b"3:0")
    code, _, records = client.next().partition(b":")
    assert (code, records.count(b",")) == (b"9", 8)


def test_resume(connect, server):
    """`3:<id>` goes on after the id, `3:-<n>` with the newest n."""
    for number in range(10):
        server.tcp.ask(b"1:%d" % number)
    client = connect()
    assert client.ask(b"3:7") == b"0:"
    assert client.fetch() == [b"7", b"8", b"9"]
    assert client.ask(b"3:-2") == b"0:"
    assert client.fetch() == [b"8", b"9"]
    assert client.ask(b"3:-0") == b"0:"
    assert client.fetch() == []
    assert client.ask(b"3:999999") == b"0:"
    server.tcp.ask(b"1:new")
    assert client.fetch() == [b"new"]


def test_the_answer_names_the_request_and_the_id(connect, server):
    """`6:<n>:<text>` is answered `8:<n>:<id>`, and many at once in their order."""
    client = connect()
    client.ask(b"5:2")
    count = 500
    client.send(*(b"6:%d:%s" % (number, live.encoded(b"%d" % number)) for number in range(count)))
    answers = []
    while len(answers) < count:
        message = client.next()
        if message.startswith(b"8:"):
            answers.append(tuple(map(int, message[2:].split(b":"))))
    assert [name for name, _ in answers] == list(range(count))
    for name, identifier in answers[::50]:
        assert server.tcp.ask(b"3:%d" % identifier).endswith(b":%d" % name)


def test_a_publish_with_a_request_id_is_published_once(connect, server):
    """`6:<n>:<text>:<author>:<request id>`: sent again, also on another connection, it is answered with the first one's id."""
    request = b":".join([live.encoded(b"hello"), live.encoded(b"ada"), live.encoded(b"\0\xff")])
    first, second = connect(), connect()
    assert first.answer(b"6:1:" + request) == b"8:1:1"
    assert first.answer(b"6:2:" + request) == b"8:2:1"
    assert second.answer(b"6:7:" + request) == b"8:7:1"
    assert second.answer(b"6:8:%s::" % live.encoded(b"without")) == b"8:8:2"
    long = live.encoded(b"x" * 257)
    assert second.answer(b"6:9:YQ==:%s:" % long).startswith(b"f:9:")
    assert second.answer(b"6:10:YQ==::%s" % long).startswith(b"f:10:")
    assert second.answer(b"6:11:YQ==:YQ==") == b"2:"
    records = wire.parse_records(server.tcp.ask(b"6:0"))
    assert [(record.author, record.body) for record in records] == [("ada", b"hello"), ("", b"without")]


def test_boards_and_patterns(connect, server):
    """`4:` switches to a board or to all that match; going back gives nothing twice; `b:` lists the boards."""
    client = connect()
    for board, text in [(b"a.1", b"1"), (b"a.2", b"2"), (b"b", b"3")]:
        assert client.answer(live.switch(board)) == b"0:"
        assert client.answer(live.publish(text)) == b"0:"
    assert server.tcp.ask(b"1:4") == b"0"
    other = connect()
    assert other.answer(live.switch(b"a.*")) == b"0:"
    assert other.fetch() == [b"1", b"2"]
    assert other.answer(live.switch(b"*")) == b"0:"
    assert other.fetch() == [b"1", b"2", b"3", b"4"]
    assert other.answer(live.switch(b"a.*")) == b"0:"
    assert other.fetch() == []
    assert other.answer(live.switch(b"public")) == b"0:"
    assert other.fetch() == [b"4"]
    boards = dict(item.split(b",") for item in other.answer(b"b:")[2:].split(b":"))
    assert {base64.b64decode(name): int(newest) for name, newest in boards.items()} == {
        b"a.1": 1, b"a.2": 2, b"b": 3, b"public": 4,
    }
    for bad in (b"", b"a b", b"?", b"x" * 65, b"*" * 65, "ä".encode()):
        assert other.answer(live.switch(bad)) == b"2:"


def test_too_many_patterns_are_refused(connect):
    """16 boards and patterns a connection, the first one among them."""
    client = connect()
    for number in range(15):
        assert client.ask(live.switch(b"board-%d" % number)) == b"0:"
    assert client.ask(live.switch(b"one-more")) == b"2:"
    assert client.ask(live.switch(b"board-3")) == b"0:"


def test_fetching_and_publishing_interleave(connect, seeded):
    """Three publish, two fetch whenever they like, one is pushed: each is given everything once, in order."""
    count = 300
    lists: list[list[bytes]] = [[], []]

    def publish_all(client: Live, name: int) -> None:
        for number in range(count):
            client.answer(live.publish(b"%d-%d" % (name, number)))

    def fetch_all(client: Live, found: list[bytes], pause: float) -> None:
        while len(found) < 3 * count:
            found += client.fetch()
            time.sleep(pause)

    pushed = connect()
    pushed.ask(b"5:1")
    threads = [threading.Thread(target=publish_all, args=(connect(), name)) for name in range(3)]
    threads += [
        threading.Thread(target=fetch_all, args=(connect(), found, seeded.random() / 100)) for found in lists
    ]
    for thread in threads:
        thread.start()
    expected = pushed.pushed(3 * count)
    for thread in threads:
        thread.join(60)
    assert lists[0] == lists[1] == expected
    for name in range(3):
        mine = [text for text in expected if text.startswith(b"%d-" % name)]
        assert mine == [b"%d-%d" % (name, number) for number in range(count)]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"x:", b"4:"), (b"7:", b"4:"), (b"A:", b"4:"), (b"\x00:", b"4:"), (b"", b"2:"), (b"1", b"2:"),
        (b"1:***", b"2:"), (b"1:YQ", b"2:"), (b"3:x", b"2:"), (b"3:", b"2:"), (b"5:7", b"2:"), (b"6:1", b"2:"),
        (b"6:x:YQ==", b"2:"), (b"2:x", b"2:"), (b"\xff\xfe", b"2:"),
    ],
)
def test_malformed_requests(connect, request_, answer):
    """What cannot be read is `2:`, what is not known `4:`, and the connection goes on."""
    client = connect()
    assert client.ask(request_) == answer
    assert client.ask(live.publish(b"still here")) == b"0:"


def test_random_bytes_harm_nobody(connect, seeded, server):
    """Garbage gets answers or a closed connection; the server and its other connections go on."""
    watcher = connect()
    watcher.ask(b"5:1")
    for _ in range(100):
        client = connect()
        garbage = seeded.randbytes(seeded.randrange(2_000))
        client.socket.sendall(garbage.replace(b"1:", b"x:").replace(b"6:", b"x:") + b";")
        live.shut_writing(client)
        while True:
            try:
                assert client.next()[:1] in b"0124789bf"
            except (EOFError, ConnectionResetError):
                break
        client.close()
    server.udp.ask(b"1:alive")
    assert watcher.pushed(1) == [b"alive"]


def test_a_line_without_an_end_is_cut_at_a_mebibyte(connect, server):
    """1 MiB for every request but those that publish, which carry bodies of up to 200 MiB."""
    client = connect()
    with pytest.raises((EOFError, ConnectionError)):
        for _ in range(64):
            client.socket.sendall(b"3" * 100_000)
        while client.next() == b"2:":
            pass
    assert connect().ask(b"3:" + b" " * (MIB - 100) + b"7") == b"0:"
    client = connect()
    body = b"w" * 5 * MIB
    assert client.ask(live.publish(body)) == b"0:"
    assert server.tcp.ask(b"6:1").split(b",")[7] == base64.b64encode(body)
    assert client.fetch() == [body]


def test_a_client_that_takes_nothing_is_dropped_and_logged(connect, server):
    """4 MiB may pass by; the others get everything meanwhile, and it can come back and resume."""
    lazy, other = connect(), connect()
    lazy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    for client in (lazy, other):
        client.ask(b"5:1")
    text = b"z" * 50_000
    count = 0
    while "does not take" not in server.log("stderr"):
        assert server.udp.ask(b"1:" + text) == b"0"
        assert other.pushed(1) == [text]
        count += 1
        assert count < 2_000, "a client that takes nothing is kept for ever"
    assert re.search(r"127\.0\.0\.1:%d" % lazy.port, server.log("stderr"))
    assert "zzz" not in server.log("stderr")
    assert server.resident_mib() < 400
    back = connect()
    back.ask(b"3:%d" % (count - 1))
    assert back.fetch() == [text]


def test_a_slow_reader_gets_everything(connect, server):
    """Who reads slowly but reads is not dropped: 20 MiB through a small window."""
    slow = Live.__new__(Live)
    slow.pending = b""
    slow.socket = socket.socket()
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    slow.socket.settimeout(roads.PATIENCE)
    slow.socket.connect(server.address("live"))
    slow.send(b"5:1")
    assert slow.next() == b"0:"

    def publish_all() -> None:
        for number in range(20):
            server.client("tcp").ask(b"1:" + b"%02d" % number * (MIB // 2))

    publisher = threading.Thread(target=publish_all)
    publisher.start()
    assert [text[:2] for text in slow.pushed(20)] == [b"%02d" % number for number in range(20)]
    publisher.join(60)
    slow.close()


def test_idle_and_broken_peers_disturb_nobody(connect, server):
    """Connections that say nothing, stop in the middle, or vanish: the others are served."""
    watcher = connect()
    watcher.ask(b"5:1")
    for number in range(100):
        broken = connect()
        broken.socket.sendall([b"", b"1:aGVs", b"5:1;2:", b"2:;" * 50][number % 4])
        if number % 2:
            roads.reset(broken.socket)
    server.tcp.ask(b"1:through")
    assert watcher.pushed(1) == [b"through"]


def test_a_pipe_of_requests_is_answered_to_the_end(connect):
    """`printf … | nc -N`: requests, then the half-close; every answer comes, then the end."""
    client = connect()
    client.send(live.publish(b"one"), live.publish(b"two"), b"2:")
    live.shut_writing(client)
    assert [client.next(), client.next()] == [b"0:", b"0:"]
    message = client.next()
    assert live.bodies(client.next() if message == b"7:" else message) == [b"one", b"two"]
    with pytest.raises(EOFError):
        while client.next() == b"7:":
            pass


def test_kill_and_resume(connect, server):
    """After `kill -9` a client resumes after what it has, and misses and repeats nothing that was acknowledged."""
    client = connect()
    client.ask(b"5:2")
    newest = 0
    for number in range(30):
        client.send(b"6:%d:%s" % (number, live.encoded(b"%d" % number)))
        while newest < number + 1:
            message = client.next()
            if message.startswith(b"9:"):
                newest = int(base64.b64decode(message[2:].split(b":")[-1].split(b",")[0]))
    server.kill()
    server.start()
    again = Live(server.address("live"))
    assert again.ask(b"3:%d" % newest) == b"0:"
    assert again.fetch() == []
    assert again.answer(live.publish(b"next")) == b"0:"
    assert again.fetch() == [b"next"]
    again.close()


def test_a_stop_closes_what_is_idle(connect, server):
    """SIGTERM: subscribers are closed at once, not after a time-out."""
    client = connect()
    client.ask(b"5:1")
    server.stop()
    assert client.is_closed()


def test_the_road_can_be_off(make_server):
    """`--live off`: no such road in the ready file."""
    server = make_server("--live", "off").start()
    assert "live" not in server.ready
    assert server.udp.ask(b"1:x") == b"0"


def test_thousands_of_idle_connections_cost_little(connect, server, many_descriptors):
    """3,000 subscribers that are told nothing: at most 8 KiB each, and a message reaches all of them."""
    count = min(3_000, many_descriptors - 300)
    first = connect()
    assert first.ask(b"5:1") == b"0:"
    before = server.resident_mib()
    crowd = [connect() for _ in range(count)]
    for client in crowd:
        assert client.ask(b"5:1") == b"0:"
    grown = (server.resident_mib() - before) * 1_024 / count
    assert grown <= 8, f"{grown:.1f} KiB an idle connection"
    server.udp.ask(b"1:to all")
    for client in crowd:
        assert client.pushed(1) == [b"to all"]


def test_fanout_is_measured(mboard, server):
    """`mboard bench fanout` counts what is delivered: every message to every subscriber."""
    options = ["--server", server.ready["live"], "--subscribers", "20", "--publishers", "3", "--json"]
    outcome = mboard("bench", "fanout", *options, "--inflight", "50", "--count", "400", within=60)
    assert outcome.code == 0, outcome.stderr
    (report,) = outcome.objects
    assert (report["deliveries"], report["missing"], report["errors"]) == (8_000, 0, 0)
    assert len(wire.id_list(server.tcp.ask(b"2:0"))) == 400
    outcome = mboard("bench", "fanout", *options, "--inflight", "1", "--count", "20", within=60)
    assert 0 < outcome.objects[0]["latency_ms"]["p50"] <= outcome.objects[0]["latency_ms"]["max"]


def test_the_tour_of_the_protocol_by_hand(connect):
    """The example of docs/protocols.md, typed as it stands there."""
    client = connect()
    client.socket.sendall(textwrap.dedent("""\
        5:1;
        1:aGVsbG8=;
        """).encode())
    assert client.next() == b"0:"
    messages = sorted([client.next(), client.next()])
    assert messages[0] == b"0:" and live.bodies(messages[1]) == [b"hello"]


def test_nothing_waits_for_an_answer_that_is_not_read(connect, server):
    """Requests without end whose answers nobody reads are not read on: memory stays bounded, the others are served."""
    client = connect()
    client.socket.settimeout(1)
    sent = 0
    with pytest.raises(TimeoutError):
        while sent < 64 * MIB:
            sent += client.socket.send(b"b:;" * 10_000)
    assert server.resident_mib() < 300
    assert server.udp.ask(b"1:x") == b"0"
    eventually(lambda: server.tcp.ask(b"2:0") == b"0:1", "the message is there")
