"""The commands with `--via xmlrpc`: the same board by remote procedure call."""

import contextlib
import http.server
import re
import socket
import subprocess
import threading
from xmlrpc.client import Fault

import pytest

from fake_xmlrpc import FakeXMLRPC
from running import Running
from waiting import eventually

DONE, SAID_NO, USAGE, DAMAGED, UNREACHABLE = 0, 1, 64, 65, 69


@pytest.fixture
def fake():
    fake = FakeXMLRPC()
    yield fake
    with contextlib.suppress(OSError):
        fake.close()


@pytest.fixture
def via(fake) -> list[str]:
    """The options that lead to the test's board."""
    return ["--server", fake.address, "--via", "xmlrpc"]


@pytest.fixture
def watch(binary, tmp_path, fake):
    """Starts `mboard watch` on the test's board, and ends it after the test."""
    started: list[Running] = []

    def start(*options: str) -> Running:
        command = [str(binary), "watch", "--server", fake.address, "--via", "xmlrpc", *options]
        started.append(Running(command, tmp_path, f"watch-{len(started)}"))
        return started[-1]

    yield start
    for running in started:
        running.kill()


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b"hello", "hello"),
        ("grüße <&> 👋\n\ttab".encode(), "grüße <&> 👋\n\ttab"),
        (b"", ""),
        (b"bell \x07", b"bell \x07"),
        (b"\xff\xfe\x00", b"\xff\xfe\x00"),
        ("never a character: \uffff".encode(), "never a character: \uffff".encode()),
    ],
    ids=["text", "signs", "empty", "control", "bytes", "noncharacter"],
)
def test_a_body_comes_back_byte_for_byte(mboard, fake, via, body, sent):
    """Text goes as a string, what XML cannot carry as base64."""
    outcome = mboard("publish", *via, "-", stdin=body)
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert fake.messages[0].body == sent
    assert mboard("get", *via, "1").stdout == body


def test_everything_of_a_message_arrives(mboard, fake, via):
    """Board, author and attributes go in, and come out as the object of the contract."""
    outcome = mboard("publish", *via, "--json", "--board", "news", "--author", "Anna", "--attribute", "title=a=b", "hello")
    assert outcome.objects == [
        {
            "id": 1, "board": "news", "time": 1763805000.123456, "origin": "127.0.0.1:43210", "road": "xmlrpc",
            "author": "Anna", "attributes": {"title": "a=b"}, "body": "hello",
        }
    ], outcome.stderr
    said = fake.messages[0]
    assert (said.board, said.author, said.attributes, said.body) == ("news", "Anna", {"title": "a=b"}, "hello")
    assert mboard("last", *via, "--json", "--board", "news").objects == outcome.objects
    assert mboard("get", *via, "--json", "1").objects == outcome.objects


def test_last_comes_in_pages(mboard, fake, via):
    """More messages than a page holds, of one board among others: each once, oldest first; and what comes meanwhile is too late."""
    fake.page = 3
    fake.meanwhile = "too late"
    for number in range(20):
        fake.say(str(number), board="other" if number % 2 else "public")
    shown = mboard("last", *via, "--json", "4")
    assert [message["body"] for message in shown.objects] == ["12", "14", "16", "18"], shown.stderr
    assert len(mboard("last", *via, "--json", "0").objects) == 11
    assert mboard("last", *via, "--json", "--board", "empty").stdout == b""


def test_a_lost_answer_is_asked_for_again_and_published_once(mboard, fake, via):
    """Two calls are carried out, and their answers lost: one message, and its id."""
    fake.swallow = 2
    outcome = mboard("publish", *via, "--timeout", "20", "through the loss")
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert fake.swallowed == 2 and [said.body for said in fake.messages] == ["through the loss"]


def test_a_message_that_is_not_there_is_1_with_its_reason(mboard, via):
    outcome = mboard("get", *via, "999")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b"")
    assert "no such message: 999" in outcome.stderr


@pytest.mark.parametrize(("code", "words"), [(6, "too big"), (8, "refused"), (9, "could not do it"), (-32601, "does not know")])
def test_a_fault_is_1_with_its_reason(mboard, fake, via, code, words):
    """The board's own faults, and those of calls that it does not know."""
    fake.refusal = Fault(code, "the words of the server")
    outcome = mboard("publish", *via, "text")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b""), outcome
    assert words in outcome.stderr


def test_an_author_that_xml_cannot_carry_is_1_and_says_which_road_can(mboard, fake, via):
    outcome = mboard("publish", *via, "--author", "a\x01b", "text")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b""), outcome
    assert "U+0001" in outcome.stderr and "--via tcp" in outcome.stderr
    assert fake.calls == []


