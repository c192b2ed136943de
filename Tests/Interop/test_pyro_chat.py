"""The chat of the lecture notes as `mboard.chat`: Pyro5's own clients, the notes' programs, and `mboard chat`."""

import contextlib
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from Pyro5.errors import CommunicationError, DaemonError

import remote
import wire
from running import Running
from terminal import CTRL, ENTER, Terminal
from waiting import eventually

CLIENTS = Path(__file__).with_name("clients")
DONE, SAID_NO, USAGE, UNREACHABLE = 0, 1, 64, 69


@pytest.fixture
def chat(server):
    with remote.proxy(server, "mboard.chat") as proxy:
        yield proxy


@pytest.fixture
def user(server):
    """Makes users of the chat, each with connections of its own."""
    with contextlib.ExitStack() as stack:

        def register(name: str, serializer: str = "serpent"):
            chat = stack.enter_context(remote.proxy(server, "mboard.chat", serializer))
            made = stack.enter_context(remote.by_uri(chat.register(name), serializer))
            return made

        yield register


@pytest.fixture
def run(tmp_path):
    """Starts programs whose input stays open, and ends them after the test."""
    started: list[Running] = []

    def start(*command: str | Path) -> Running:
        words = [str(word) for word in command]
        started.append(Running(words, tmp_path, f"run-{len(started)}", stdin=subprocess.PIPE))
        return started[-1]

    yield start
    for running in started:
        running.kill()


def type_line(running: Running, line: str) -> None:
    running.process.stdin.write(line.encode() + b"\n")
    running.process.stdin.flush()


# The notes' functions


@pytest.mark.parametrize("serializer", ["serpent", "json", "msgpack"])
def test_two_users_talk(user, server, serializer):
    ada, bob = user("ada", serializer), user("bob", serializer)
    assert (ada.whoami(), bob.whoami()) == ("ada", "bob")
    ada.post("hello")
    bob.post("hello ada")
    lines = ["From ada : hello", "From bob : hello ada"]
    assert ada.get() == lines and bob.get() == lines
    assert ada.get() == []
    bob.post_private("psst", "ada")
    assert bob.get_private() == [] and ada.get_private() == ["From bob : psst"] and ada.get_private() == []
    ada.post("more")
    assert ada.get() == ["From ada : more"]


def test_the_chat_itself(chat, user):
    user("ada")
    chat.post("first", "eve")
    chat.post("second", name="eve")
    chat.post("third")
    lines = ["From eve : first", "From eve : second", "From Unknown : third"]
    assert chat.get() == chat.get(0) == chat.get(idx=0) == lines
    assert chat.get(2) == lines[2:] and chat.get(3) == [] and chat.get(99) == []
    assert chat.get(-1) == lines[-1:] and chat.get(-99) == lines
    assert chat.get_users() == ["ada"]


def test_a_private_message_to_nobody_is_not_delivered(chat, user):
    ada = user("ada")
    assert ada.post_private("x", "nobody") is False and chat.post_private("x", "nobody") is False
    assert chat.post_private("x", "ada") is True and ada.get_private() == ["From Unknown : x"]


def test_public_posts_are_messages_of_the_board_chat(user, server):
    ada = user("ada")
    ada.post("seen everywhere")
    (record,) = wire.parse_records(server.tcp.ask(wire.records(0, "chat")))
    assert (record.author, record.body) == ("ada", b"seen everywhere")
    (record,) = wire.parse_records(server.udp.ask(wire.records(0, "chat")))
    assert record.author == "ada"
    server.tcp.ask(wire.publish_with(b"by tcp", board="chat", author="carl"))
    server.udp.ask(wire.publish_with(b"by udp", board="chat"))
    assert ada.get() == ["From ada : seen everywhere", "From carl : by tcp", "From Unknown : by udp"]


def test_private_messages_are_not_stored(user, server):
    ada, bob = user("ada"), user("bob")
    bob.post_private("a secret", "ada")
    assert b"a secret" not in b"".join(path.read_bytes() for path in server.data.iterdir() if path.is_file())
    assert ada.get_private() == ["From bob : a secret"]


def test_what_was_said_before_is_there_after_a_restart(make_server):
    server = make_server().start()
    for number in range(3):
        server.tcp.ask(wire.publish_with(str(number).encode(), board="chat", author="ada"))
    server.restart()
    with remote.proxy(server, "mboard.chat") as chat:
        assert chat.get() == [f"From ada : {number}" for number in range(3)]


