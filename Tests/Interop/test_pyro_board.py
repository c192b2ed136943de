"""The board as a remote object: `mboard.board`, called by Pyro5's own client, and `--via pyro` of the commands."""

import signal
import os
import socket
import threading
import time

import pytest
import serpent
from Pyro5.errors import CommunicationError, PyroError, get_pyro_traceback

import remote
import rpc
from kernel import watched_connections
from running import Running
from waiting import eventually

SAID_NO, USAGE, UNREACHABLE = 1, 64, 69


@pytest.fixture(params=["serpent", "json", "msgpack"])
def board(server, request):
    with remote.proxy(server, "mboard.board", request.param) as proxy:
        yield proxy


@pytest.fixture
def shared(shared_server):
    with remote.proxy(shared_server, "mboard.board") as proxy:
        yield proxy




def test_the_notes_calls_work_in_every_serializer(board, server):
    first, second = board.publish("hello"), board.publish("grüße 👋", author="ada")
    assert (first, second) == (1, 2)
    assert list(board.last()) == list(board.last(0)) == list(board.last(-5)) == [1, 2]
    assert list(board.last(1)) == [2]
    at, ip, port, text = board.get(second)
    assert (ip, text) == ("127.0.0.1", "grüße 👋") and abs(at - time.time()) < 60 and port > 0
    assert [list(item)[0] for item in board.messages_after(0)] == [1, 2]
    assert list(board.messages_after(1)[0]) == [2, at, ip, port, text]
    assert board.messages_after(2) == []


def test_a_board_can_be_named_everywhere(board):
    one, two = board.publish("a", board="news.eu"), board.publish("b", board="news.us")
    board.publish("c")
    assert list(board.last(board="news.eu")) == [one]
    assert [item[0] for item in board.messages_after(0, board="news.*")] == [one, two]
    assert [item[0] for item in board.messages_after(0, 1, board="news.*")] == [one]
    assert board.boards() == {"news.eu": one, "news.us": two, "public": 3}
    assert board.range(1, board="news.*") == {"after": one, "through": two}


def test_everything_about_a_message(board):
    number = board.publish("text", board="b", author="ada", attributes={"title": "x"}, request_id="r1")
    assert board.publish("again", board="b", author="ada", request_id="r1") == number
    record = board.record(number)
    assert (record["id"], record["board"], record["author"]) == (number, "b", "ada")
    assert (record["road"], record["attributes"], record["text"]) == ("pyro", {"title": "x"}, "text")
    assert board.records_after(0, board="b") == [record]


@pytest.mark.parametrize("body", [b"\xff\x00\xfe", b"", bytes(range(256))])
def test_bytes_that_are_no_text(board, server, body):
    """json has no bytes, and Pyro5's own client sends none: such a message is published with serpent, and comes in base64."""
    with remote.proxy(server, "mboard.board") as with_serpent:
        number = (with_serpent if board._pyroSerializer == "json" else board).publish(body)
    text = board.get(number)[3]
    assert (serpent.tobytes(text) if not isinstance(text, str) else text.encode()) == body


@pytest.mark.parametrize("text", ["", "'", '"', "'\"", "\\", "\n\r\t", "\0", "\u0085\u200b", "a" * 100_000, "{}", "# x"])
def test_any_text_comes_back_as_it_was(board, text):
    assert board.get(board.publish(text))[3] == text


def test_the_origin_is_the_callers_own_address(server):
    with remote.proxy(server, "mboard.board") as board:
        number = board.publish("x")
        port = board._pyroConnection.sock.getsockname()[1]
        assert board.get(number)[1:3] == ["127.0.0.1", port]


def test_messages_of_every_road_are_seen_on_every_other(server):
    with remote.proxy(server, "mboard.board") as board:
        xmlrpc = rpc.proxy(server)
        board.publish("by pyro")
        server.tcp.ask(b"1:by tcp")
        server.udp.ask(b"1:by udp")
        xmlrpc.publish("by xmlrpc")
        assert [board.get(number)[3] for number in board.last()] == ["by pyro", "by tcp", "by udp", "by xmlrpc"]
        for client in (server.tcp, server.udp):
            assert b":by pyro" in client.ask(b"3:1")
        assert xmlrpc.get(1)[3] == "by pyro"


# What it says no to


