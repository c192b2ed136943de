"""`mboard watch`: everything that is published, once, in order, whatever happens to the server."""

import contextlib
import re
import signal
import socket
import subprocess
import threading

import pytest

import wire
from fake_live import FakeLive
from running import Running
from waiting import eventually

DONE, SAID_NO, USAGE, DAMAGED, UNREACHABLE = 0, 1, 64, 65, 69


@pytest.fixture
def watch(binary, tmp_path):
    """Starts `mboard watch` on a server, and ends it after the test."""
    started: list[Running] = []

    def start(address: str, *options: str, **popen) -> Running:
        command = [str(binary), "watch", "--server", address, *options]
        started.append(Running(command, tmp_path, f"watch-{len(started)}", **popen))
        return started[-1]

    yield start
    for running in started:
        running.kill()


@pytest.fixture
def fake():
    fake = FakeLive()
    yield fake
    with contextlib.suppress(OSError):
        fake.close()


def is_watched(fake: FakeLive, connections: int = 1):
    """Waits until a watch has asked for messages on as many connections."""
    eventually(lambda: fake.requests.count(b"5:2") >= connections, "the watch has asked for messages")


def test_what_is_published_appears_as_last_prints_it(mboard, server, watch):
    """By every road; a line each, at once, the same as `mboard last`."""
    watching = watch(server.ready["live"], "--since", "0")
    server.udp.ask(b"1:by datagram")
    server.tcp.ask(wire.publish_with(b"by \x1b[31mconnection\nof two lines", author="ada"))
    expected = mboard("last", "--server", server.ready["tcp"]).text
    assert expected.count("\n") == 2
    eventually(lambda: watching.text == expected, "what `last` prints")
    assert watching.end() == DONE
    assert watching.complaints == ""


def test_json_is_the_object_of_the_contract(mboard, server, watch):
    """The same as `mboard last --json`, key by key."""
    server.tcp.ask(wire.publish_with(b"\xff", author="ada", attributes={"title": "x"}))
    server.udp.ask("1:grüße\n".encode())
    watching = watch(server.ready["live"], "--since", "0", "--json")
    eventually(lambda: len(watching.objects) == 2, "both messages")
    assert watching.objects == mboard("last", "--json", "--server", server.ready["tcp"]).objects


def test_without_since_it_begins_with_what_comes_after_now(fake, watch):
    """What was there before is not shown, and nothing that comes afterwards is missed."""
    fake.say(b"before")
    watching = watch(fake.address, "--json")
    is_watched(fake)
    fake.say(b"after")
    watching.wait_for_bodies(["after"])


@pytest.mark.parametrize(("since", "bodies"), [("0", ["1", "2", "3"]), ("1", ["2", "3"]), ("3", [])])
def test_since_begins_after_a_message(server, watch, since, bodies):
    """`--since 0` is the whole board; then it goes on with what comes."""
    for body in (b"1:1", b"1:2", b"1:3"):
        server.udp.ask(body)
    watching = watch(server.ready["live"], "--json", "--since", since)
    watching.wait_for_bodies(bodies)
    server.udp.ask(b"1:new")
    watching.wait_for_bodies([*bodies, "new"])


def test_a_board_and_a_pattern(server, watch):
    """One board by its name, several by a pattern; lines of several name the board."""
    one = watch(server.ready["live"], "--json", "--since", "0", "--board", "news.eu")
    several = watch(server.ready["live"], "--since", "0", "--board", "news.*")
    for board in ("news.eu", "public", "news.us", "old.news"):
        server.tcp.ask(wire.publish_with(board.encode(), board=board))
    one.wait_for_bodies(["news.eu"])
    eventually(lambda: several.text.count("\n") == 2, "both boards")
    assert re.fullmatch(r"1  .*  news\.eu  .*  news\.eu\n3  .*  news\.us  .*  news\.us\n", several.text)


