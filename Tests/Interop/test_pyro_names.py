"""`mboard nameserver` for Pyro5's own programs: its command, its discovery, its answers call by call, and what goes wrong."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import Pyro5.api
import Pyro5.core
import Pyro5.errors

from names import NameServer, PyroNameServer, free_port
from network import Neighbour, own_network, run
from waiting import eventually

SELF = "Pyro.NameServer"


@pytest.fixture
def nameserver(binary, tmp_path):
    server = NameServer(binary, tmp_path / "names")
    yield server
    server.end()


@pytest.fixture(scope="module")
def both(binary, tmp_path_factory):
    """Ours and Pyro5's, side by side."""
    directory = tmp_path_factory.mktemp("both")
    ours, theirs = NameServer(binary, directory / "ours", "--data", "memory"), PyroNameServer(directory)
    yield ours, theirs
    ours.end()
    theirs.end()


# Pyro5's command


def test_every_command_of_nsc(nameserver):
    nsc = nameserver.nsc
    assert nsc("ping").stdout == "Name server ping ok.\n"
    assert nsc("register", "one.a", "PYRO:a@host:5000").stdout == "Registered one.a\n"
    assert nsc("register", "one.b", "PYRO:b@host:5000").stdout == "Registered one.b\n"
    assert nsc("register", "two", "PYRO:c@[::1]:5000").stdout == "Registered two\n"
    again = nsc("register", "two", "PYRO:d@host:5000")
    assert again.returncode != 0 and "NamingError - name already registered: two" in again.stdout
    assert nsc("setmeta", "one.a", "red", "round").stdout == "Metadata updated\n"
    assert nsc("setmeta", "one.b", "red").stdout == "Metadata updated\n"
    assert nsc("lookup", "two").stdout == "PYRO:c@[::1]:5000\n"
    assert nsc("lookup", "one.b").stdout == "PYRO:b@host:5000\nmetadata: {'red'}\n"
    assert "NamingError - unknown name: three" in nsc("lookup", "three").stdout
    listed = nsc("list").stdout.splitlines()
    assert listed[0] == "--------START LIST " and listed[-1] == "--------END LIST "
    assert f"{SELF} --> {nameserver.uri}" in listed and "one.a --> PYRO:a@host:5000" in listed
    assert found(nsc("list", "one.")) == found(nsc("listmatching", r"one\..")) == ["one.a", "one.b"]
    assert found(nsc("yplookup_all", "red", "round")) == ["one.a"]
    assert found(nsc("yplookup_any", "red", "round")) == ["one.a", "one.b"]
    assert nsc("setmeta", "one.b").stdout == "Metadata cleared\n"
    assert found(nsc("yplookup_any", "red")) == ["one.a"]
    assert nsc("remove", "two").stdout == "Removed two\n"
    assert nsc("remove", "two").stdout == nsc("remove", SELF).stdout == "Nothing removed\n"
    assert nsc("removematching", ".*", stdin="y\n").stdout.endswith("2 items removed.\n")
    assert found(nsc("list")) == [SELF]


def found(outcome: subprocess.CompletedProcess) -> list[str]:
    assert outcome.returncode == 0, outcome.stderr
    return [line.split(" --> ")[0] for line in outcome.stdout.splitlines() if " --> " in line]


# Answers, compared