@pytest.mark.parametrize("serializer", ["serpent", "json", "msgpack"])
@pytest.mark.parametrize("call", ["get", "record"])
def test_an_unknown_number_is_a_key_error(shared_server, serializer, call):
    with remote.proxy(shared_server, "mboard.board", serializer) as board, pytest.raises(KeyError) as caught:
        getattr(board, call)(999_999)
    assert "no message 999999" in str(caught.value) and caught.value.code == 2
    assert "/Sources/" not in "".join(get_pyro_traceback(type(caught.value), caught.value, None))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda b: b.publish(), TypeError, "text"),
        (lambda b: b.publish(5), TypeError, "str or bytes"),
        (lambda b: b.publish("x", 5), TypeError, "board"),
        (lambda b: b.publish("x", nosuch=1), TypeError, "nosuch"),
        (lambda b: b.publish("x", "b", board="b"), TypeError, "multiple values"),
        (lambda b: b.publish("x", board="no such"), ValueError, "a board's name has 1 to 64"),
        (lambda b: b.publish("x", author="a" * 257), ValueError, "256"),
        (lambda b: b.publish("x", request_id="a" * 129), ValueError, "128"),
        (lambda b: b.publish("x", attributes={"": "v"}), ValueError, "name"),
        (lambda b: b.publish("x", attributes={"a": 5}), TypeError, "attributes"),
        (lambda b: b.publish("x", attributes={str(n): "v" for n in range(33)}), ValueError, "32"),
        (lambda b: b.get("x"), TypeError, "expected int"),
        (lambda b: b.get(1.5), TypeError, "expected Int, found 1.5, which it does not hold"),
        (lambda b: b.get(1 << 70), TypeError, "which it does not hold"),
        (lambda b: b.get(1, 2), TypeError, "1 argument"),
        (lambda b: b.last("many"), TypeError, "expected int"),
        (lambda b: b.last(board=""), ValueError, "a pattern"),
        (lambda b: b.messages_after(0, 0), ValueError, "limit"),
        (lambda b: b.messages_after(0, 257), ValueError, "limit"),
        (lambda b: b.follow(board="ä"), ValueError, "a pattern"),
        (lambda b: b.nosuch(), AttributeError, "nosuch"),
    ],
)
def test_bad_arguments(shared, call, error, words):
    with pytest.raises(error) as caught:
        call(shared)
    assert words in str(caught.value)
    assert shared.boards() == {}, "nothing was published, and the connection goes on"


def test_a_call_over_the_limit_is_refused(shared_server):
    """The declared length is over 16 MiB: refused before it is read."""
    with remote.proxy(shared_server, "mboard.board") as board, pytest.raises((CommunicationError, OSError)):
        board.publish("x" * (17 << 20))
    with remote.proxy(shared_server, "mboard.board") as board:
        assert board.boards() == {}


# Following


def test_a_stream_gives_what_is_there_and_what_comes(board, server):
    board.publish("one")
    with remote.proxy(server, "mboard.board") as publisher:
        items = iter(board.follow(0))
        assert list(next(items))[0] == 1
        for number in range(2, 30):
            publisher.publish(f"message {number}", board="public" if number % 2 else "other")
        got = [list(next(items)) for _ in range(14)]
    assert [item[0] for item in got] == list(range(3, 30, 2))
    assert [item[4] for item in got] == [f"message {number}" for number in range(3, 30, 2)]


def test_a_stream_without_a_number_begins_now(server):
    with remote.proxy(server, "mboard.board") as board, remote.proxy(server, "mboard.board") as publisher:
        publisher.publish("before")
        items = iter(board.follow(board="*"))
        publisher.publish("after", board="b")
        assert next(items)[4] == "after"


def test_a_stream_of_records(server):
    with remote.proxy(server, "mboard.board") as board:
        for text in ("one", "two"):
            board.publish(text)
        assert next(iter(board.follow_records(0))) == [board.record(1), board.record(2)]


def test_many_followers_see_everything_in_order(server):
    count, seen = 200, [[] for _ in range(5)]

    def follow(into: list) -> None:
        with remote.proxy(server, "mboard.board") as board:
            for item in board.follow(0):
                into.append(item[4])
                if len(into) == count:
                    return

    followers = [threading.Thread(target=follow, args=(into,)) for into in seen]
    for thread in followers:
        thread.start()
    with remote.proxy(server, "mboard.board") as board:
        for number in range(count):
            board.publish(str(number))
    for thread in followers:
        thread.join(20)
    assert all(into == [str(number) for number in range(count)] for into in seen)


