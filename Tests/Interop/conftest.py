"""The whole product, driven as its built binary on free ports by clients written here from the protocol alone.

Run: `python3 -m pytest Tests/Interop` after a release build; `MBOARD=<path>` names another binary, and
`INTEROP_SEED=<number>` repeats a random test with the seed that it printed.
"""

import os
import random
import re
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from command import Command
from server import Server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def binary() -> Path:
    path = Path(os.environ.get("MBOARD", ROOT / ".build/release/mboard"))
    if not path.exists():
        pytest.exit(f"{path}: no such binary; run `swift build -c release` first or set MBOARD", returncode=2)
    return path.resolve()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> Callable[..., Path]:
    """Compiles a C file that lies beside the tests, once a run; what else is said goes to the compiler."""
    compiler, programs = shutil.which("cc") or shutil.which("clang"), {}
    assert compiler, "a C compiler is missing: install gcc or clang"

    def compile(name: str, *options: str) -> Path:
        if name not in programs:
            programs[name] = tmp_path_factory.mktemp("compiled") / Path(name).stem
            source = Path(__file__).with_name(name)
            subprocess.run([compiler, "-O1", "-Wall", "-o", programs[name], source, *options], check=True)
        return programs[name]

    return compile


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch, tmp_path):
    """No setting of the person who runs the tests reaches the product, and nothing is written into their home."""
    for name in [name for name in os.environ if re.match("MBOARD_|XDG_", name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def make_server(binary, tmp_path):
    """Makes servers that are not started yet, each with a directory of its own; ends them all after the test."""
    made = []

    def make(*options: str, environment: dict[str, str] | None = None) -> Server:
        directory = tmp_path / f"server-{len(made)}"
        directory.mkdir()
        made.append(Server(binary, directory, *options, environment=environment))
        return made[-1]

    yield make
    for server in made:
        server.close_clients()
    for server in made:
        server.end()


@pytest.fixture
def server(make_server) -> Server:
    """A server over an empty board."""
    return make_server().start()


@pytest.fixture(scope="module")
def shared_server(binary, tmp_path_factory):
    """One server for the tests of a file that leave nothing behind that another would see."""
    server = Server(binary, tmp_path_factory.mktemp("shared")).start()
    yield server
    server.close_clients()
    server.end()


@pytest.fixture
def validator(make_server) -> Server:
    """A server that serves the eight methods of the old XML-RPC validator too."""
    return make_server("--xmlrpc-validator", "on").start()


@pytest.fixture
def impatient(make_server) -> Server:
    """A server that gives a web request's head 1 s, and its body 2 s."""
    return make_server("--idle-timeout", "1", "--request-timeout", "2").start()


@pytest.fixture(params=["udp", "tcp"])
def road(request) -> str:
    """Every test that takes this runs on both roads."""
    return request.param


@pytest.fixture
def client(server, road):
    """A client of the empty board on the road of the test."""
    return server.client(road)


@pytest.fixture
def mboard(binary, tmp_path) -> Command:
    """The command line's client side."""
    return Command(binary, tmp_path)


@pytest.fixture
def many_descriptors():
    """Lets the test itself, open as many sockets as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def seeded(request) -> random.Random:
    """Random choices that can be made again: a failing test prints the command that repeats it."""
    seed = int(os.environ.get("INTEROP_SEED", random.SystemRandom().randrange(2**32)))
    print(f"repeat with: INTEROP_SEED={seed} python3 -m pytest '{request.node.nodeid}'")
    return random.Random(seed)