def calls() -> list[tuple[str, tuple, dict]]:
    """Calls whose results build on each other."""
    uri = "PYRO:thing@host:5000"
    made = [
        ("count", (), {}), ("ping", (), {}),
        ("register", ("a", uri), {}), ("register", ("a", uri, True), {}), ("register", ("a", uri), {"safe": 1}),
        ("register", ("a.b", Pyro5.core.URI("PYRO:obj@[::1]:1")), {"metadata": {"x", "y"}}),
        ("register", ("a.c", "pyro:lower@host:1"), {"metadata": ["x", "x", "z"]}),
        ("register", ("a_c", "PYRO:sock@./u:/tmp/s"), {"metadata": ()}),
        ("register", ("name", "PYRONAME:other"), {"safe": True, "metadata": None}),
        ("register", ("name.at", "PYRONAME:other@host"), {}), ("register", ("meta", "PYROMETA:p"), {}),
        ("register", ("é ü\n'\"", uri), {"metadata": {"ß"}}), ("register", ("", uri), {}),
    ]
    made += [("register", ("bad", bad), {}) for bad in (
        "", "x", "PYRO", "PYRO:", "PYRO:x", "PYRO:@host:1", "PYRO: x@host:1", "PYRO:x y@host:1", "PYROX:x@host:1", "PYRO5:x@h:1",
        "http://x", "PYRO:x@", "PYRO:x@host", "PYRO:x@host:", "PYRO:x@host:y", "PYRO:x@./u:", "PYRO:x@./u:a:b", "PYRO:x@[[::1]]:1",
        "PYRO:x@[y]:1", 5, None, ["x"], {}, True,
    )]  # fmt: skip
    made += [("register", ("bad", uri), {"metadata": bad}) for bad in ("x", "", 5, 0, 1.5, True)]
    made += [("register", (bad, uri), {}) for bad in (5, None, ["x"])]
    made += [
        ("set_metadata", ("a", ["q"]), {}), ("set_metadata", ("nobody", ["q"]), {}), ("set_metadata", ("a", "q"), {}),
        ("set_metadata", (5, "q"), {}), ("set_metadata", ("a", None), {}), ("set_metadata", ("a",), {"metadata": {"x"}}),
    ]
    for name in ("a", "a.b", "a.c", "a_c", "name", "name.at", "meta", "é ü\n'\"", "", "nobody"):
        made += [("lookup", (name,), {}), ("lookup", (name, True), {}), ("lookup", (), {"name": name, "return_metadata": False})]
    for filters in (
        {}, {"prefix": "a"}, {"prefix": "a."}, {"prefix": "A"}, {"prefix": "%"}, {"prefix": ""}, {"prefix": "zzz"},
        {"regex": "a"}, {"regex": "a$"}, {"regex": r".*\.c"}, {"regex": r"\w.\w$"}, {"regex": "^(?!a)"}, {"regex": ""},
        {"regex": "[a-c][._]."}, {"regex": "(?i)A"}, {"regex": "a|n"}, {"prefix": "a", "regex": "a"}, {"prefix": 5}, {"regex": 5},
    ):  # fmt: skip
        made += [("list", (), filters), ("list", (), {**filters, "return_metadata": True})]
    for wanted in (
        {}, {"meta_all": ["x"]}, {"meta_all": {"x", "y"}}, {"meta_any": ["y", "z"]}, {"meta_any": ("nothing",)}, {"meta_all": []},
        {"meta_all": ["x"], "meta_any": ["x"]}, {"meta_all": "x"}, {"meta_any": "x"}, {"meta_all": 5}, {"meta_any": True},
    ):  # fmt: skip
        made += [("yplookup", (), wanted), ("yplookup", (), {**wanted, "return_metadata": False})]
    made += [
        ("yplookup", (["x"],), {}), ("yplookup", (None, ["x"], False), {}), ("list", ("a.", None, True), {}), ("count", (), {}),
        ("remove", ("a",), {}), ("remove", ("a",), {}), ("remove", (), {}), ("remove", (5,), {}), ("remove", ("",), {}),
        ("remove", (SELF,), {}), ("remove", (None, "a."), {}), ("remove", (), {"prefix": "Pyro"}), ("remove", ("nobody", "n"), {}),
        ("remove", (), {"regex": ".*t"}), ("remove", (SELF, "é"), {}), ("list", (), {}), ("remove", (), {"regex": ".*"}),
        ("list", (), {"return_metadata": True}), ("count", (), {}),
    ]  # fmt: skip
    return made


