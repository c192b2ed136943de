"""`mboard publish`, `last` and `get`: what they print where, and how they end."""

import json
import socket
import time

import pytest

import wire
from relay import Relay

DONE, SAID_NO, USAGE, UNREACHABLE = 0, 1, 64, 69


@pytest.fixture
def via(server, road) -> list[str]:
    """The options that lead to the test's server on the test's road."""
    return ["--server", server.ready[road], "--via", road]


def test_publish_prints_the_id_and_nothing_else(mboard, server, via):
    """A script reads the id from standard output."""
    first, second = mboard("publish", *via, "hello"), mboard("publish", *via, "again")
    assert (first.code, first.stdout, second.stdout) == (DONE, b"1\n", b"2\n"), first.stderr
    assert wire.got(server.tcp.ask(b"3:1")).text == b"hello"


def test_publish_says_which_board_and_author(mboard, server, via):
    """`--board` and `--author` arrive."""
    mboard("publish", *via, "--board", "news", "--author", "Anna Müller", "hello")
    (record,) = wire.parse_records(server.tcp.ask(b"6:0:news"))
    assert (record.board, record.author, record.body) == ("news", "Anna Müller", b"hello")


def test_publish_takes_attributes(mboard, server, via):
    """`--attribute NAME=VALUE`, several times; the value may hold an equals sign."""
    mboard("publish", *via, "--attribute", "title=a=b", "--attribute", "tags=x,y", "hello")
    (record,) = wire.parse_records(server.tcp.ask(b"6:0"))
    assert record.attributes == {"title": "a=b", "tags": "x,y"}


def test_a_text_that_begins_with_a_dash(mboard, server, via):
    """After `--` everything is text."""
    assert mboard("publish", *via, "--", "--json").stdout == b"1\n"
    assert wire.got(server.tcp.ask(b"3:1")).text == b"--json"


def test_what_does_not_fit_a_datagram_is_refused_and_says_what_to_do(mboard, server):
    """70,000 bytes by `--via udp`: exit 1 or 64, nothing published, and a hint at the road that can."""
    outcome = mboard("publish", "--server", server.ready["udp"], "--via", "udp", "-", stdin=b"x" * 70_000)
    assert outcome.code in (SAID_NO, USAGE) and outcome.stdout == b""
    assert "tcp" in outcome.stderr, outcome.stderr
    assert server.tcp.ask(b"2:0") == b"0"


@pytest.mark.parametrize("body", [b"", b"two\nlines\n", bytes(range(256)), b"no line end"])
def test_publish_from_standard_input(mboard, server, via, body):
    """`-` publishes what comes in, byte for byte, to its end."""
    assert mboard("publish", *via, "-", stdin=body).stdout == b"1\n"
    assert wire.got(server.tcp.ask(b"3:1")).text == body


def test_get_prints_the_body_raw_to_a_pipe(mboard, server, via):
    """Any bytes, with nothing before, between or after: `mboard get 1 > file` gives the file back."""
    body = bytes(range(256)) + b"\n\n"
    server.tcp.ask(wire.publish(body))
    outcome = mboard("get", *via, "1")
    assert (outcome.code, outcome.stdout) == (DONE, body), outcome.stderr