def test_a_restart_of_the_server_shows_every_message_once(server, watch):
    """Four publishers go on while the server is killed twice: every message that was acknowledged appears, once, in the
    order of the numbers; and one line says that the connection was lost, one that there is one again."""
    live, udp = server.ready["live"], server.ready["udp"]
    watching = watch(live, "--json", "--since", "0")
    acknowledged: list[tuple[int, str]] = []
    is_over = threading.Event()

    def publish(place: int) -> None:
        host, port = udp.split(":")
        number = 0
        while not is_over.is_set():
            # A socket of its own for every round without a fault: a late answer is not taken for that to the next request.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client, contextlib.suppress(OSError):
                client.connect((host, int(port)))
                client.settimeout(0.5)
                while not is_over.is_set():
                    body = f"{place}-{number}"
                    client.send(wire.publish_with(body.encode(), author=f"p{place}", request=body))
                    answer = client.recv(65536)
                    if answer.startswith(b"0:"):
                        acknowledged.append((wire.published_id(answer), body))
                        number += 1
            is_over.wait(0.02)

    threads = [threading.Thread(target=publish, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: watching.objects, "the watch has a connection that can be lost")
        for round in (1, 2):
            before = len(acknowledged)
            eventually(lambda: len(acknowledged) > before + 200, "the publishers go on")
            server.kill()
            watching.wait_for_complaint("connection lost", times=round)
            server.start("--live", live, "--udp", udp)
            watching.wait_for_complaint("connected again", times=round)
    finally:
        before = len(acknowledged)
        with contextlib.suppress(AssertionError):
            eventually(lambda: len(acknowledged) > before + 200, "the publishers go on")
        is_over.set()
        for thread in threads:
            thread.join()
    newest = max(identifier for identifier, _ in acknowledged)
    eventually(lambda: any(shown["id"] >= newest for shown in watching.objects[-5:]), "the newest message", within=20)
    shown = [(said["id"], said["body"]) for said in watching.objects]
    assert [identifier for identifier, _ in shown] == sorted({identifier for identifier, _ in shown})
    assert set(acknowledged) <= set(shown)
    assert len({body for _, body in shown}) == len(shown), "no text twice: each had a request id"
    assert watching.complaints.count("connection lost") == 2
    assert watching.complaints.count("connected again") == 2
    assert watching.end() == DONE


def test_a_broken_connection_is_resumed_without_a_gap(fake, watch):
    """What is said while there is no connection comes with the next one; the server is asked to go on where it stopped."""
    watching = watch(fake.address, "--json")
    is_watched(fake)
    expected = []
    for round in range(1, 4):
        fake.drop()
        expected += [f"{round}a", f"{round}b"]
        fake.say(expected[-2].encode())
        is_watched(fake, round + 1)
        fake.say(expected[-1].encode())
        watching.wait_for_bodies(expected)
    assert [request for request in fake.requests if request[:2] == b"3:"] == [b"3:0", b"3:0", b"3:2", b"3:4"]


def test_while_the_server_is_away_it_says_so_once(fake, watch):
    """A dozen tries in vain make one line."""
    watching = watch(fake.address, "--json", "--since", "0")
    is_watched(fake)
    fake.close()
    watching.wait_for_complaint("connection lost")
    threading.Event().wait(1.5)
    fake.open()
    fake.say(b"hello")
    watching.wait_for_bodies(["hello"])
    assert re.fullmatch("mboard: connection lost .*; trying again\nmboard: connected again\n", watching.complaints)


def test_a_message_that_comes_twice_is_shown_once(fake, watch):
    """A server that forgets what it has given does not make anything appear twice."""
    fake.say(b"one")
    watching = watch(fake.address, "--json", "--since", "0")
    watching.wait_for_bodies(["one"])
    fake.peers[0].given = 0
    fake.say(b"two")
    watching.wait_for_bodies(["one", "two"])


@pytest.mark.parametrize("options", [["--since", "0"], []])
def test_another_board_in_the_same_place_is_said_and_ends_it(fake, watch, options):
    """A server with fewer messages than were seen is not the one from before: exit 65, not a silent gap."""
    fake.say(b"old")
    watching = watch(fake.address, "--json", *options)
    is_watched(fake)
    fake.say(b"one")
    eventually(lambda: "one" in watching.bodies, "the message")
    with fake.lock:
        fake.messages = []
        fake.drop()
    assert watching.exit_code() == DAMAGED
    assert "another board" in watching.complaints and "--since" in watching.complaints


def test_since_beyond_the_board_is_said(fake, mboard):
    """A place that the server does not know yet is somebody else's."""
    fake.say(b"one")
    outcome = mboard("watch", "--server", fake.address, "--since", "7")
    assert outcome.code == DAMAGED and "7" in outcome.stderr


@pytest.mark.parametrize("lacking", [b"5:2", b"b:"])
def test_an_older_server_is_named_with_what_it_lacks(fake, mboard, lacking):
    """`4:` to what a watch needs: one clear line and exit 1, no endless tries."""
    fake.lacks = (lacking,)
    outcome = mboard("watch", "--server", fake.address)
    assert outcome.code == SAID_NO
    assert "lacks" in outcome.stderr and outcome.stderr.count("\n") == 1, outcome.stderr


def test_what_is_no_board_is_said_to_be_none(mboard):
    """Something else listens there."""

    def greet(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"SSH-2.0-OpenSSH_9.2;\r\n")
            while connection.recv(1000):
                pass

    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=greet, args=(other,), daemon=True).start()
        outcome = mboard("watch", "--server", f"127.0.0.1:{other.getsockname()[1]}")
    assert outcome.code == UNREACHABLE and "not a board" in outcome.stderr


