"""`mboard serve`: the ready-file, what it refuses and with which exit code, and that nothing is ever half up."""

import json
import re
import socket

import pytest

from waiting import eventually

USAGE, UNREACHABLE, NO_DIRECTORY = 64, 69, 73


def test_the_ready_file_says_where_and_who(server):
    """Written whole: the process, the server's id and each road with its real port."""
    assert server.ready["pid"] == server.process.pid
    assert isinstance(server.ready["server"], str) and server.ready["server"]
    for road in ("udp", "tcp"):
        assert re.fullmatch(r"127\.0\.0\.1:[1-9]\d{0,4}", server.ready[road])
        assert server.client(road).ask(b"2:0") == b"0", "the road listens as soon as the file is there"


def test_the_ready_file_is_never_seen_half_written(make_server):
    """Whoever reads it as soon as it is there reads a whole object: it comes by rename."""
    server = make_server()
    for _ in range(5):
        process = server.launch()
        text = eventually(lambda: server.ready_file.exists() and server.ready_file.read_text(), "ready")
        assert json.loads(text)["pid"] == process.pid
        assert [path.name for path in server.directory.glob("ready*")] == ["ready.json"], "no other file stays behind"
        server.stop()


def test_the_server_keeps_its_id(server):
    """The id belongs to the data directory: it is the same after a restart, and another one's is another."""
    first = server.ready["server"]
    assert server.restart().ready["server"] == first


def test_two_servers_have_two_ids(make_server):
    """Two boards can be told apart."""
    assert make_server().start().ready["server"] != make_server().start().ready["server"]


@pytest.mark.parametrize(("off", "on"), [("udp", "tcp"), ("tcp", "udp")])
def test_a_road_can_be_off(make_server, off, on):
    """`off` leaves the road out of the ready-file, and the other one serves."""
    server = make_server(f"--{off}", "off").start()
    assert server.ready.get(off) is None
    assert server.client(on).ask(b"1:one road") == b"0"


def test_nothing_goes_to_standard_output(server):
    """Results only go there, and a server has none; its log is on standard error."""
    server.udp.ask(b"1:x")
    server.stop()
    assert server.log("stdout") == ""
    assert server.log("stderr") != ""


def test_a_message_never_stands_in_the_log(server, road):
    """What people write is theirs: not in the log, whatever happens to it."""
    client = server.client(road)
    for request in (b"1:SECRET text", b"7:::SECRET:x", b"x:SECRET", b"SECRET", b"2:SECRET"):
        client.ask(request)
    server.stop()
    assert "SECRET" not in server.log("stderr")


@pytest.mark.parametrize("taken_road", ["udp", "tcp"])
def test_a_port_in_use_stops_the_start_with_one_clear_line(make_server, taken_road):
    """Nothing is half up: exit non-zero, the address in the message, no ready-file, the other road not left open."""
    kind = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[taken_road]
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        address = "127.0.0.1:{}".format(taken.getsockname()[1])
        server = make_server()
        server.launch(f"--{taken_road}", address)
        assert server.exit_code(within=30) == UNREACHABLE
    lines = [line for line in server.log("stderr").splitlines() if address in line]
    assert len(lines) == 1 and re.search("in use|using that port", lines[0]), server.log("stderr")
    assert not server.ready_file.exists()


def test_after_a_failed_start_the_directory_is_free(make_server):
    """The lock of a start that failed does not stay: the next start on the same directory works."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = make_server()
        server.launch("--tcp", "127.0.0.1:{}".format(taken.getsockname()[1]))
        server.exit_code(within=30)
    assert server.start().udp.ask(b"1:x") == b"0"


def test_two_servers_cannot_share_a_udp_port(server, make_server):
    """Even where the port could technically be shared: the second start is refused, the first goes on serving."""
    second = make_server()
    second.launch("--udp", server.ready["udp"])
    assert second.exit_code(within=30) != 0
    for _ in range(50):
        assert server.udp.ask(b"2:0") == b"0"


def test_a_second_server_on_the_directory_is_73(server, make_server):
    """Refused with the directory's name, and the first one does not notice."""
    second = make_server("--data", str(server.data))
    second.launch()
    assert second.exit_code(within=30) == NO_DIRECTORY
    assert str(server.data) in second.log("stderr")
    assert not second.ready_file.exists()
    assert server.udp.ask(b"1:undisturbed") == b"0"


def test_a_directory_that_cannot_be_made_is_73(make_server, tmp_path):
    """Where a file stands there can be no directory."""
    (tmp_path / "file").write_text("in the way")
    server = make_server("--data", str(tmp_path / "file" / "data"))
    server.launch()
    assert server.exit_code(within=30) == NO_DIRECTORY
    assert str(tmp_path / "file") in server.log("stderr")


def test_the_lock_of_a_killed_server_is_no_obstacle(server):
    """After kill -9 the lock file still lies there; it must not count."""
    server.kill()
    assert server.start().udp.ask(b"2:0") == b"0"


def test_nobody_else_can_write_into_the_data(server):
    """Whatever the directory above allows: the board's files are changed by its owner only."""
    server.udp.ask(b"1:x")
    assert all(path.stat().st_mode & 0o022 == 0 for path in [server.data, *server.data.iterdir()])


@pytest.mark.parametrize(
    "options",
    [
        ["--udp", "127.0.0.1:99999"],
        ["--tcp", "127.0.0.1:port"],
        ["--tcp", "127.0.0.1:-1"],
        ["--durability", "sometimes"],
        ["--no-such-option", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(make_server, options):
    """Refused before anything is touched: no data directory is made."""
    server = make_server()
    server.launch(*options)
    assert server.exit_code(within=30) == USAGE, server.log("stderr")
    assert server.log("stderr").strip() and not server.data.exists()


@pytest.mark.parametrize("durability", ["relaxed", "memory"])
def test_less_than_full_durability_is_said_at_start(make_server, durability):
    """Nobody runs with less by accident: the log says so, and the board works."""
    server = make_server("--durability", durability).start()
    assert durability in server.log("stderr").lower()
    assert server.udp.ask(b"1:x") == b"0" and server.tcp.ask(b"2:0") == b"0:1"


def test_full_durability_says_nothing_of_the_kind(server):
    """The control for the test above."""
    assert not re.search("relaxed|memory", server.log("stderr"), re.IGNORECASE)


def test_memory_keeps_nothing(make_server):
    """`--durability memory`: after a restart the board is empty, and no message was on disk."""
    server = make_server("--durability", "memory").start()
    assert server.udp.ask(b"1:a fleeting thought") == b"0"
    held = [path for path in server.data.rglob("*") if path.is_file()] if server.data.exists() else []
    assert not any(b"a fleeting thought" in path.read_bytes() for path in held)
    assert server.restart().udp.ask(b"2:0") == b"0"


def test_relaxed_survives_a_clean_stop(make_server):
    """Relaxed means synced later, not dropped: after SIGTERM everything is there."""
    server = make_server("--durability", "relaxed").start()
    for number in range(100):
        assert server.udp.ask(b"1:%d" % number) == b"0"
    assert server.restart().udp.ask(b"2:0").count(b":") == 100
