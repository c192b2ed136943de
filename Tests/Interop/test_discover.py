"""Announcements and discovery (protocols.md, section 5), server lists, and how a command finds its server."""

import json
import os
import re
import subprocess
import threading
import time

import pytest

import wire
from network import GROUP, Neighbour, hops, listener, names, own_network, speaker
from waiting import eventually

DONE, USAGE, UNREACHABLE = 0, 64, 69

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="NOT root: networks of its own are needed")


@pytest.fixture(autouse=True)
def network():
    """No test hears another's boards, and the default ports are free."""
    with own_network():
        yield


@pytest.fixture
def announced(make_server):
    """Starts a server that is announced."""

    def start(name: str, *options: str):
        return make_server("--announce", "on", "--name", name, *options).start()

    return start


def announcing(line: bytes, source: str = "127.0.0.1"):
    """Says a line to the group again and again, as a server that answers no question; gives what ends it."""
    stop = threading.Event()
    mouth = speaker(source=source)  # made here: a new thread may be on another network

    def speak():
        while not stop.wait(0.1):
            mouth.sendto(line, GROUP)

    thread = threading.Thread(target=speak)
    thread.start()

    def end():
        stop.set()
        thread.join()
        mouth.close()

    return end


def test_two_boards_on_a_host_are_found(mboard, announced):
    """Both, each with its name, its id, its endpoints and a round trip."""
    servers = {name: announced(name) for name in ("the kitchen", "hall")}
    outcome = mboard("discover", "--timeout", "1", "--json")
    assert outcome.code == DONE, outcome.stderr
    found = {board["name"]: board for board in outcome.objects}
    assert set(found) == set(servers)
    for name, server in servers.items():
        assert found[name]["id"] == server.ready["server"]
        assert found[name]["roads"]["udp"] == server.ready["udp"] and found[name]["roads"]["tcp"] == server.ready["tcp"]
        assert found[name]["rtt_ms"] > 0 and found[name]["source"] == "127.0.0.1"


def test_the_table_for_people(mboard, announced):
    """A line a board: name, id, round trip, roads."""
    server = announced("the kitchen")
    outcome = mboard("discover")
    head, line = outcome.text.splitlines()
    assert head.split() == ["NAME", "ID", "ROUND", "TRIP", "ROADS"]
    assert line.startswith("the kitchen ") and server.ready["server"] in line and " ms " in line
    assert f"udp {server.ready['udp']}" in line and f"tcp {server.ready['tcp']}" in line


def test_nothing_found_is_69_and_says_what_to_try(mboard, make_server):
    """A server that was not asked to announce itself is silent."""
    make_server().start()
    outcome = mboard("discover", "--timeout", "1")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"")
    assert "--announce on" in outcome.stderr


def test_an_old_listener_can_print_the_line(announced):
    """It is one line of text with no control characters, as section 5 has it, with a TTL of 4."""
    with listener() as ear:
        server = announced("the 100% \x1b[2J kitchen\n")
        line, _ = ear.recvfrom(1024)
        assert hops(ear) == 4
    udp, tcp, pyro, live, http = (re.escape(server.ready[road]) for road in ("udp", "tcp", "pyro", "live", "http"))
    roads = f"udp={udp} tcp={tcp} pyro={pyro} live={live} http=http://{http}/"
    assert line.isascii() and line.decode().isprintable()
    assert re.fullmatch(
        rf"mboard \S+ {server.ready['server']} the%20100%25%20%1B\[2J%20kitchen%0A {roads}", line.decode()
    ), line


def test_it_is_said_again_within_five_seconds(announced):
    """Without being asked."""
    with listener() as ear:
        announced("x")
        first = ear.recv(1024)
        ear.settimeout(6)
        assert ear.recv(1024) == first


def test_a_server_that_stops_says_goodbye(mboard, announced):
    """`bye` with its version and id; and it is not found any more."""
    with listener() as ear:
        server = announced("x")
        version = ear.recv(1024).split()[1].decode()
        server.stop()
        heard = eventually(lambda: (line := ear.recv(1024)).endswith(b" bye") and line, "it says goodbye")
    assert heard.decode() == f"mboard {version} {server.ready['server']} bye"
    assert mboard("discover", "--timeout", "1").code == UNREACHABLE


def test_goodbye_ends_a_board_at_once_for_who_listens(mboard, announced):
    """A board that stops while it is listened for is not shown."""
    end = announcing(b"mboard 1 other elsewhere udp=127.0.0.1:9")
    with speaker() as mouth:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(mboard.binary), "discover", "--json", "--timeout", "2"], stdout=subprocess.PIPE
        )
        while process.poll() is None:  # it lives for a second, and dies for the other
            alive = time.monotonic() - began < 1
            mouth.sendto(b"mboard 1 gone x udp=127.0.0.1:9" if alive else b"mboard 1 gone bye", GROUP)
            time.sleep(0.05)
        out, _ = process.communicate(timeout=20)
    end()
    assert b'"id":"other"' in out and b'"id":"gone"' not in out, out


