"""`mboard join`: a line to type on while others speak above it; and the same in a plain pipe."""

import contextlib
import signal
import subprocess
import threading

import pytest

import wire
from fake_live import FakeLive
from running import Running
from terminal import BACKSPACE, CTRL, DELETE, DOWN, END, ENTER, HOME, LEFT, RIGHT, UP, Terminal, pasted
from waiting import eventually

DONE, SAID_NO, USAGE, DAMAGED, UNREACHABLE = 0, 1, 64, 65, 69


@pytest.fixture
def fake():
    fake = FakeLive()
    yield fake
    with contextlib.suppress(OSError):
        fake.close()


@pytest.fixture
def join(binary, tmp_path):
    """Starts `mboard join` on a terminal, and waits until it is ready."""
    opened: list[Terminal] = []

    def start(address: str, *options: str, ready: str | None = "public>", **settings) -> Terminal:
        command = [str(binary), "join", "--server", address, *options]
        opened.append(Terminal(command, tmp_path, **{"USER": "tester", **settings}))
        if ready:
            opened[-1].wait_for_last(ready)
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.fixture
def pipe(binary, tmp_path):
    """Starts `mboard join` in a pipe whose input stays open."""
    started: list[Running] = []

    def start(address: str, *options: str, **popen) -> Running:
        command = [str(binary), "join", "--server", address, *options]
        started.append(Running(command, tmp_path, f"join-{len(started)}", stdin=subprocess.PIPE, **popen))
        return started[-1]

    yield start
    for running in started:
        running.kill()


# On a terminal


def test_the_last_messages_are_shown_and_what_is_typed_is_published(server, join):
    """The last 20; then Enter publishes, with the author, and the message appears like everybody's."""
    for number in range(25):
        server.udp.ask(b"1:said %d." % number)
    terminal = join(server.ready["live"], "--author", "ada", rows=40)
    terminal.wait_for("said 24.")
    assert not terminal.shows("said 4.") and terminal.shows("said 5.")
    terminal.type("hällo 日本 👋", ENTER)
    terminal.wait_for("ada  hällo 日本 👋")
    terminal.wait_for_last("public>")
    (record,) = wire.parse_records(server.tcp.ask(b"6:1"))
    assert (record.author, record.body.decode()) == ("ada", "hällo 日本 👋")


def test_the_author_is_the_user(fake, join):
    """Without --author the name is $USER."""
    terminal = join(fake.address)
    terminal.type("hi", ENTER)
    terminal.wait_for("tester  hi")
    assert fake.messages[0].author == "tester"


@pytest.mark.parametrize("typed", ["half a li", "grüße an 日本 👋 und", "x" * 200])
def test_what_others_say_leaves_the_line_whole(fake, join, typed):
    """While a line is being typed, ten others speak: each is above it, and the line is as it was, to its last letter."""
    terminal = join(fake.address)
    terminal.type(typed)
    eventually(lambda: terminal.shows("public> " + typed), "the line")
    for number in range(10):
        fake.say(b"others say %d" % number)
    terminal.wait_for("others say 9")
    eventually(lambda: terminal.text.endswith("public> " + typed), "the line below")
    rows = terminal.lines
    said = [row.rsplit("others say ")[1] for row in rows if "others say" in row]
    assert said == [str(number) for number in range(10)]
    terminal.type(" end", ENTER)
    eventually(lambda: fake.bodies()[-1].decode() == typed + " end", "it is published as it was typed")


def test_the_cursor_stays_where_it_was(fake, join):
    """In the middle of a line of two rows with wide letters."""
    terminal = join(fake.address, columns=30)
    terminal.type("日本語 is what is typed over two rows", LEFT * 10)
    place = (5, "d over two rows")
    eventually(lambda: terminal.cursor == place, "the cursor is in the second row")
    fake.say(b"meanwhile")
    terminal.wait_for("meanwhile")
    eventually(lambda: terminal.cursor == place, "the cursor is there again")
    terminal.type("X", ENTER)
    eventually(lambda: len(fake.bodies()) == 2, "it is published")
    assert fake.bodies()[1].decode() == "日本語 is what is typed oveXr two rows"


