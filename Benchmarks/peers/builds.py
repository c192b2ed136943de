"""The programs to compare, built where they are not yet."""
import os
import pathlib
import shutil

from .errors import PeerError
from .processes import output_of
from .progress import say
from .tools import compile_reference

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY / "Benchmarks"
REFERENCES = BENCHMARKS / "reference"
BUILD_DIRECTORY = BENCHMARKS / ".build-benchmarks"


def swift_build(package, scratch, product):
    if shutil.which("swift") is None:
        raise PeerError("swift is not on the PATH: install a Swift toolchain, 6.2 or later")
    say(f"building {product} (release); the first time takes minutes")
    command = ["swift", "build", "--package-path", str(package), "--scratch-path", str(scratch), "-c", "release",
               "--product", product]
    output_of(command)
    return pathlib.Path(output_of([*command, "--show-bin-path"]).strip()) / product


def mboard(given):
    """The release build of mboard, or the binary given instead of it."""
    if given is None:
        return swift_build(REPOSITORY, REPOSITORY / ".build", "mboard")
    if not os.access(given, os.X_OK):
        raise PeerError(f"--mboard {given}: there is no such executable")
    return given.resolve()


def echo_server():
    return swift_build(BENCHMARKS, BUILD_DIRECTORY, "EchoServer")


def fixed_answer():
    return swift_build(BENCHMARKS, BUILD_DIRECTORY, "FixedAnswer")


def bare_echo():
    return swift_build(BENCHMARKS, BUILD_DIRECTORY, "BareEcho")


def echo_object():
    return swift_build(BENCHMARKS, BUILD_DIRECTORY, "EchoObject")


def grpc_echo():
    return swift_build(BENCHMARKS, BUILD_DIRECTORY, "GRPCEcho")


def raw_sqlite():
    return compile_reference(REFERENCES / "raw_sqlite.c", BUILD_DIRECTORY / "raw_sqlite", ["sqlite3"])


def connection_load():
    return compile_reference(REFERENCES / "connection_load.c", BUILD_DIRECTORY / "connection_load")


def fanout_load():
    return compile_reference(REFERENCES / "fanout_load.c", BUILD_DIRECTORY / "fanout_load")


def bare_accept_loop():
    return compile_reference(REFERENCES / "bare_accept_loop.c", BUILD_DIRECTORY / "bare_accept_loop")


def http_load():
    return compile_reference(REFERENCES / "http_load.c", BUILD_DIRECTORY / "http_load")


def abyss():
    """The tests' foreign server is the peer here."""
    libraries = ["xmlrpc_server_abyss", "xmlrpc_server", "xmlrpc_abyss", "xmlrpc", "xmlrpc_util", "pthread"]
    return compile_reference(REPOSITORY / "Tests/Interop/xmlrpc_abyss.c", BUILD_DIRECTORY / "xmlrpc_abyss", libraries)