def test_a_question_is_answered_to_the_asker(announced):
    """By unicast, within 200 ms and what a busy machine adds."""
    with listener() as ear:
        server = announced("x")
        announcement = ear.recv(1024)
    with speaker() as mouth:
        mouth.sendto(b"mboard?", GROUP)
        answer, (host, _) = mouth.recvfrom(2048)
    assert answer == announcement and host == "127.0.0.1"
    assert server.ready["server"].encode() in answer


def test_many_questions_get_bounded_answers(announced):
    """200 at once are not answered 200 times."""
    announced("x")
    with speaker() as mouth:
        for _ in range(200):
            mouth.sendto(b"mboard?", GROUP)
        mouth.recv(2048)
        answers = 1
        mouth.settimeout(0.6)
        try:
            while mouth.recv(2048):
                answers += 1
        except TimeoutError:
            pass
    assert answers < 100, answers


def test_escape_sequences_in_names_are_shown_harmless(mboard, announced):
    """In a name that was written with %, and in one that was not; in the table and in JSON."""
    announced("good \x1b[2J\x9b3m \u202eevil")
    end = announcing(b"mboard 1 rawid \x1b]0;owned\x07raw udp=127.0.0.1:9")
    shown, objects = mboard("discover", "--timeout", "1"), mboard("discover", "--timeout", "1", "--json")
    end()
    for outcome in (shown, objects):
        assert outcome.code == DONE, outcome.stderr
        text = outcome.text
        assert "good" in text and "raw" in text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), text
    names = {board["name"] for board in objects.objects}
    assert any(name.startswith("good ␛[2J") for name in names), names


def test_garbage_on_the_group_does_no_harm(mboard, announced, seeded):
    """Neither to who announces nor to who listens."""
    server = announced("x")
    garbage = [seeded.randbytes(seeded.randrange(1500)) for _ in range(100)]
    garbage += [b"mboard", b"mboard 1", b"mboard 1 2 \xff", b"mboard 1 \x1b 3", b"mboard? x", b"", b"a" * 60_000]
    stop = threading.Event()
    mouth = speaker()

    def shout():
        while not stop.is_set():
            for piece in garbage:
                mouth.sendto(piece, GROUP)
            stop.wait(0.05)

    thread = threading.Thread(target=shout)
    thread.start()
    try:
        outcome = mboard("discover", "--timeout", "1", "--json")
    finally:
        stop.set()
        thread.join()
        mouth.close()
    assert [board["name"] for board in outcome.objects] == ["x"], outcome
    assert server.is_running() and server.tcp.ask(b"2:0") == b"0"


def test_a_board_that_is_not_where_it_says_has_no_round_trip(mboard):
    """Shown as said, measured as it is, and not chosen by itself."""
    end = announcing(b"mboard 1 liar palace udp=127.0.0.1:9 tcp=127.0.0.1:9")
    (board,) = mboard("discover", "--timeout", "1", "--json").objects
    table = mboard("discover", "--timeout", "1").text
    chosen = mboard("last")
    end()
    assert board["roads"] == {"udp": "127.0.0.1:9", "tcp": "127.0.0.1:9"} and board["rtt_ms"] is None
    assert "no answer" in table
    assert chosen.code == UNREACHABLE and "127.0.0.1:7777" in chosen.stderr


def test_a_strangers_goodbye_ends_nobody(mboard, announced):
    """`bye` counts only from an address that has announced the board."""
    server = announced("x")
    end = announcing(b"mboard 1 %s bye" % server.ready["server"].encode(), source="127.0.0.2")
    outcome = mboard("discover", "--timeout", "1", "--json")
    end()
    assert [board["id"] for board in outcome.objects] == [server.ready["server"]]


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_the_only_board_around_is_used(mboard, announced, road):
    """Nobody answers on the default port: it says which board it takes."""
    server = announced("the kitchen")
    outcome = mboard("publish", "--via", road, "hello")
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert "the kitchen" in outcome.stderr and server.ready[road] in outcome.stderr
    assert wire.got(server.tcp.ask(b"3:1")).text == b"hello"


