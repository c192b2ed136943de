"""Our client against servers that others wrote, Python's SimpleXMLRPCServer and Abyss of xmlrpc-c, and against our own."""

import re
import subprocess
import sys
import xmlrpc.client
from pathlib import Path

import pytest

import wire
from running import Running
from waiting import eventually

DONE = 0
ROOT = Path(__file__).resolve().parents[2]


# `mboard` and its own server by XML-RPC.


def test_every_command_by_xmlrpc_on_our_own_server(mboard, server):
    """What one road publishes the other shows, the same object."""
    via = ["--server", server.ready["http"], "--via", "xmlrpc"]
    published = mboard("publish", *via, "--json", "--author", "anna", "hello")
    assert published.code == DONE, published.stderr
    assert published.objects[0]["road"] == "xmlrpc"
    assert mboard("last", "--server", server.ready["tcp"], "--via", "tcp", "--json").objects == published.objects
    assert mboard("get", *via, "--json", "1").objects == mboard("last", *via, "--json").objects == published.objects


def test_a_big_body_by_xmlrpc_on_our_own_server(mboard, server):
    """3 MiB of any bytes, there and back, and the same on TCP."""
    via, body = ["--server", server.ready["http"], "--via", "xmlrpc"], bytes(range(251)) * 12_532
    assert mboard("publish", *via, "-", stdin=body).stdout == b"1\n"
    assert mboard("get", *via, "1").stdout == body
    assert wire.got(server.tcp.ask(b"3:1")).text == body


# The example client and servers that know only the notes' methods.


@pytest.fixture(scope="session")
def example_client(binary) -> Path:
    path = binary.with_name("XMLRPCExampleClient")
    assert path.exists(), f"{path}: no such program; run `swift build -c release --build-tests`"
    return path


@pytest.fixture(params=["python", "abyss"])
def foreign(request, compiled, tmp_path):
    """The port of a server with the notes' methods."""
    if request.param == "python":
        command = [sys.executable, "-B", str(ROOT / "Examples/XMLRPC/rpc_mboard_server.py"), "--port", "0"]
    else:
        libraries = ["xmlrpc_server_abyss", "xmlrpc_server", "xmlrpc_abyss", "xmlrpc", "xmlrpc_util", "pthread"]
        command = [str(compiled("xmlrpc_abyss.c", *(f"-l{library}" for library in libraries)))]
    running = Running(command, tmp_path, request.param)
    eventually(lambda: running.text.endswith("\n"), "the port is printed")
    yield int(re.search(r"(\d+)\n", running.text)[1])
    running.kill()


def test_the_example_client_publishes_and_prints(example_client, foreign):
    """The notes' client program, on a server that is none of ours. Abyss knows no character beyond U+FFFF."""

    def run(*words: str) -> list[str]:
        ended = subprocess.run(
            [example_client, "--host", "127.0.0.1", "--port", str(foreign), *words],
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines()

    assert run() == []
    assert [line.partition(" -> ")[2] for line in run("first <&> grüße")] == ["first <&> grüße"]
    assert [line.partition(" -> ")[2] for line in run("--last", "1", "second")] == ["second"]
    assert len(run()) == 2


def test_the_foreign_servers_are_what_they_should_be(foreign):
    """So that a failure of the test before this one is our client's."""
    with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{foreign}/RPC2") as board:
        identifier = board.publish("hello")
        assert board.get(identifier)[3] == "hello" and board.last(1) == [identifier]
