"""The command's `--via session`: messages of any size on UDP, in confirmed blocks, on good and bad networks."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

import wire
from fake_sessions import FakeSessions
from lossy_relay import LossyRelay
from terminal import Terminal
from waiting import eventually

DONE, SAID_NO, USAGE, UNREACHABLE = 0, 1, 64, 69
MIB = 1 << 20


@pytest.fixture
def via(server) -> list[str]:
    return ["--server", server.ready["udp"], "--via", "session"]


@pytest.fixture
def file(seeded, tmp_path):
    """Makes a file of random bytes."""

    def make(size: int, name: str = "message.bin") -> bytes:
        body = seeded.randbytes(size)
        (tmp_path / name).write_bytes(body)
        return body

    return make


def through(relay: LossyRelay) -> list[str]:
    return ["--server", relay.text, "--via", "session", "--timeout", "60"]


def test_a_text_a_file_and_standard_input(mboard, server, via, file):
    """An argument is a file when there is one of that name, else a text; `-` is standard input of any size."""
    small, large = file(5_000), file(3 * MIB, "large")
    assert mboard("publish", *via, "hello").stdout == b"1\n"
    assert mboard("publish", *via, "message.bin").stdout == b"2\n"
    assert mboard("publish", *via, "large").stdout == b"3\n"
    assert mboard("publish", *via, "-", stdin=large).stdout == b"4\n"
    assert mboard("publish", *via, "-", stdin=b"").stdout == b"5\n"
    expected = {1: b"hello", 2: small, 3: large, 4: large, 5: b""}
    for number, body in expected.items():
        assert wire.got(server.tcp.ask(b"3:%d" % number)).text == body
        assert mboard("get", *via, str(number)).stdout == body


def test_other_roads_know_no_files(mboard, server, file):
    """Without `--via session` an argument is a text, whatever files there are."""
    file(10)
    mboard("publish", "--server", server.ready["tcp"], "--via", "tcp", "message.bin")
    assert wire.got(server.tcp.ask(b"3:1")).text == b"message.bin"


def test_author_attributes_and_board_go_along(mboard, server, via, file):
    body = file(100_000)
    mboard("publish", *via, "--board", "news", "--author", "Anna", "--attribute", "title=Film", "message.bin")
    (record,) = wire.parse_records(server.tcp.ask(b"6:0:news"))
    assert (record.author, record.attributes, record.body) == ("Anna", {"title": "Film"}, body)


def test_last_has_no_limit_on_udp(mboard, server, via):
    """What no datagram holds comes in blocks."""
    for number in range(20):
        server.tcp.ask(b"1:" + b"%d " % number * 3_000)
    bodies = [message["body"] for message in mboard("last", *via, "--json", "0").objects]
    assert bodies == [f"{number} " * 3_000 for number in range(20)]


def test_what_is_not_there(mboard, server, via):
    missing = mboard("get", *via, "99")
    assert (missing.code, missing.stdout) == (SAID_NO, b"") and "99" in missing.stderr
    nobody = mboard("publish", "--server", "127.0.0.1:9", "--via", "session", "hi")
    assert (nobody.code, nobody.stdout) == (UNREACHABLE, b"")


def test_a_message_over_the_limit_is_refused_before_anything_is_sent(mboard, server, via, tmp_path):
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(200 * MIB + 1)
    outcome = mboard("publish", *via, "huge")
    assert outcome.code == USAGE and "209715200" in outcome.stderr
    assert server.tcp.ask(b"2:0") == b"0"


def test_a_request_that_the_server_finds_too_big_is_said(mboard, make_server, file):
    """The server takes no more blocks than it has room for; the client gives up and says so."""
    server = make_server("--max-request", "100000").start()
    file(400_000)
    outcome = mboard("publish", "--server", server.ready["udp"], "--via", "session", "--timeout", "2", "message.bin")
    assert outcome.code != DONE and outcome.stdout == b""
    assert "too big" in outcome.stderr, outcome.stderr


def peak_kib(pid: int) -> int:
    """The most memory that a process had. Not from wait4: that knows what the process had before it became the command."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0


def test_a_big_file_takes_no_memory(binary, server, tmp_path):
    """100 MiB there and back; neither command has half of it in memory at any time, its own libraries included."""
    path, back = tmp_path / "big", tmp_path / "back"
    body = os.urandom(MIB) * 100
    path.write_bytes(body)
    options = ["--server", server.ready["udp"], "--via", "session"]
    for arguments in (["publish", *options, str(path)], ["get", *options, "1"]):
        with open(back, "wb") as out:
            process = subprocess.Popen([binary, *arguments], stdin=subprocess.DEVNULL, stdout=out)
            most = 0
            while process.poll() is None:
                most = max(most, peak_kib(process.pid))
                time.sleep(0.01)
        assert process.returncode == DONE
        assert 0 < most * 1024 < len(body) / 2, f"{arguments[0]} had {most} KiB"
    assert back.read_bytes() == body