def test_a_long_chat_comes_in_pieces(server):
    with remote.proxy(server, "mboard.chat") as chat, remote.proxy(server, "mboard.board") as board:
        assert chat.get() == []
        board._pyroOneway.add("publish")
        for number in range(2_500):
            board.publish(str(number), "chat", "a")
        eventually(lambda: len(board.last(0, "chat")) == 2_500, "all are published")
        got = []
        while more := chat.get(len(got)):
            got += more
        # One-way calls run side by side.
        assert sorted(got, key=lambda line: int(line[9:])) == [f"From a : {number}" for number in range(2_500)]
        assert chat.get(-3) == got[-3:]


# Streams


def test_new_posts_and_private_messages_are_pushed(user, server):
    ada, bob = user("ada"), user("bob")
    bob.post("before")
    posts, got = iter(ada.follow()), []
    assert next(posts) == "From bob : before"
    bob.post("after")
    assert next(posts) == "From bob : after"
    assert ada.get() == [], "what was pushed is not given again"
    uri = str(ada._pyroUri)

    def listen() -> None:
        with remote.by_uri(uri) as second:
            got.append(next(iter(second.follow_private())))

    waiting = threading.Thread(target=listen)
    waiting.start()
    bob.post_private("psst", "ada")
    waiting.join(10)
    assert got == ["From bob : psst"] and ada.get_private() == []


# Names


@pytest.mark.parametrize("name", ["", "a" * 65, "a\nb", "\x1b[31m", " ", " ada", "ada\u00a0"])
def test_names_that_are_none(chat, name):
    with pytest.raises(ValueError, match="a name has 1 to 64 bytes"):
        chat.register(name)


def test_a_name_is_one_users_at_a_time(chat, user):
    ada = user("ada")
    with pytest.raises(ValueError, match="ada is taken"):
        chat.register("ada")
    ada.post("still me")
    assert chat.get_users() == ["ada"]


def test_a_name_is_free_when_its_user_leaves(chat, user):
    ada = user("ada")
    ada.leave()
    assert chat.get_users() == []
    with pytest.raises(RuntimeError, match="left"):
        ada.post("x")
    assert user("ada").whoami() == "ada"


def test_a_name_is_free_when_its_users_connections_are_closed(chat, server):
    with remote.proxy(server, "mboard.chat") as other, remote.by_uri(other.register("ada")) as ada:
        assert ada.whoami() == "ada"
        uri = str(ada._pyroUri)
    eventually(lambda: chat.get_users() == [], "the user is gone")
    with remote.by_uri(uri) as ada, pytest.raises((CommunicationError, DaemonError), match="unknown object"):
        ada.whoami()
    chat.register("ada")


def test_whoever_registers_and_closes_has_time_for_the_first_call(chat, server):
    with remote.proxy(server, "mboard.chat") as other:
        uri = other.register("ada")
    assert chat.get_users() == ["ada"]
    with remote.by_uri(uri) as ada:
        assert ada.whoami() == "ada"
    eventually(lambda: chat.get_users() == [], "the user is gone")


def test_objects_of_one_client_are_bounded(server):
    with remote.proxy(server, "mboard.chat") as chat:
        for number in range(100):
            chat.register(f"user {number}")
        with pytest.raises(DaemonError, match="100 objects"):
            chat.register("one more")
        assert len(chat.get_users()) == 100


def test_private_messages_are_bounded(user):
    ada, bob = user("ada"), user("bob")
    with pytest.raises(ValueError, match="65536"):
        bob.post_private("x" * 65_537, "ada")
    for number in range(1_000):
        bob.post_private(str(number), "ada")
    with pytest.raises(RuntimeError, match="too many"):
        bob.post_private("one more", "ada")
    assert len(ada.get_private()) == 1_000
    for _ in range(15):
        bob.post_private("x" * 65_536, "ada")
    with pytest.raises(RuntimeError, match="too many"):
        bob.post_private("x" * 65_536, "ada")


# The notes' own client


def test_the_notes_client(run, user, server):
    uri = f"PYRO:mboard.chat@{server.ready['pyro']}"
    client = run(sys.executable, CLIENTS / "pyro_chat.py", "-u", uri, "-n", "ada")
    client.wait_for_complaint("INFO")
    bob = user("bob")
    bob.post("hello ada")
    type_line(client, "hello bob")
    client.wait_for_complaint("From bob : hello ada")
    client.wait_for_complaint("From ada : hello bob")
    eventually(lambda: "From ada : hello bob" in bob.get(), "the post of the notes' client is there")