def test_a_follower_that_is_slow_holds_nobody_up(server):
    with remote.proxy(server, "mboard.board") as slow, remote.proxy(server, "mboard.board") as board:
        items = iter(slow.follow(0))
        before = server.resident_mib()
        for number in range(300):
            board.publish("x" * 100_000)
        assert server.resident_mib() - before < 200
        assert len(board.last()) == 300
        assert next(items)[0] == 1
        assert [next(items)[0] for _ in range(299)] == list(range(2, 301))


def test_a_stream_can_be_left(server):
    with remote.proxy(server, "mboard.board") as board:
        for _ in range(150):
            items = iter(board.follow(0))
            items.close()
        assert board.boards() == {}


def test_streams_of_one_client_are_bounded(server):
    with remote.proxy(server, "mboard.board") as board:
        kept = [iter(board.follow(0)) for _ in range(100)]
        with pytest.raises(PyroError) as caught:
            board.follow(0)
        assert "100 streams" in str(caught.value)
        kept[0].close()


# The server's life


def test_the_server_stops_under_clients_and_followers(server):
    errors: list[Exception] = []

    def follow() -> None:
        with remote.proxy(server, "mboard.board") as board:
            try:
                for _ in board.follow(0):
                    pass
                errors.append(AssertionError("the stream ended as if there were no more messages"))
            except (PyroError, OSError) as error:
                errors.append(error)

    with remote.proxy(server, "mboard.board") as idle:
        idle.publish("x")
        threads = [threading.Thread(target=follow) for _ in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        assert server.exit_code() == 0, server.log("stderr")
        assert time.monotonic() - began < 4
    for thread in threads:
        thread.join(10)
    assert len(errors) == 5 and not any(isinstance(error, AssertionError) for error in errors), errors


def test_the_kernel_looks_after_silent_clients(server):
    """One whose machine is gone says nothing for ever: what it holds is let go when the kernel gives it up."""
    with remote.proxy(server, "mboard.board") as board:
        board.boards()
        port = int(server.ready["pyro"].rsplit(":", 1)[1])
        eventually(lambda: watched_connections(port) == 1, "the connection is watched")


def test_followers_that_are_killed_leave_nothing_behind(server):
    with remote.proxy(server, "mboard.board") as board:
        for _ in range(20):
            with remote.proxy(server, "mboard.board") as follower:
                items = iter(follower.follow(0))
                follower._pyroConnection.sock.shutdown(socket.SHUT_RDWR)
                del items
        assert board.publish("still there") == 1


def test_a_port_in_use_stops_the_start(make_server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = make_server("--pyro", f"127.0.0.1:{taken.getsockname()[1]}")
        assert server.launch().wait(20) == UNREACHABLE
        assert "cannot listen for pyro" in server.log("stderr") and "--pyro off" in server.log("stderr")


def test_the_road_can_be_off(make_server):
    server = make_server("--pyro", "off").start()
    assert "pyro" not in server.ready


# The commands


@pytest.fixture
def via(server) -> list[str]:
    return ["--server", server.ready["pyro"], "--via", "pyro"]


def test_publish_last_and_get(mboard, server, via):
    assert mboard("publish", *via, "--author", "ada", "--attribute", "a=b", "hello").text == "1\n"
    assert mboard("publish", *via, "--board", "b", "--json", "again").objects[0]["board"] == "b"
    assert mboard("last", *via).text.endswith("ada  hello\n")
    (shown,) = mboard("last", *via, "--json").objects
    assert (shown["road"], shown["author"], shown["attributes"], shown["body"]) == ("pyro", "ada", {"a": "b"}, "hello")
    assert shown == mboard("get", *via, "--json", "1").objects[0]
    assert shown == mboard("get", "--server", server.ready["tcp"], "--json", "1").objects[0]
    assert mboard("get", *via, "1").stdout == b"hello"


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", "grüße\n".encode(), b"x" * (5 << 20)])
def test_any_bytes(mboard, via, body):
    assert mboard("publish", *via, "-", stdin=body).text == "1\n"
    assert mboard("get", *via, "1").stdout == body


def test_a_message_as_large_as_a_call(mboard, server, via):
    """Bytes are not made more by the road."""
    body = os.urandom(15 << 20)
    assert mboard("publish", *via, "-", stdin=body).text == "1\n"
    assert mboard("get", *via, "1").stdout == body
    outcome = mboard("publish", *via, "-", stdin=body + body)
    assert outcome.code == SAID_NO
    assert "this road takes at most 16777216. Try --via tcp" in outcome.stderr


def test_an_object_server_without_a_board(mboard, make_server):
    server = make_server("--names", "127.0.0.1:0").start()
    outcome = mboard("last", "--server", server.ready["names"], "--via", "pyro")
    assert outcome.code == SAID_NO and "not what is wanted: unknown object" in outcome.stderr


def test_more_messages_than_a_page(mboard, server, via):
    with remote.proxy(server, "mboard.board") as board:
        for number in range(600):
            board.publish(str(number))
    assert [shown["body"] for shown in mboard("last", *via, "--json", "0").objects] == [str(n) for n in range(600)]


def test_no_such_message(mboard, via):
    outcome = mboard("get", *via, "77")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b"") and "no such message: 77" in outcome.stderr


def test_nobody_there(mboard):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    outcome = mboard("last", "--server", address, "--via", "pyro")
    assert outcome.code == UNREACHABLE and address in outcome.stderr


def test_somebody_who_never_answers(mboard):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        outcome = mboard("last", "--server", address, "--via", "pyro", "--timeout", "1")
    assert outcome.code == UNREACHABLE and "1" in outcome.stderr


def test_a_server_that_is_no_board(mboard, server):
    outcome = mboard("last", "--server", server.ready["tcp"], "--via", "pyro", "--timeout", "3")
    assert outcome.code == UNREACHABLE


def test_watch(binary, tmp_path, server, via):
    watch = Running([str(binary), "watch", *via, "--since", "0", "--json", "--board", "*"], tmp_path)
    try:
        with remote.proxy(server, "mboard.board") as board:
            board.publish("one")
            watch.wait_for_bodies(["one"])
            board.publish("two", board="b")
            server.tcp.ask(b"1:three")
            watch.wait_for_bodies(["one", "two", "three"])
        assert watch.end() == 0
    finally:
        watch.kill()


def test_watch_goes_on_when_the_server_comes_back(binary, tmp_path, make_server):
    server = make_server().start()
    address = server.ready["pyro"]
    watch = Running(
        [str(binary), "watch", "--server", address, "--via", "pyro", "--since", "0", "--json"], tmp_path
    )
    try:
        server.tcp.ask(b"1:one")
        watch.wait_for_bodies(["one"])
        server.stop()
        watch.wait_for_complaint("connection lost")
        server.start("--pyro", address)
        server.tcp.ask(b"1:two")
        watch.wait_for_bodies(["one", "two"])
    finally:
        watch.kill()


def test_join(binary, tmp_path, server, via, mboard):
    outcome = mboard("join", *via, "--author", "ada", stdin=b"one\ntwo\n")
    assert outcome.code == 0, outcome.stderr
    with remote.proxy(server, "mboard.board") as board:
        assert [board.get(number)[3] for number in board.last()] == ["one", "two"]
        assert board.record(2)["author"] == "ada"


def test_the_road_is_announced(make_server):
    server = make_server().start()
    eventually(lambda: "pyro " + server.ready["pyro"] in server.log("stderr"), "the road is said at the start")


# Names


def test_the_boards_objects_are_found_by_name(make_server):
    """With the name server in the same process; its names are there after a restart, with the new places."""
    server = make_server("--names", "127.0.0.1:0").start()
    for _ in range(2):
        with remote.by_uri(f"PYRO:Pyro.NameServer@{server.ready['names']}") as names:
            places = {name: str(names.lookup(name)) for name in ("mboard.board", "mboard.chat")}
            names.register("another.thing", "PYRO:thing@127.0.0.1:1")
        assert places == {name: f"PYRO:{name}@{server.ready['pyro']}" for name in places}
        with remote.by_uri(f"PYRONAME:mboard.board@{server.ready['names']}") as board:
            assert board.publish("found") > 0
        server.restart()
    with remote.by_uri(f"PYRO:Pyro.NameServer@{server.ready['names']}") as names:
        assert "another.thing" in names.list()


def test_a_port_of_the_name_server_that_is_in_use_stops_the_start(make_server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = make_server("--names", f"127.0.0.1:{taken.getsockname()[1]}")
        assert server.launch().wait(20) == UNREACHABLE
        assert "cannot listen for names" in server.log("stderr") and "--names off" in server.log("stderr")