@pytest.mark.parametrize(
    ("keys", "published"),
    [
        ([b"one two", LEFT, LEFT, LEFT, b"X"], b"one Xtwo"),
        ([b"one", HOME, b"X", END, b"Y", RIGHT], b"XoneY"),
        ([b"one", CTRL["A"], b"X", CTRL["E"], b"Y"], b"XoneY"),
        ([b"one", BACKSPACE, BACKSPACE, b"X"], b"oX"),
        (["grüße".encode(), BACKSPACE, BACKSPACE, BACKSPACE, b"n"], "grn".encode()),
        ([b"one", HOME, DELETE, DELETE], b"e"),
        ([b"one two", CTRL["U"], b"X"], b"X"),
        ([b"one two", HOME, b"X", CTRL["K"]], b"X"),
        ([b"one two three", CTRL["W"], b"X"], b"one two X"),
        ([b"oh no", CTRL["C"], b"better"], b"better"),
        ([pasted("one\ntwo"), b" three"], b"one\ntwo three"),
        ([b"//quit"], b"/quit"),
    ],
    ids=lambda value: value.decode(errors="replace") if isinstance(value, bytes) else "keys",
)
def test_the_keys_that_edit_a_line(fake, join, keys, published):
    """Each does what it does in every shell."""
    terminal = join(fake.address)
    terminal.type(*keys, ENTER)
    eventually(lambda: fake.bodies() == [published], f"{published} is published")


def test_up_and_down_go_through_the_history(fake, join):
    """Lines that were sent, and back to the one that was begun."""
    terminal = join(fake.address)
    terminal.type("one", ENTER, "two", ENTER, "begun", UP, UP, ENTER, UP, DOWN, "new", ENTER)
    eventually(lambda: fake.bodies() == [b"one", b"two", b"one", b"new"], "the lines")


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (30, 8), (120, 40)])
def test_another_size_keeps_the_line_whole(fake, join, columns, rows):
    """A window is made smaller or larger in the middle of a long line."""
    typed = "0123456789" * 12
    terminal = join(fake.address)
    fake.say(b"before")
    terminal.type(typed)
    terminal.wait_for("public> " + typed)
    terminal.resize(columns, rows)
    eventually(lambda: terminal.text.endswith("public> " + typed), "the line, over other rows")
    fake.say(b"after")
    terminal.wait_for("after")
    assert terminal.text.endswith("public> " + typed) and terminal.text.count("public>") == 1
    terminal.type(ENTER)
    eventually(lambda: fake.bodies()[-1].decode() == typed, "it is published")


def test_what_others_say_cannot_touch_the_terminal(fake, join):
    """Escape sequences and line ends in texts and authors are signs."""
    terminal = join(fake.address)
    fake.say(b"\x1b[2J\x1b[Hgone\r\nand a title \x1b]0;x\x07", author="\x1b[31mred")
    terminal.wait_for("and a title")
    assert terminal.shows("␛[2J␛[Hgone␍␊and a title ␛]0;x␇") and terminal.shows("␛[31mred")
    assert b"\x1b[2J" not in terminal.raw and b"\x1b]0" not in terminal.raw


def test_commands(server, join):
    """/boards, /last N, /board NAME, /help; what is none is said and not published."""
    server.tcp.ask(wire.publish_with(b"bring cake", board="kitchen"))
    for number in range(3):
        server.udp.ask(b"1:said %d." % number)
    terminal = join(server.ready["live"], rows=60)
    terminal.type("/boards", ENTER)
    terminal.wait_for("kitchen  newest message 1")
    terminal.wait_for("public  newest message 4")
    terminal.type("/last 2", ENTER)
    eventually(lambda: "\n".join(terminal.lines).count("said 2.") == 2, "the last two again")
    assert terminal.text.count("said 1.") == 2 and terminal.text.count("said 0.") == 1
    terminal.type("/nothing", ENTER)
    terminal.wait_for("no such command")
    terminal.type("/help", ENTER)
    terminal.wait_for("/board NAME")
    terminal.type("/board kitchen", ENTER)
    terminal.wait_for("bring cake")
    terminal.wait_for_last("kitchen>")
    terminal.type("yes", ENTER)
    terminal.wait_for("tester  yes")
    assert [record.body for record in wire.parse_records(server.tcp.ask(b"6:0:kitchen"))] == [b"bring cake", b"yes"]
    assert len(wire.parse_records(server.tcp.ask(b"6:0"))) == 3