def test_of_several_boards_a_person_has_to_choose(mboard, announced):
    """They are listed, nothing is published, exit 64."""
    servers = [announced("kitchen"), announced("hall")]
    outcome = mboard("publish", "hello")
    assert (outcome.code, outcome.stdout) == (USAGE, b"")
    for server in servers:
        assert f"--server {server.ready['tcp']}" in outcome.stderr
        assert server.tcp.ask(b"2:0") == b"0"


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_the_board_of_this_host_comes_first(mboard, announced, make_server, road):
    """On the default port: nobody is looked for, and nothing is said of it."""
    other = announced("other")
    here = make_server("--udp", "127.0.0.1:7777", "--tcp", "127.0.0.1:7777").start()
    outcome = mboard("publish", "--via", road, "hello")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (DONE, b"1\n", "")
    assert (here.tcp.ask(b"2:0"), other.tcp.ask(b"2:0")) == (b"0:1", b"0")


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_nobody_anywhere_is_69(mboard, road):
    """The usual words."""
    outcome = mboard("last", "--via", road)
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"")
    assert "127.0.0.1:7777" in outcome.stderr and "mboard serve" in outcome.stderr


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_a_list_of_servers_is_tried_in_order(mboard, make_server, road):
    """Dead ones are passed over; the first that answers gets the request, the others nothing."""
    first, second = make_server().start(), make_server().start()
    servers = f"127.0.0.1:9,127.0.0.1:10,{first.ready[road]},{second.ready[road]}"
    outcome = mboard("publish", "--server", servers, "--via", road, "hello")
    assert (outcome.code, outcome.stdout) == (DONE, b"1\n"), outcome.stderr
    assert (first.tcp.ask(b"2:0"), second.tcp.ask(b"2:0")) == (b"0:1", b"0")


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_a_refusal_is_final(mboard, make_server, road):
    """The first server says no: nobody else is asked."""
    first, second = make_server().start(), make_server().start()
    second.tcp.ask(b"1:here it is")
    outcome = mboard("get", "1", "--server", f"{first.ready[road]},{second.ready[road]}", "--via", road)
    assert (outcome.code, outcome.stdout) == (1, b""), outcome


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_a_list_of_dead_servers_names_all(mboard, road):
    """Exit 69."""
    outcome = mboard("last", "--server", "127.0.0.1:9,127.0.0.1:10", "--via", road)
    assert outcome.code == UNREACHABLE
    assert "127.0.0.1:9" in outcome.stderr and "127.0.0.1:10" in outcome.stderr


@pytest.mark.parametrize("servers", ["a:1,", "a:1,,b:2", "a:1,b:port", ",".join(["a:1"] * 17)])
def test_what_is_no_list_is_64(mboard, servers):
    """Said before anybody is asked."""
    assert mboard("last", "--server", servers).code == USAGE


@pytest.mark.parametrize("road", ["udp", "tcp"])
def test_a_name_with_several_addresses_tries_each(mboard, make_server, tmp_path, road):
    """Nobody is at the first ones, whatever their family."""
    server = make_server().start()
    port = server.ready[road].rpartition(":")[2]
    with names(tmp_path, boards=["::1", "127.0.0.9", "127.0.0.1"]) as found:
        outcome = subprocess.run(
            [*found, str(mboard.binary), "publish", "--server", f"boards:{port}", "--via", road, "hello"],
            capture_output=True, timeout=30,
        )
    assert (outcome.returncode, outcome.stdout) == (DONE, b"1\n"), outcome.stderr


def test_another_host_hears_the_address_of_its_network(mboard, announced):
    """Bound to 0.0.0.0: on each network its address there; one board, though it is heard on two."""
    with Neighbour() as neighbour:
        server = announced("hall", "--udp", "0.0.0.0:0", "--tcp", "0.0.0.0:0")
        port = server.ready["udp"].rpartition(":")[2]
        for inside, addresses in ((neighbour.inside, [neighbour.here]), ([], ["127.0.0.1", neighbour.here])):
            outcome = subprocess.run(
                [*inside, str(mboard.binary), "discover", "--timeout", "1", "--json"], capture_output=True, text=True, timeout=30
            )
            assert outcome.returncode == DONE, outcome.stderr
            (board,) = map(json.loads, outcome.stdout.splitlines())
            assert board["roads"]["udp"] in [f"{address}:{port}" for address in addresses]
            assert board["rtt_ms"] is not None
        used = subprocess.run(
            [*neighbour.inside, str(mboard.binary), "publish", "from beside"], capture_output=True, timeout=30
        )
        assert (used.returncode, used.stdout) == (DONE, b"1\n"), used.stderr


def test_a_board_on_loopback_is_not_announced_beyond(mboard, announced):
    """The neighbour hears nothing."""
    with Neighbour() as neighbour, listener(neighbour.here) as ear:
        announced("hall")
        outcome = subprocess.run(
            [*neighbour.inside, str(mboard.binary), "discover", "--timeout", "1"], capture_output=True, timeout=30
        )
        assert (outcome.returncode, outcome.stdout) == (UNREACHABLE, b"")
        assert mboard("discover").code == DONE


def test_the_setting_is_on_or_off(mboard):
    """Off unless it is said; anything else is refused with its value."""
    assert "announce: off" in mboard("config").text
    assert "announce: on" in mboard("config", environment={"MBOARD_ANNOUNCE": "on"}).text
    outcome = mboard("serve", "--announce", "loudly")
    assert outcome.code == USAGE and "loudly" in outcome.stderr and "on or off" in outcome.stderr