def test_nobody_there_is_said_within_the_timeout(mboard):
    """Exit 69; it has tried again for as long as it may."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outcome = mboard("watch", "--server", f"127.0.0.1:{port}", "--timeout", "0.5")
    assert outcome.code == UNREACHABLE and "no board can be reached" in outcome.stderr


def test_a_server_that_starts_a_little_later_is_waited_for(fake, watch):
    """A script may start both at the same time."""
    fake.close()
    watching = watch(fake.address, "--json", "--timeout", "20")
    watching.wait_for_complaint("no board at")
    fake.open()
    is_watched(fake)
    fake.say(b"hello")
    watching.wait_for_bodies(["hello"])


def test_a_server_that_is_silent_from_the_start_is_given_up(mboard):
    """It accepts and says nothing: exit 69 after the timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = mboard("watch", "--server", f"127.0.0.1:{silent.getsockname()[1]}", "--timeout", "0.5")
    assert outcome.code == UNREACHABLE and "no answer" in outcome.stderr


def test_a_server_that_falls_silent_is_left_for_a_new_connection(fake, watch):
    """Half dead: it takes what is sent and answers nothing. After 15 seconds of silence it is asked, and given up when no
    answer comes within the timeout."""
    fake.say(b"one")
    watching = watch(fake.address, "--json", "--since", "0", "--timeout", "1")
    watching.wait_for_bodies(["one"])
    fake.silent_to = (b"b:",)
    eventually(lambda: fake.requests.count(b"b:") > 1, "it is asked for a sign of life", within=25)
    fake.silent_to = ()
    is_watched(fake, 2)
    fake.say(b"two")
    watching.wait_for_bodies(["one", "two"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_0(fake, watch, number):
    """Also while it is trying to reach a server that is away."""
    watching = watch(fake.address)
    is_watched(fake)
    assert watching.end(number) == DONE
    away = watch(fake.address)
    is_watched(fake, 2)
    fake.close()
    away.wait_for_complaint("connection lost")
    assert away.end(number) == DONE


def test_a_signal_ends_it_while_nobody_reads_its_output(fake, watch):
    """Its output is a full pipe."""
    watching = watch(fake.address, "--since", "0", stdout=subprocess.PIPE)
    is_watched(fake)
    for _ in range(200):
        fake.say(b"x" * 1_000)
    eventually(lambda: b"x" in watching.process.stdout.peek(), "it prints")
    assert watching.end() == DONE


def test_a_closed_output_ends_it_quietly(fake, watch):
    """`mboard watch | head -1`: exit 0, nothing said."""
    watching = watch(fake.address, stdout=subprocess.PIPE)
    is_watched(fake)
    fake.say(b"one")
    assert b"one" in watching.process.stdout.readline()
    watching.process.stdout.close()
    fake.say(b"two")
    assert watching.exit_code() == DONE
    assert watching.complaints == ""


def test_a_slow_reader_holds_the_server_back_and_gets_everything(server, watch):
    """20 MiB into a pipe that is read late: the watch does not keep what its reader has not taken."""
    for _ in range(20):
        server.tcp.ask(wire.publish(b"x" * (1 << 20)))
    watching = watch(server.ready["live"], "--json", "--since", "0", stdout=subprocess.PIPE)
    for identifier in range(1, 21):
        assert b'"id":%d,' % identifier in watching.process.stdout.readline()


@pytest.mark.parametrize("options", [["--since", "-1"], ["--since", "x"], ["--board", "a/b"], ["--timeout", "0"]])
def test_wrong_usage(mboard, options):
    """Exit 64, and what would do."""
    outcome = mboard("watch", *options)
    assert outcome.code == USAGE and options[0].strip("-") in outcome.stderr