def test_a_big_body_goes_through_pipes(mboard, server):
    """3 MiB in by `publish -` and out by `get`, over TCP."""
    via = ["--server", server.ready["tcp"], "--via", "tcp"]
    body = bytes(range(251)) * (3 * (1 << 20) // 251)
    assert mboard("publish", *via, "-", stdin=body).stdout == b"1\n"
    assert mboard("get", *via, "1").stdout == body


def test_json_is_the_object_of_the_contract(mboard, server, via, road):
    """Every key, with its type; times as numbers; what is not there is null, never left out."""
    before = time.time()
    published = mboard("publish", *via, "--json", "--author", "anna", "--board", "news", "text")
    after = time.time()
    (shown,) = published.objects
    host, _, port = shown.pop("origin").rpartition(":")
    assert host == "127.0.0.1" and 0 < int(port) < 65536
    assert before - 0.001 <= shown.pop("time") <= after + 0.001
    assert shown == {"id": 1, "board": "news", "road": road, "author": "anna", "attributes": {}, "body": "text"}
    assert mboard("get", *via, "--json", "1").objects == published.objects
    assert mboard("last", *via, "--json", "--board", "news").objects == published.objects


def test_json_of_an_anonymous_message_with_attributes(mboard, server, via):
    """`"author":null`, and attributes as an object of strings."""
    server.tcp.ask(wire.publish_with(b"plain", attributes={"title": "T", "priority": "5"}))
    (shown,) = mboard("last", *via, "--json").objects
    assert shown["author"] is None and shown["attributes"] == {"title": "T", "priority": "5"}


def test_json_of_a_body_that_is_not_utf8(mboard, server, via):
    """`body_base64` instead of `body`, never a replaced byte."""
    server.tcp.ask(wire.publish(b"\xff\xfe\0"))
    (shown,) = mboard("get", *via, "--json", "1").objects
    assert shown["body_base64"] == "//4A" and "body" not in shown


def test_json_is_one_object_a_line(mboard, server, via):
    """Line ends, quotes and separators inside a body do not break the lines."""
    bodies = ['one\ntwo\r\n"quoted" \\ back', "\u2028\u2029\x85 \0", "👋"]
    for body in bodies:
        server.tcp.ask(wire.publish(body.encode()))
    outcome = mboard("last", *via, "--json")
    assert outcome.stdout.count(b"\n") == 3
    assert [json.loads(line)["body"] for line in outcome.stdout.split(b"\n")[:3]] == bodies


def test_json_time_has_microseconds(mboard, server, via):
    """The number in JSON is the time that the protocol gives, to the microsecond."""
    for _ in range(5):
        server.tcp.ask(b"1:tick")
    shown = [round(message["time"] * 1e6) for message in mboard("last", *via, "--json").objects]
    stored = [round(record.time * 1e6) for record in wire.parse_records(server.tcp.ask(b"6:0"))]
    assert shown == stored and any(time % 1000 for time in shown)


def test_last_shows_the_newest_oldest_first(mboard, server, via):
    """`last N` for people: each text on the screen, in order."""
    for number in range(5):
        server.tcp.ask(b"1:text number %d" % number)
    outcome = mboard("last", *via, "2")
    assert outcome.code == DONE and "number 2" not in outcome.text
    assert 0 < outcome.text.index("text number 3") < outcome.text.index("text number 4")
    assert [message["id"] for message in mboard("last", *via, "--json", "3").objects] == [3, 4, 5]


def test_last_of_an_empty_board_prints_no_message(mboard, via):
    """Nothing on standard output in JSON, and no error."""
    outcome = mboard("last", *via, "--json")
    assert (outcome.code, outcome.stdout) == (DONE, b"")


def test_a_message_that_is_not_there_is_1_with_its_reason(mboard, via):
    """The server said no: exit 1, the reason on standard error, nothing on standard output."""
    outcome = mboard("get", *via, "999")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b"")
    assert "999" in outcome.stderr and "no such message" in outcome.stderr, outcome.stderr


def test_a_terminal_sees_no_control_bytes_of_a_stranger(mboard, server, via):
    """`last` is read on a terminal: an escape sequence in a body must not reach it raw."""
    server.tcp.ask(b"1:\x1b[2J\x1b]0;owned\x07 harmless")
    shown = mboard("last", *via).stdout
    assert b"harmless" in shown and b"\x1b" not in shown and b"\x07" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish"],
        ["publish", "one", "two"],
        ["publish", "--no-such-option", "text"],
        ["publish", "--via", "pigeon", "text"],
        ["publish", "--server", "127.0.0.1:port", "text"],
        ["publish", "--server", "127.0.0.1:99999", "text"],
        ["publish", "--board", "no such", "text"],
        ["get"],
        ["get", "one"],
        ["last", "many"],
        ["last", "--timeout", "soon"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(mboard, arguments):
    """Wrong words never reach a server: exit 64, an explanation on standard error, nothing on standard output."""
    outcome = mboard(*arguments)
    assert (outcome.code, outcome.stdout) == (USAGE, b""), outcome
    assert outcome.stderr.strip()


@pytest.mark.parametrize("arguments", [["publish", "text"], ["last"], ["get", "1"]], ids=" ".join)
def test_nobody_listening_is_69(mboard, road, arguments):
    """A closed port: exit 69 and the address on standard error."""
    kind = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[road]
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        address = "127.0.0.1:{}".format(taken.getsockname()[1])
    outcome = mboard(*arguments, "--server", address, "--via", road, "--timeout", "1")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"")
    assert address in outcome.stderr, outcome.stderr


def test_a_server_that_never_answers_is_69(mboard, road):
    """Bound, but silent: the command gives up after its timeout instead of hanging."""
    kind = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[road]
    with socket.socket(socket.AF_INET, kind) as silent:
        silent.bind(("127.0.0.1", 0))
        if road == "tcp":
            silent.listen()
        address = "127.0.0.1:{}".format(silent.getsockname()[1])
        outcome = mboard("publish", "--server", address, "--via", road, "--timeout", "1", "text")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b""), outcome.stderr


def test_a_lost_answer_is_asked_for_again_and_published_once(mboard, server):
    """Between command and server stands a relay that swallows the first two answers: one message, and its id."""
    with Relay(server.address("udp"), swallow=2) as relay:
        outcome = mboard("publish", "--server", relay.address, "--via", "udp", "--timeout", "20", "through the loss")
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert relay.swallowed == 2
    assert server.tcp.ask(b"2:0") == b"0:1"