BAD = {
    "loss": 0.1, "delay": 0.05, "jitter": 0.02, "reorder": 0.02, "duplicate": 0.02, "truncate": 0.02, "corrupt": 0.02,
}


def test_on_a_bad_network_it_arrives_once_and_identical(mboard, server, file, seeded):
    """10 % loss, 50 ms, jitter, reordering, doubles, cuts and flipped bits, there and back."""
    body = file(5 * MIB)
    with LossyRelay(server.address("udp"), seed=seeded.randrange(2**32), **BAD) as relay:
        published = mboard("publish", *through(relay), "message.bin", within=120)
        assert published.stdout == b"1\n", published.stderr
        assert server.tcp.ask(b"2:0") == b"0:1"
        assert wire.got(server.tcp.ask(b"3:1")).text == body
        assert mboard("get", *through(relay), "1", within=120).stdout == body


def test_a_server_that_is_started_anew_in_the_middle(mboard, server, file, binary, tmp_path):
    """The session is gone; the client begins anew, and the message is there once."""
    body = file(4 * MIB)
    address = server.ready["udp"]
    with LossyRelay(server.address("udp"), seed=1, delay=0.01, rate=2 * MIB) as relay:
        process = subprocess.Popen(
            [binary, "publish", *through(relay), "message.bin"], cwd=tmp_path, stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL)
        time.sleep(0.7)  # the sending takes two seconds: this is in its middle
        assert process.poll() is None
        server.kill()
        server.start("--udp", address)
        out, _ = process.communicate(timeout=60)
    assert out == b"1\n"
    assert wire.got(server.tcp.ask(b"3:1")).text == body
    assert server.tcp.ask(b"2:0") == b"0:1"


def test_a_server_that_goes_away_for_good(binary, server, file, tmp_path):
    file(4 * MIB)
    with LossyRelay(server.address("udp"), seed=1, delay=0.01, rate=2 * MIB) as relay:
        process = subprocess.Popen(
            [binary, "publish", *through(relay), "--timeout", "2", "message.bin"], cwd=tmp_path,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        server.kill()
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (UNREACHABLE, "") and "2" in err


def test_a_server_without_checks_but_with_answers(mboard, file):
    """It gets one block at a time; its answer is fetched."""
    body = file(200_000)
    with FakeSessions(answer=b"0:7") as fake:
        outcome = mboard("publish", "--server", fake.address, "--via", "session", "message.bin")
    assert outcome.stdout == b"7\n", outcome.stderr
    assert fake.requests[0].endswith(b":" + body) and fake.requests[0].startswith(b"7:")
    assert fake.seen[0] == b"a?1"


def test_an_old_server_without_answers_is_said(mboard):
    """It takes the message and tells no number: an error, not silence and no invented number."""
    with FakeSessions(answer=None) as fake:
        outcome = mboard("publish", "--server", fake.address, "--via", "session", "--timeout", "3", "hi")
    assert (outcome.code, outcome.stdout) == (UNREACHABLE, b"") and "tcp" in outcome.stderr


def test_a_progress_bar_on_a_terminal(server, file, binary, tmp_path):
    """After a second there is one, and at the end it is gone; the number remains."""
    file(5 * MIB)
    with LossyRelay(server.address("udp"), seed=1, delay=0.005, rate=2 * MIB) as relay:
        terminal = Terminal([str(binary), "publish", *through(relay), "message.bin"], tmp_path)

        def shows_progress() -> bool:
            terminal.read()
            return re.search(r"\d+ %.* of 5\.0 MiB.* MiB/s", "\n".join(terminal.screen.display)) is not None

        eventually(shows_progress, "the bar is shown", within=20)
        terminal.process.wait(timeout=30)
        terminal.read()
    shown = "\n".join(terminal.screen.display)
    assert "MiB" not in shown and re.search(r"(?m)^1\s*$", shown), shown


def test_no_progress_bar_in_a_pipe(mboard, server, file):
    file(3 * MIB)
    with LossyRelay(server.address("udp"), seed=1, delay=0.005, rate=2 * MIB) as relay:
        outcome = mboard("publish", *through(relay), "message.bin")
    assert (outcome.stdout, outcome.stderr) == (b"1\n", "")


def port_of_both() -> str:
    """A port that is free on UDP and on TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return "127.0.0.1:{}".format(udp.getsockname()[1])


def test_bench_session(mboard, make_server):
    """One message by session and the same by TCP."""
    port = port_of_both()
    server = make_server("--udp", port, "--tcp", port).start()
    arguments = ["bench", "session", "--server", port, "--size", "1000000", "--pid", str(server.process.pid)]
    (found,) = mboard(*arguments, "--json").objects
    assert found["session"]["bytes_per_second"] > 0 and found["tcp"]["bytes_per_second"] > 0
    assert found["ratio"] == pytest.approx(found["session"]["bytes_per_second"] / found["tcp"]["bytes_per_second"])
    assert "session to tcp" in mboard(*arguments).text
    assert server.tcp.ask(b"2:0") == b"0:1:2:3:4"