def test_a_name_is_free_when_its_client_is_killed(run, chat, server):
    uri = f"PYRO:mboard.chat@{server.ready['pyro']}"
    client = run(sys.executable, CLIENTS / "pyro_chat.py", "-u", uri, "-n", "ada")
    client.wait_for_complaint("INFO")
    assert chat.get_users() == ["ada"]
    client.process.send_signal(signal.SIGKILL)
    eventually(lambda: chat.get_users() == [], "the name is free again", within=5)


# mboard chat


@pytest.fixture
def talk(run, binary, server):
    """Starts `mboard chat` in a pipe, and waits until its user is there."""

    def start(name: str, *options: str) -> Running:
        running = run(binary, "chat", "--name", name, "--server", server.ready["pyro"], *options)
        running.wait_for_complaint(f"{name} is in the chat")
        return running

    return start


def test_everybody_talks_with_everybody(run, talk, user, server):
    bob = user("bob")
    ada = talk("ada")
    uri = f"PYRO:mboard.chat@{server.ready['pyro']}"
    carl = run(sys.executable, CLIENTS / "pyro_chat.py", "-u", uri, "-n", "carl")
    carl.wait_for_complaint("INFO")
    type_line(ada, "from ada")
    eventually(lambda: "From ada : from ada" in bob.get(), "ada's post")
    bob.post("from bob")
    bob.post_private("psst", "ada")
    type_line(carl, "from carl")
    server.tcp.ask(wire.publish_with(b"by tcp", board="chat", author="dan"))
    expected = {"From bob : from bob", "(private) From bob : psst", "From carl : from carl", "From dan : by tcp"}
    eventually(lambda: set(ada.text.splitlines()) == expected, "everybody is heard, oneself is not")
    type_line(ada, "/msg bob just you")
    eventually(lambda: bob.get_private() == ["From ada : just you"], "the private message")
    type_line(ada, "/users")
    ada.wait_for_complaint("here: ada, bob, carl")
    type_line(ada, "//slash")
    eventually(lambda: "From ada : /slash" in bob.get(), "a line with a slash")
    type_line(ada, "/quit")
    assert ada.exit_code() == DONE
    assert "connection lost" not in ada.complaints, "who leaves has lost nothing"
    with remote.proxy(server, "mboard.chat") as chat:
        assert "ada" not in chat.get_users(), "the name is free at once"


def test_lines_of_a_pipe_are_all_said_in_order(mboard, server):
    outcome = mboard("chat", "--name", "ada", "--server", server.ready["pyro"], stdin=b"one\ntwo\n\nthree")
    assert (outcome.code, outcome.stdout) == (DONE, b""), outcome.stderr
    with remote.proxy(server, "mboard.chat") as chat:
        assert chat.get() == ["From ada : one", "From ada : two", "From ada : three"]
        assert chat.get_users() == []


def test_what_cannot_be_said_is_told(mboard, server):
    outcome = mboard("chat", "--name", "ada", "--server", server.ready["pyro"], stdin=b"/msg nobody x\nfine\n/msg\n")
    assert outcome.code == SAID_NO
    assert "nobody here is called nobody" in outcome.stderr and "/msg takes a name and a text" in outcome.stderr
    with remote.proxy(server, "mboard.chat") as chat:
        assert chat.get() == ["From ada : fine"]


def test_a_name_that_is_taken(mboard, user, server):
    user("ada")
    outcome = mboard("chat", "--name", "ada", "--server", server.ready["pyro"])
    assert outcome.code == SAID_NO and "the name ada is taken" in outcome.stderr


def test_a_chat_is_found_by_its_name(mboard, make_server):
    server = make_server("--names", "127.0.0.1:0").start()
    place = server.ready["names"]
    outcome = mboard("chat", "--name", "ada", "--uri", f"PYRONAME:mboard.chat@{place}", stdin=b"by name\n")
    assert outcome.code == DONE, outcome.stderr
    with remote.proxy(server, "mboard.chat") as chat:
        assert chat.get() == ["From ada : by name"]
    outcome = mboard("chat", "--name", "ada", "--uri", f"PYRONAME:nobody@{place}")
    assert outcome.code == SAID_NO and "unknown name: nobody" in outcome.stderr
    outcome = mboard("chat", "--name", "ada", "--uri", "PYRONAME:mboard.chat@127.0.0.1:1")
    assert outcome.code == UNREACHABLE and "127.0.0.1:1" in outcome.stderr and "refused" in outcome.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--name", ""],
        [],
        ["--name", "a", "--uri", "nonsense"],
        ["--name", "a", "--uri", "PYRO:x@127.0.0.1:1", "--server", "127.0.0.1:1"],
        ["--name", "a", "--server", "a:b"],
        ["--name", "a", "--timeout", "0"],
    ],
)
def test_wrong_usage(mboard, options):
    assert mboard("chat", *options).code == USAGE


