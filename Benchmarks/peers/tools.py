"""Programs that the peers need: found, or installed when root, or named with the command that installs them."""
import os
import pathlib
import resource
import shutil
import subprocess
import sys

from .errors import PeerError
from .processes import output_of
from .progress import say

PYRO = "Pyro5==5.17"
SQLITE_HEADER = pathlib.Path("/usr/include/sqlite3.h")
ABYSS_HEADER = pathlib.Path("/usr/include/xmlrpc-c/server_abyss.h")


def install(package, purpose):
    command = ["apt-get", "install", "-y", "--no-install-recommends", package]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise PeerError(f"{purpose} needs the package {package}. Install it: sudo {' '.join(command)}")
    say(f"installing {package} ({purpose})")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if subprocess.run(command, env=environment, capture_output=True).returncode != 0:
        output_of(["apt-get", "update", "-qq"], env=environment)  # the lists may be missing or old
        output_of(command, env=environment)


def redis_server():
    """The executable to run under the name `redis-server`.

    Debian's package redis-server also starts a service at once. The package redis-tools holds the same program under
    the name of its checking tool, and starts nothing: the program goes by the name it is run under.
    """
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    if found is None:
        install("redis-tools", "the comparison with Redis")
        found = shutil.which("redis-check-rdb")
    if found is None or shutil.which("redis-benchmark") is None:
        raise PeerError("Redis was found only in part: redis-server and redis-benchmark must both be on the PATH")
    return found


def nats_server():
    return installed("nats-server", "the comparison with NATS")


def mosquitto():
    return installed("mosquitto", "the comparison with mosquitto")


def installed(program, purpose):
    """A program that has its package's name; a package's service may start with it, on its usual port."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    if shutil.which(program, path=path) is None:
        install(program, purpose)
    return shutil.which(program, path=path) or program


def h2load():
    """nghttp2's load generator; its client `nghttp` comes with it."""
    if shutil.which("h2load") is None:
        install("nghttp2-client", "the load on the gRPC server")
    return shutil.which("h2load") or "h2load"


def python_with_pyro(directory):
    """A Python that has Pyro5: this one, or one of an environment that is made for it."""
    if subprocess.run([sys.executable, "-c", "import Pyro5"], capture_output=True).returncode == 0:
        return sys.executable
    python = directory / "bin" / "python"
    if not python.exists():
        say(f"installing {PYRO}")
        output_of([sys.executable, "-m", "venv", str(directory)])
        output_of([str(python), "-m", "pip", "install", "--quiet", PYRO])
    return str(python)


def raise_open_files(wanted):
    """Lets this program have as many files open, if the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        if hard < wanted:
            raise PeerError(f"{wanted:,} open files are needed, the system allows {hard:,}: ulimit -Hn")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def c_compiler():
    for name in ("gcc", "clang", "cc"):
        if shutil.which(name):
            return name
    install("gcc", "compiling the reference programs")
    return "gcc"


def compile_reference(source, program, libraries=()):
    """Compiles one C file, unless the program is newer than it already."""
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program
    if "sqlite3" in libraries and not SQLITE_HEADER.exists():
        install("libsqlite3-dev", "the comparison with SQLite")
    if "xmlrpc_abyss" in libraries and not ABYSS_HEADER.exists():
        install("libxmlrpc-core-c3-dev", "the comparison with Abyss")
    say(f"compiling {source.name}")
    program.parent.mkdir(parents=True, exist_ok=True)
    flags = [f"-l{library}" for library in libraries]
    output_of([c_compiler(), "-O2", "-Wall", "-Wextra", "-o", str(program), str(source), *flags])
    return program
