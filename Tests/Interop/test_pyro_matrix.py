"""Two languages, both ways round, three serializers: every operation of Pyro5's protocol. Prints what was seen as a table."""

import collections
import json
import os
import subprocess
import sys
from pathlib import Path

import Pyro5.api
import Pyro5.errors
import pytest

import pyro_operations

ROOT = Path(__file__).resolve().parents[2]
PARTNER = ROOT / ".build/release/PyroPartner"
SERIALIZERS = ["serpent", "json", "msgpack"]
SERVERS = ["Swift", "Python"]
SWIFT_OPERATIONS = [
    "call with arguments", "text", "no result", "values", "value by value", "attribute", "one-way", "builtin exception", "exception of its own type", "stream",
    "stream that fails", "stream left early", "reference as result", "reference as argument", "reference that comes back", "calls side by side", "big value",
    "unknown object", "cancelled call",
]
seen = collections.defaultdict(dict)


class Partner:
    """A program that serves an object and says its URI."""

    def __init__(self, command, **environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
        self.uri = self.process.stdout.readline().strip()
        assert self.uri.startswith("PYRO:thing@"), self.uri

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture(scope="module")
def partners():
    assert PARTNER.exists(), f"{PARTNER}: no such program; run `swift build -c release --build-tests` first"
    commands = {"Swift": [PARTNER, "serve"], "Python": [sys.executable, "-B", Path(__file__).with_name("pyro_partner.py")]}
    started = {name: Partner(command) for name, command in commands.items()}
    yield {name: partner.uri for name, partner in started.items()}
    for partner in started.values():
        partner.end()


@pytest.fixture(scope="module")
def swift_client(partners):
    """What a Swift program made of all operations, by server and serializer."""
    outcomes = {}

    def run(server, serializer):
        if (server, serializer) not in outcomes:
            done = subprocess.run([PARTNER, "call", partners[server], serializer], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            lines = map(json.loads, done.stdout.splitlines())
            outcomes[server, serializer] = {line["operation"]: line.get("failure") for line in lines}
        return outcomes[server, serializer]

    return run


@pytest.fixture(autouse=True)
def serializer_of_the_test():
    yield
    Pyro5.api.config.SERIALIZER = "serpent"


@pytest.mark.parametrize("serializer", SERIALIZERS)
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("operation", pyro_operations.ALL, ids=lambda operation: operation.__name__)
def test_python_calls(partners, server, serializer, operation):
    Pyro5.api.config.SERIALIZER = serializer
    with Pyro5.api.Proxy(partners[server]) as proxy:
        operation(proxy)
    seen[operation.__name__.replace("one_way", "one-way").replace("_", " ")][f"Python calls {server}", serializer] = True


@pytest.mark.parametrize("serializer", SERIALIZERS)
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("operation", SWIFT_OPERATIONS)
def test_swift_calls(swift_client, server, serializer, operation):
    outcomes = swift_client(server, serializer)
    assert operation in outcomes and outcomes[operation] is None, outcomes.get(operation, "not tried")
    seen[operation][f"Swift calls {server}", serializer] = True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this host that only these tests trust, and its key."""
    directory = tmp_path_factory.mktemp("tls")
    files = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return list(map(str, files))


def test_swift_calls_python_encrypted(certificate):
    server = Partner(
        [sys.executable, "-B", Path(__file__).with_name("pyro_partner.py")], PYRO_SSL="1", PYRO_SSL_SERVERCERT=certificate[0], PYRO_SSL_SERVERKEY=certificate[1],
        PYRO_SSL_CACERTS=certificate[0])
    try:
        done = subprocess.run([PARTNER, "call", server.uri, "serpent", certificate[0]], capture_output=True, text=True, timeout=60)
        outcomes = {line["operation"]: line.get("failure") for line in map(json.loads, done.stdout.splitlines())}
        # What is passed to Python as an argument, Python would have to call unencrypted.
        del outcomes["reference as argument"]
        assert len(outcomes) == len(SWIFT_OPERATIONS) - 1 and not any(outcomes.values()), outcomes
        stranger = subprocess.run([PARTNER, "call", server.uri, "serpent"], capture_output=True, text=True, timeout=60)
        assert all("failure" in json.loads(line) for line in stranger.stdout.splitlines())
    finally:
        server.end()


ENCRYPTED = """
import Pyro5.api, sys, pyro_operations
with Pyro5.api.Proxy(sys.argv[1]) as proxy:
    for operation in pyro_operations.ALL:
        if operation is not pyro_operations.reference_as_argument:
            operation(proxy)
            print(operation.__name__, flush=True)
"""


def test_python_calls_swift_encrypted(certificate):
    server = Partner([PARTNER, "serve", *certificate])
    environment = os.environ | {"PYRO_SSL": "1", "PYRO_SSL_CACERTS": certificate[0], "PYTHONPATH": str(Path(__file__).parent)}
    try:
        done = subprocess.run([sys.executable, "-B", "-c", ENCRYPTED, server.uri], capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0 and len(done.stdout.split()) == len(pyro_operations.ALL) - 1, done.stderr
        with pytest.raises(Pyro5.errors.CommunicationError), Pyro5.api.Proxy(server.uri) as stranger:
            stranger._pyroTimeout = 5
            stranger._pyroBind()
    finally:
        server.end()


def test_the_table(capsys):
    """One line an operation, one column each way round; a dot for each serializer that was not seen to work."""
    ways = [f"{client} calls {server}" for client in ("Python", "Swift") for server in SERVERS]
    lines = ["", " " * 28 + "".join(f"{way:22}" for way in ways)]
    for operation, found in seen.items():
        cells = [" ".join(name if (way, name) in found else "." for name in SERIALIZERS) if any(w == way for w, _ in found) else "-" for way in ways]
        lines.append(f"{operation:28}" + "".join(f"{cell:22}" for cell in cells))
    with capsys.disabled():
        print("\n".join(lines))
    assert not PARTNER.exists() or seen