def test_without_a_port_it_is_that_of_http(mboard):
    """Where other roads begin is no good."""
    outcome = mboard("last", "--server", "127.0.0.9", "--via", "xmlrpc", "--timeout", "1")
    assert outcome.code == UNREACHABLE and "127.0.0.9:7780" in outcome.stderr, outcome.stderr


@pytest.mark.parametrize("arguments", [["publish", "text"], ["last"], ["get", "1"]], ids=" ".join)
def test_nobody_listening_is_69(mboard, fake, via, arguments):
    fake.close()
    outcome = mboard(*arguments, *via, "--timeout", "1")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"")
    assert fake.address in outcome.stderr and "Connection refused" in outcome.stderr, outcome.stderr


def test_a_server_that_never_answers_is_69(mboard):
    """Bound, but silent: the command gives up after its timeout instead of hanging."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = "127.0.0.1:{}".format(silent.getsockname()[1])
        outcome = mboard("publish", "--server", address, "--via", "xmlrpc", "--timeout", "1", "text")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b""), outcome.stderr


def test_a_web_server_that_is_no_board_is_69(mboard, fake, via):
    fake.refuses_with_status = 404
    outcome = mboard("publish", *via, "text")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"")
    assert "404" in outcome.stderr, outcome.stderr


def test_a_server_that_refuses_the_size_is_1(mboard, fake, via):
    """HTTP status 413: said before the call was read."""
    fake.refuses_with_status = 413
    outcome = mboard("publish", *via, "text")
    assert (outcome.code, outcome.stdout) == (SAID_NO, b"")
    assert "too big" in outcome.stderr, outcome.stderr


def test_a_page_instead_of_an_answer_is_69(mboard):
    """What answers 200 to everything is no board either."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "13")
            self.end_headers()
            self.wfile.write(b"<html></html>")

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outcome = mboard("last", "--server", "127.0.0.1:{}".format(server.server_port), "--via", "xmlrpc")
        server.shutdown()
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b""), outcome.stderr


def test_watch_shows_what_is_there_and_what_comes(fake, watch):
    """`--since 0`: the whole board in pages, then what is published, and nothing of other boards."""
    fake.page = 2
    for number in range(5):
        fake.say(str(number))
    watching = watch("--json", "--since", "0")
    watching.wait_for_bodies(["0", "1", "2", "3", "4"])
    fake.say("elsewhere", board="other")
    fake.say("new")
    watching.wait_for_bodies(["0", "1", "2", "3", "4", "new"])
    assert watching.end() == DONE
    assert watching.complaints == ""


def test_watch_begins_with_what_comes_after_now(fake, watch):
    fake.say("before")
    watching = watch("--json")
    eventually(lambda: "messages_after" in fake.calls, "the watch asks for messages")
    fake.say("after")
    watching.wait_for_bodies(["after"])


def test_watch_goes_on_after_a_restart(fake, watch):
    """What is published while the server is away comes afterwards, once; one line tells of the loss, one of its end."""
    fake.say("first")
    watching = watch("--json", "--since", "0")
    watching.wait_for_bodies(["first"])
    fake.close()
    watching.wait_for_complaint("connection lost")
    fake.say("meanwhile")
    fake.open()
    watching.wait_for_bodies(["first", "meanwhile"])
    watching.wait_for_complaint("connected again")
    fake.say("last")
    watching.wait_for_bodies(["first", "meanwhile", "last"])


def test_watch_shows_every_message_once_when_answers_are_lost(fake, watch):
    """A page that was given and did not arrive comes again."""
    watching = watch("--json", "--since", "0")
    eventually(lambda: "messages_after" in fake.calls, "the watch asks for messages")
    for number in range(3):
        fake.swallow += 1
        fake.say(str(number))
        watching.wait_for_bodies([str(shown) for shown in range(number + 1)])
    assert fake.swallowed >= 3


def test_watch_notices_another_board(fake, watch):
    """A server that forgot everything is another board: exit 65."""
    fake.say("first")
    fake.say("second")
    watching = watch("--json", "--since", "0")
    watching.wait_for_bodies(["first", "second"])
    fake.close()
    fake.messages = []
    fake.open()
    assert watching.exit_code() == DAMAGED
    assert "another board" in watching.complaints


def test_watch_takes_a_pattern(fake, watch):
    """Several boards; lines of several name the board."""
    watching = watch("--since", "0", "--board", "news.*")
    for board in ("news.eu", "public", "news.us"):
        fake.say(board, board=board)
    eventually(lambda: watching.text.count("\n") == 2, "both boards")
    assert re.fullmatch(r"1  .*  news\.eu  .*  news\.eu\n3  .*  news\.us  .*  news\.us\n", watching.text)


