"""Redis, made as durable as the board is: every write is synced before it is answered."""
import contextlib
import csv
import dataclasses
import io
import socket

from .board import BODY_BYTES
from .ports import free_port
from .process_facts import cpu_seconds
from .processes import output_of, running
from .samples import Sample
from .waiting import until

KEYS_A_SCRIPT = 10_000
# The names that `redis-benchmark -r` picks from: twelve digits, from 0.
FILL_SCRIPT = """
local value = string.rep('x', tonumber(ARGV[3]))
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
  redis.call('SET', string.format('key:%012d', number), value)
end
"""


@dataclasses.dataclass(frozen=True)
class Redis:
    """A running server."""

    pid: int
    port: int

    def command_line(self, *words):
        return output_of(["redis-cli", "-p", str(self.port), *words])

    def load(self, count, connections, *command, keys=None):
        """Runs `redis-benchmark` without pipelining: every connection has one request in flight."""
        words = ["redis-benchmark", "-p", str(self.port), "-c", str(connections), "-n", str(count), "--csv"]
        if keys is not None:
            words += ["-r", str(keys)]
        before = cpu_seconds(self.pid)
        output = output_of([*words, *command])
        cpu = cpu_seconds(self.pid) - before
        row = list(csv.DictReader(io.StringIO(output)))[-1]
        return Sample(float(row["rps"]), cpu * 1e6 / count, float(row["p50_latency_ms"]), float(row["p99_latency_ms"]))

    def publish(self, count, connections):
        return self.load(count, connections, "XADD", "board", "*", "body", "x" * BODY_BYTES)

    def read(self, count, connections, keys):
        return self.load(count, connections, "GET", "key:__rand_int__", keys=keys)

    def fill(self, keys):
        """Makes `keys` keys with values as long as a message's body."""
        for first in range(0, keys, KEYS_A_SCRIPT):
            past = min(keys, first + KEYS_A_SCRIPT)
            self.command_line("EVAL", FILL_SCRIPT, "0", str(first), str(past), str(BODY_BYTES))


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64) == b"+PONG\r\n"
    except OSError:
        return False


@contextlib.contextmanager
def serving(program, data):
    """A server on a free port while the block lasts. It neither snapshots nor rewrites its log in the meantime."""
    data.mkdir()
    port, log = free_port(), data.with_suffix(".log")
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(data), "--daemonize", "no",
               "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0"]
    with running(command, log, executable=program) as process:
        until(lambda: answers(port), process, "redis-server", log)
        yield Redis(process.pid, port)