@pytest.mark.parametrize(
    "keys", [[b"/quit", ENTER], [CTRL["D"]], [CTRL["C"]], [b"half", CTRL["C"], CTRL["C"]], [b"half", CTRL["D"]]],
    ids=["quit", "ctrl-d", "ctrl-c", "twice ctrl-c", "ctrl-d in a line"],
)
def test_ways_to_leave(fake, join, keys):
    """Exit 0, the terminal as it was, nothing published."""
    terminal = join(fake.address)
    assert not terminal.is_as_before(), "keys are read one by one"
    terminal.type(*keys)
    assert terminal.exit_code() == DONE
    assert terminal.is_as_before()
    assert terminal.raw.endswith(b"\r\x1b[J\x1b[?2004l\x1b[?7h"), "no line, paste marks off, margins on"
    assert fake.bodies() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT])
def test_a_signal_leaves_the_terminal_as_it_was(fake, join, number):
    """Whoever kills it gets a usable terminal back; SIGTERM, SIGINT and SIGHUP end it with 0."""
    terminal = join(fake.address)
    terminal.type("half a line")
    terminal.wait_for("half a line")
    terminal.process.send_signal(number)
    code = terminal.exit_code(within=20)
    assert code == (-number if number in (signal.SIGQUIT, signal.SIGABRT) else DONE)
    assert terminal.is_as_before()


def test_an_error_leaves_the_terminal_as_it_was(fake, join):
    """Another board in the place of the one before ends it, with 65."""
    terminal = join(fake.address)
    fake.say(b"one")
    terminal.wait_for("one")
    with fake.lock:
        fake.messages = []
        fake.drop()
    assert terminal.exit_code() == DAMAGED
    assert terminal.is_as_before() and terminal.shows("another board")


def test_nobody_there(fake, join):
    """Within the timeout: exit 69, a clear line, the terminal as it was."""
    fake.close()
    terminal = join(fake.address, "--timeout", "0.5", ready=None)
    assert terminal.exit_code() == UNREACHABLE
    assert terminal.is_as_before() and terminal.shows("no board can be reached")


def test_after_being_stopped_it_goes_on(fake, join):
    """SIGSTOP, a shell that takes the terminal back meanwhile, SIGCONT: the line is there again, and keys are keys."""
    import termios

    terminal = join(fake.address)
    terminal.type("half a line")
    terminal.wait_for("half a line")
    terminal.process.send_signal(signal.SIGSTOP)
    termios.tcsetattr(terminal.slave, termios.TCSANOW, terminal.settings)
    terminal.process.send_signal(signal.SIGCONT)
    eventually(lambda: not terminal.is_as_before(), "keys are read one by one again")
    terminal.wait_for_last("public> half a line")


def test_while_the_server_is_away_nothing_is_lost(fake, join):
    """What cannot be published stays in the line, and that is said; after the connection is back, Enter publishes it."""
    terminal = join(fake.address)
    terminal.type("important")
    fake.close()
    terminal.wait_for("connection lost")
    terminal.type(ENTER)
    terminal.wait_for("NOT published")
    terminal.wait_for_last("public (not connected)> important")
    fake.open()
    terminal.wait_for("connected again")
    terminal.wait_for_last("public> important")
    terminal.type(ENTER)
    eventually(lambda: fake.bodies() == [b"important"], "it is published")


def test_a_publish_whose_answer_was_lost_is_published_once(fake, join):
    """The connection breaks after the server has taken the message, three times: it is sent again with the same request id."""
    fake.breaks_after_publishing = 3
    terminal = join(fake.address)
    terminal.type("once", ENTER)
    eventually(lambda: sum(request[:2] == b"6:" for request in fake.requests) == 4, "it is sent until it is answered")
    terminal.type("twice", ENTER)
    terminal.wait_for("tester  twice")
    assert fake.bodies() == [b"once", b"twice"]
    assert terminal.text.count("tester  once") == 1


# In a pipe