def test_nobody_there(mboard):
    outcome = mboard("chat", "--name", "ada", "--server", "127.0.0.1:1")
    assert outcome.code == UNREACHABLE and "127.0.0.1:1" in outcome.stderr


def test_nothing_that_others_send_reaches_the_terminal_as_it_is(talk, user):
    ada, bob = talk("ada"), user("bob")
    bob.post("\x1b[31mred\x07\u202e")
    bob.post_private("\x1b]0;title\x07", "ada")
    eventually(lambda: "red" in ada.text and "title" in ada.text, "both are there")
    assert not any(sign in ada.text for sign in "\x1b\x07\u202e")


def test_a_signal_ends_it_and_frees_the_name(talk, chat):
    ada = talk("ada")
    assert ada.end(signal.SIGTERM) == DONE
    assert chat.get_users() == []


def test_the_server_comes_back(run, binary, make_server):
    server = make_server().start()
    address = server.ready["pyro"]
    ada = run(binary, "chat", "--name", "ada", "--server", address)
    with remote.proxy(server, "mboard.chat") as chat:
        ada.wait_for_complaint("ada is in the chat")
        chat.post("one", "bob")
        eventually(lambda: ada.text == "From bob : one\n", "the first post")
    server.stop()
    ada.wait_for_complaint("connection lost")
    server.start("--pyro", address)
    server.tcp.ask(wire.publish_with(b"meanwhile", board="chat", author="bob"))
    ada.wait_for_complaint("connected again")
    server.tcp.ask(wire.publish_with(b"after", board="chat", author="bob"))
    expected = "From bob : one\nFrom bob : meanwhile\nFrom bob : after\n"
    eventually(lambda: ada.text == expected, "nothing is missed, nothing comes twice")
    type_line(ada, "still here")
    with remote.proxy(server, "mboard.chat") as chat:
        eventually(lambda: chat.get()[-1] == "From ada : still here", "ada can speak again")


def test_the_notes_own_server(run, binary):
    """Figure 5.6 in Python: it pushes nothing, so it is asked again and again."""
    notes = run(sys.executable, CLIENTS / "pyro_chat_server.py")
    eventually(lambda: "PYRO:" in notes.text, "the chat's URI")
    uri = "PYRO:" + notes.text.split("PYRO:")[1].strip()
    ada = run(binary, "chat", "--name", "ada", "--uri", uri)
    with remote.by_uri(uri) as chat:
        ada.wait_for_complaint("ada is in the chat")
        with remote.by_uri(chat.register("bob")) as bob:
            bob.post("hello")
            bob.post_private("psst", "ada")
            eventually(lambda: sorted(ada.text.splitlines()) == ["(private) From bob : psst", "From bob : hello"], "both")
            type_line(ada, "hello bob")
            type_line(ada, "/msg bob you")
            eventually(lambda: bob.get_private() == ["From ada : you"], "the private message")
            assert bob.get() == ["From bob : hello", "From ada : hello bob"]
    ada.process.stdin.close()
    ada.process.stdin = None
    assert ada.exit_code() == DONE


def test_on_a_terminal(binary, tmp_path, user, server):
    bob = user("bob")
    bob.post("before")
    terminal = Terminal([str(binary), "chat", "--name", "ada", "--server", server.ready["pyro"]], tmp_path)
    try:
        terminal.wait_for_last("ada>")
        assert any("From bob : before" in line for line in terminal.lines)
        terminal.type(b"half a li")
        bob.post("while she types")
        terminal.wait_for("From bob : while she types")
        terminal.wait_for_last("ada> half a li")
        terminal.type(b"ne" + ENTER)
        terminal.wait_for("From ada : half a line")
        assert bob.get()[-1] == "From ada : half a line"
        terminal.type(b"/msg bob psst" + ENTER)
        terminal.wait_for("(private) To bob : psst")
        terminal.type(b"/users" + ENTER)
        terminal.wait_for("-- here: ada, bob")
        terminal.type(CTRL["D"])
        assert terminal.exit_code() == DONE
    finally:
        terminal.close()