def test_join_in_a_pipe_says_and_hears(binary, fake, tmp_path):
    """Lines are published with their author, what others say is printed, and one's own is not."""
    talking = Running(
        [str(binary), "join", "--server", fake.address, "--via", "xmlrpc", "--author", "ada", "kitchen"], tmp_path, "join",
        stdin=subprocess.PIPE,
    )
    try:
        talking.process.stdin.write(b"hello\n")
        talking.process.stdin.flush()
        eventually(lambda: fake.messages, "the line is published")
        said = fake.messages[0]
        assert (said.board, said.author, said.body) == ("kitchen", "ada", "hello")
        fake.say("good morning", board="kitchen", author="bob")
        eventually(lambda: "good morning" in talking.text, "what bob says is shown")
        talking.process.stdin.write(b"/boards\n/last 2\n/board other\nover here\n")
        talking.process.stdin.close()
        assert talking.exit_code() == DONE, talking.complaints
    finally:
        talking.kill()
    assert [(said.board, said.body) for said in fake.messages] == [
        ("kitchen", "hello"), ("kitchen", "good morning"), ("other", "over here"),
    ]
    assert "kitchen  newest message 2" in talking.text
    assert talking.text.count("good morning") == 2 and talking.text.count("hello") == 1


# The same with the real server.


@pytest.fixture
def real(make_server) -> list[str]:
    """The options that lead to a real board."""
    server = make_server("--http", "127.0.0.1:0").start()
    return ["--server", server.ready["http"], "--via", "xmlrpc"]


@pytest.mark.parametrize("body", [b"gr\xc3\xbc\xc3\x9fe\r\n<&>", b"", bytes(range(256)), "\uffff".encode(), b"x" * 3_000_000])
def test_a_real_board_keeps_every_byte(mboard, real, body):
    """Text and bytes, line ends among them, a big one too."""
    outcome = mboard("publish", *real, "-", stdin=body)
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert mboard("get", *real, "1").stdout == body


def test_a_real_board_shows_the_same_by_every_road(mboard, make_server):
    """What `last` prints by tcp and by XML-RPC, of messages that came by either."""
    server = make_server("--http", "127.0.0.1:0").start()
    xmlrpc = ["--server", server.ready["http"], "--via", "xmlrpc"]
    tcp = ["--server", server.ready["tcp"], "--via", "tcp"]
    for via in (xmlrpc, tcp):
        mboard("publish", *via, "--author", "Anna", "--attribute", "title=x", "hello")
    for number in range(300):
        server.udp.ask(b"1:%d" % number)
    shown = mboard("last", *xmlrpc, "--json", "0").objects
    assert len(shown) == 302 and [shown[0]["road"], shown[1]["road"]] == ["xmlrpc", "tcp"]
    assert shown == mboard("last", *tcp, "--json", "0").objects
    assert mboard("last", *xmlrpc, "7").text == mboard("last", *tcp, "7").text
    outcome = mboard("get", *xmlrpc, "999")
    assert outcome.code == SAID_NO and "no such message: 999" in outcome.stderr


def test_a_real_board_is_watched_through_a_restart(binary, make_server, mboard, tmp_path):
    """Killed and started again at the same address: everything once, in order."""
    server = make_server("--http", "127.0.0.1:0").start()
    address = server.ready["http"]
    command = [str(binary), "watch", "--server", address, "--via", "xmlrpc", "--json", "--since", "0"]
    watching = Running(command, tmp_path, "watch")
    try:
        mboard("publish", "--server", address, "--via", "xmlrpc", "one")
        watching.wait_for_bodies(["one"])
        server.kill()
        watching.wait_for_complaint("connection lost")
        server.start("--http", address)
        server.udp.ask(b"1:two")
        watching.wait_for_bodies(["one", "two"])
        watching.wait_for_complaint("connected again")
        mboard("publish", "--server", address, "--via", "xmlrpc", "three")
        watching.wait_for_bodies(["one", "two", "three"])
        assert watching.end() == DONE
    finally:
        watching.kill()


def test_people_talk_on_a_real_board(binary, real, tmp_path):
    """Two in pipes: each hears the other, and not itself."""
    people = {}
    try:
        for name in ("ada", "bob"):
            command = [str(binary), "join", *real, "--author", name, "kitchen"]
            people[name] = Running(command, tmp_path, name, stdin=subprocess.PIPE)
        for name, other in (("ada", "bob"), ("bob", "ada")):
            stdin = people[name].process.stdin
            said = 0

            def heard():
                nonlocal said
                said += 1
                stdin.write(b"%s says %d\n" % (name.encode(), said))
                stdin.flush()
                return f"{name} says" in people[other].text

            eventually(heard, f"{other} hears {name}")
        for running in people.values():
            running.process.stdin.close()
            assert running.exit_code() == DONE, running.complaints
        assert "ada says" not in people["ada"].text
    finally:
        for running in people.values():
            running.kill()