def test_each_line_of_a_pipe_is_published_in_order(server, mboard):
    """And it ends with the input, once everything was acknowledged; nothing is printed, since nobody else speaks."""
    lines = [b"one", b"", "zwei grüße".encode(), b"\xff\xfe", b"/etc/passwd", b"/quit now", b"no line end"]
    outcome = mboard("join", "--server", server.ready["live"], "--author", "bot", stdin=b"\n".join(lines))
    assert (outcome.code, outcome.stdout, outcome.stderr) == (DONE, b"", "")
    records = wire.parse_records(server.tcp.ask(b"6:0"))
    assert [record.body for record in records] == lines
    assert {record.author for record in records} == {"bot"}


def test_what_others_say_is_printed_as_lines(mboard, server, pipe):
    """As `mboard last` prints it, at once, without escape codes; the own lines are not among them."""
    running = pipe(server.ready["live"], "--author", "bot")
    running.process.stdin.write(b"mine\n")
    running.process.stdin.flush()
    eventually(lambda: server.tcp.ask(b"2:0") == b"0:1", "the line is published")
    server.tcp.ask(wire.publish_with(b"mine", author="other"))
    server.udp.ask(b"1:yours")
    expected = mboard("last", "2", "--server", server.ready["tcp"]).text
    eventually(lambda: running.text == expected, "what others say")
    running.process.stdin.close()
    assert running.exit_code() == DONE
    assert running.text == expected and "\x1b" not in running.text


def test_commands_in_a_pipe(server, mboard):
    """/boards, /last and /board work, // says a slash, /quit ends it before the end of the input."""
    server.tcp.ask(wire.publish_with(b"cake", board="kitchen", author="eve"))
    lines = b"one\n/boards\n/last 5\n/board kitchen\n//quit\n/last 1\n/quit\nnever\n"
    outcome = mboard("join", "--server", server.ready["live"], "--author", "bot", stdin=lines)
    assert outcome.code == DONE, outcome.stderr
    boards, last = outcome.text.splitlines()[:2], outcome.text.splitlines()[2:]
    assert boards == ["kitchen  newest message 1", "public  newest message 2"]
    assert [line.split("  ", 2)[2] for line in last] == ["bot  one", "bot  /quit"]
    assert [record.body for record in wire.parse_records(server.tcp.ask(b"6:0:kitchen"))] == [b"cake", b"/quit"]
    assert [record.body for record in wire.parse_records(server.tcp.ask(b"6:0"))] == [b"one"]


def test_a_pipe_through_a_restart_of_the_server(server, mboard):
    """The server is killed and comes back while 2,000 lines are on their way: each is published once, in order."""
    live = server.ready["live"]
    lines = [b"line %d" % number for number in range(2_000)]

    def restart() -> None:
        eventually(lambda: len(server.tcp.ask(b"2:0")) > 200, "it goes on")
        server.kill()
        server.start("--live", live)

    killer = threading.Thread(target=restart)
    killer.start()
    outcome = mboard("join", "--server", live, "--author", "bot", stdin=b"\n".join(lines), within=60)
    killer.join()
    assert outcome.code == DONE, outcome.stderr
    assert "connection lost" in outcome.stderr and "connected again" in outcome.stderr
    assert [record.body for record in wire.parse_records(server.tcp.ask(b"6:0"))] == lines


def test_a_line_that_is_refused_does_not_end_a_pipe(fake, mboard):
    """A line too long for one message is said, the others are published, and the exit code tells: 1."""
    outcome = mboard("join", "--server", fake.address, stdin=b"one\n" + b"x" * (17 << 20) + b"\ntwo\n")
    assert outcome.code == SAID_NO and "not published" in outcome.stderr
    assert fake.bodies() == [b"one", b"two"]


def test_a_pipe_that_is_killed_while_an_answer_is_missing_says_so(fake, pipe):
    """Whether the last line was published is not known: exit 69."""
    fake.silent_to = (b"6:",)
    running = pipe(fake.address)
    running.process.stdin.write(b"one\n")
    running.process.stdin.flush()
    eventually(lambda: fake.bodies() == [b"one"], "the server has it")
    assert running.end() == UNREACHABLE
    assert "may or may not" in running.complaints


@pytest.mark.parametrize("options", [["a/b"], ["--author", "x" * 257], ["--timeout", "0"]])
def test_wrong_usage(mboard, options):
    """Exit 64."""
    assert mboard("join", *options).code == USAGE