def outcome(server, serializer: str, method: str, arguments: tuple, keywords: dict) -> tuple:
    """The answer, with what has to be different made the same: the server's own place, and the order of a dict or a set."""
    proxy = server.proxy()
    proxy._pyroSerializer = serializer
    with proxy:
        try:
            return "value", plain(proxy._pyroInvoke(method, arguments, keywords), server.uri)
        except Exception as error:
            return type(error).__name__, str(error)


def plain(value, own: str):
    if isinstance(value, Pyro5.core.URI):
        return "URI", plain(value.__getstate__(), own)
    if isinstance(value, dict):
        return "dict", sorted((name, plain(item, own)) for name, item in value.items())
    if isinstance(value, (set, frozenset)):
        return "set", sorted(value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(item, own) for item in value]
    return "itself" if value == own else value


@pytest.mark.parametrize("serializer", ["serpent", "json", "msgpack"])
def test_every_answer_is_pyro5s(both, serializer):
    ours, theirs = both
    for method, arguments, keywords in calls():
        expected = outcome(theirs, serializer, method, arguments, keywords)
        if serializer != "serpent" and expected[0] == "SerializeError":
            continue  # Pyro5 cannot write its own sets in json and msgpack
        got = outcome(ours, serializer, method, arguments, keywords)
        assert normal(got) == normal(expected), (method, arguments, keywords)


def normal(answer: tuple) -> tuple:
    """json and msgpack have lists only, which hold a set's members in any order."""
    def sort(value):
        if isinstance(value, tuple) and value and value[0] in ("list", "tuple", "set") and len(value) == 2:
            items = [sort(item) for item in value[1]]
            return value[0], sorted(items) if all(isinstance(item, str) for item in items) else items
        if isinstance(value, (tuple, list)):
            return type(value)(sort(item) for item in value)
        return value
    return sort(answer)


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{2,1}", "(?P<n>a"])
def test_a_bad_pattern_is_the_same_error(both, pattern):
    answers = [outcome(server, "serpent", "list", (), {"regex": pattern}) for server in both]
    assert {kind for kind, _ in answers} == {"NamingError"}
    assert all(text.startswith("invalid regex: ") for _, text in answers), answers


# Discovery


def test_locate_ns_by_host_and_port_and_names_in_uris(nameserver):
    with Pyro5.core.locate_ns("127.0.0.1", nameserver.port) as ns:
        ns.register("itself", nameserver.uri)
    with Pyro5.api.Proxy(f"PYRONAME:itself@127.0.0.1:{nameserver.port}") as proxy:
        assert proxy.count() == 2
    with Pyro5.api.Proxy(f"PYROMETA:class:Pyro5.nameserver.NameServer@127.0.0.1:{nameserver.port}") as proxy:
        assert proxy.count() == 2


def test_locate_ns_by_broadcast_finds_another_host(binary, tmp_path):
    """Nothing listens on the known port here: it is the broadcast that finds the neighbour, and the address that leads there."""
    program = "import Pyro5.core; ns = Pyro5.core.locate_ns(); print(ns._pyroUri, ns.count())"
    with own_network(), Neighbour() as neighbour:
        run("ip", "route", "add", "default", "dev", "cable0")  # Pyro5 sends to 255.255.255.255
        server = NameServer(
            binary, tmp_path / "names", "--data", "memory", listen="0.0.0.0:0", inside=neighbour.inside
        )
        try:
            assert server.ready["broadcast"] == "0.0.0.0:9091"
            ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
            assert ended.stdout.split() == [f"PYRO:{SELF}@{neighbour.there}:{server.port}", "1"], ended.stderr
        finally:
            server.end()


def test_broadcasts_are_heard_only_when_others_can_connect(binary, tmp_path):
    with own_network():
        for listen, is_heard in [("127.0.0.1:0", False), ("[::1]:0", False), ("0.0.0.0:0", True)]:
            server = NameServer(binary, tmp_path / "names", "--data", "memory", listen=listen)
            try:
                assert ("broadcast" in server.ready) == is_heard
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
                    asker.settimeout(10)
                    asker.connect(("127.0.0.1", 9091))
                    asker.send(b"GET_NSURI")
                    if is_heard:
                        assert asker.recv(100) == f"PYRO:{SELF}@127.0.0.1:{server.port}".encode()
                    else:
                        with pytest.raises(ConnectionRefusedError):
                            asker.recv(100)
            finally:
                server.end()


def test_a_flood_of_questions_is_answered_at_a_bounded_rate(binary, tmp_path):
    server = NameServer(binary, tmp_path / "names", "--broadcast", "127.0.0.1:0", "--data", "memory")
    try:
        host, _, port = server.ready["broadcast"].rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.connect((host, int(port)))
            answers, start = 0, time.monotonic()
            for _ in range(40):
                for _ in range(50):
                    asker.send(b"GET_NSURI")
                asker.settimeout(0.01)
                try:
                    while asker.recv(100):
                        answers += 1
                except TimeoutError:
                    pass
        assert 50 <= answers <= 51 + 50 * (time.monotonic() - start)  # of 2000: 50 at once, and 50 a second
        assert server.nsc("ping").returncode == 0
    finally:
        server.end()


# Work from many sides


def test_ten_threads_register_list_look_up_and_remove_at_once(nameserver, seeded):
    seeds, failures = [seeded.random() for _ in range(10)], []

    def work(number: int) -> None:
        chance = random.Random(seeds[number])
        mine: dict[str, str] = {}
        try:
            with nameserver.proxy() as ns:
                for _ in range(150):
                    name = f"stress.{number}.{chance.randrange(20)}"
                    match chance.choice(["register", "lookup", "remove", "list", "prefix", "regex", "count"]):
                        case "register":
                            uri = f"PYRO:x@host:{chance.randrange(1, 60000)}"
                            ns.register(name, uri)
                            mine[name] = uri
                        case "lookup" if name in mine:
                            assert str(ns.lookup(name)) == mine[name]
                        case "lookup":
                            with pytest.raises(Pyro5.errors.NamingError):
                                ns.lookup(name)
                        case "remove":
                            assert ns.remove(name) == (mine.pop(name, None) is not None)
                        case "list":
                            assert ns.list().items() >= mine.items()
                        case "prefix":
                            assert ns.list(prefix=f"stress.{number}.") == mine
                        case "regex":
                            assert ns.list(regex=rf"stress\.{number}\..*") == mine
                        case "count":
                            assert ns.count() > len(mine)
                assert ns.list(prefix=f"stress.{number}.") == mine
                assert ns.remove(regex=rf"stress\.{number}\.") == len(mine)
        except BaseException as error:
            failures.append((number, error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with nameserver.proxy() as ns:
        assert ns.count() == 1


# Ends and beginnings

DAEMON = """
import sys, Pyro5.api
class Thing:
    @Pyro5.api.expose
    def hello(self): return "hello"
class Daemon(Pyro5.api.Daemon):
    def validateHandshake(self, connection, data):
        print("asked", flush=True)
        return "hello"
daemon = Daemon(host="127.0.0.1")
uri = daemon.register(Thing)
with Pyro5.api.Proxy(sys.argv[1]) as ns:
    ns.register("mortal.one", uri)
    ns.register("mortal.two", uri)
daemon.requestLoop()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_the_names_of_a_daemon_that_is_killed_or_hangs_go_away(binary, tmp_path, end):
    server = NameServer(binary, tmp_path / "names", "--data", "memory", "--sweep", "0.3")
    daemon = subprocess.Popen([sys.executable, "-c", DAEMON, server.uri], stdout=subprocess.PIPE)
    try:
        with server.proxy() as ns:
            ns.register("other", "PYRO:x@./u:/tmp/nobody")
            eventually(lambda: ns.count() == 4, "the daemon has registered its names")
            # The second question comes after the first answer: it is no newcomer any more.
            assert [daemon.stdout.readline() for _ in range(2)] == [b"asked\n"] * 2
            assert ns.count() == 4
            daemon.send_signal(end)
            eventually(lambda: ns.count() == 2, "its names are gone", within=60)
            assert sorted(ns.list()) == [SELF, "other"]
        assert "answers no pings" in server.running.complaints
    finally:
        daemon.kill()
        daemon.communicate()
        server.end()


def test_after_a_kill_the_names_are_there(binary, tmp_path):
    server = NameServer(binary, tmp_path / "names")
    with server.proxy() as ns:
        for number in range(50):
            ns.register(f"name.{number}", f"PYRO:x{number}@host:5000", metadata=[f"tag.{number % 3}"])
        ns.remove("name.7")
        before = ns.list(prefix="name.", return_metadata=True)
        before = {name: (uri, set(tags)) for name, (uri, tags) in before.items()}
    os.kill(server.running.process.pid, signal.SIGKILL)
    server.running.exit_code()
    again = server.again()
    try:
        with again.proxy() as ns:
            after = ns.list(prefix="name.", return_metadata=True)
            assert {name: (uri, set(tags)) for name, (uri, tags) in after.items()} == before
            assert len(before) == 49
            assert ns.lookup(SELF).port == again.port
        again.stop()
    finally:
        again.end()


def test_python_s_client_of_a_server_that_restarts_goes_on(binary, tmp_path):
    port = free_port()
    server = NameServer(binary, tmp_path / "names", listen=f"127.0.0.1:{port}")
    with server.proxy() as ns:
        ns.register("a", "PYRO:x@host:1")
        server.stop()
        with pytest.raises(Pyro5.errors.CommunicationError):
            ns.lookup("a")
        again = server.again()
        try:
            ns._pyroReconnect(tries=3)
            assert str(ns.lookup("a")) == "PYRO:x@host:1"
        finally:
            again.end()


# The command


def test_a_port_in_use_and_a_file_in_use_are_told(nameserver, mboard, tmp_path):
    taken = mboard("nameserver", "--listen", f"127.0.0.1:{nameserver.port}", "--data", "memory")
    assert taken.code == 69
    assert "another program is using that port" in taken.stderr and "--listen" in taken.stderr
    file = tmp_path / "names" / "names.sqlite"
    second = mboard("nameserver", "--listen", "127.0.0.1:0", "--data", str(file))
    assert second.code == 73 and "another name server is using" in second.stderr
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{other.getsockname()[1]}"
        deaf = mboard("nameserver", "--listen", "127.0.0.1:0", "--data", "memory", "--broadcast", place)
    assert deaf.code == 69 and "--broadcast" in deaf.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--listen", "host:port"], ["--listen", "127.0.0.1:70000"], ["--broadcast", "a:b"], ["--sweep", "-1"],
        ["--sweep", "0.01"], ["--sweep", "nan"], ["--data", ""], ["--nothing"], ["word"],
    ],
)  # fmt: skip
def test_wrong_options_are_wrong_usage(mboard, options):
    ended = mboard("nameserver", *options)
    assert ended.code == 64 and ended.stdout == b"" and ended.stderr


def test_a_damaged_file_is_left_alone(mboard, tmp_path):
    file = tmp_path / "names.sqlite"
    file.write_bytes(b"no database" * 100)
    ended = mboard("nameserver", "--listen", "127.0.0.1:0", "--data", str(file))
    assert ended.code == 65 and "is damaged" in ended.stderr
    assert file.read_bytes() == b"no database" * 100


def test_the_names_are_beside_the_board_s_data_by_default(binary, tmp_path, monkeypatch):
    monkeypatch.setenv("MBOARD_DATA", str(tmp_path / "board"))
    server = NameServer(binary, tmp_path / "names", "--sweep", "0")
    try:
        assert (tmp_path / "board" / "names.sqlite").stat().st_mode & 0o077 == 0
        server.stop()
    finally:
        server.end()
