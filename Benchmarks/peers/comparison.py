"""What the rows share: the options, the programs, the directory, the big board, and the numbers kept."""
import contextlib
import dataclasses
import functools

from . import board, builds, tools
from .progress import say
from .samples import median, take_turns

WARM_UP_OPERATIONS = 5_000
SMALLEST_COUNT = 1_000


class Comparison:
    """One run of the program. Programs are found and built when a row first asks for them."""

    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.recorded = []

    @functools.cached_property
    def mboard(self):
        return builds.mboard(self.options.mboard)

    @functools.cached_property
    def redis_server(self):
        return tools.redis_server()

    @functools.cached_property
    def raw_sqlite(self):
        return builds.raw_sqlite()

    @functools.cached_property
    def connection_load(self):
        return builds.connection_load()

    @functools.cached_property
    def fanout_load(self):
        return builds.fanout_load()

    @functools.cached_property
    def bare_accept_loop(self):
        return builds.bare_accept_loop()

    @functools.cached_property
    def echo_server(self):
        return builds.echo_server()

    @functools.cached_property
    def bare_echo(self):
        return builds.bare_echo()

    @functools.cached_property
    def echo_object(self):
        return builds.echo_object()

    @functools.cached_property
    def grpc_echo(self):
        return builds.grpc_echo()

    @functools.cached_property
    def pyro_python(self):
        return tools.python_with_pyro(builds.BUILD_DIRECTORY / "pyro")

    @functools.cached_property
    def h2load(self):
        return tools.h2load()

    @functools.cached_property
    def wrk(self):
        return tools.installed("wrk", "the load on the echo servers")

    @functools.cached_property
    def http_load(self):
        return builds.http_load()

    @functools.cached_property
    def abyss(self):
        return builds.abyss()

    @functools.cached_property
    def fixed_answer(self):
        return builds.fixed_answer()

    @functools.cached_property
    def big_board(self):
        """The data directory of a board with many messages; the rows that need it share it."""
        data = self.directory / "big-board"
        say(f"publishing {self.options.messages:,} messages to make the big board")
        with board.serving(self.mboard, data) as server:
            server.fill(self.options.messages)
        return data

    @contextlib.contextmanager
    def fresh_board(self, name):
        with board.serving(self.mboard, self.directory / name) as server:
            yield server

    def for_some_seconds(self, load):
        """Turns `load(count)` into a measurement that lasts as long as asked for; finding the count warms it up."""
        rate = load(WARM_UP_OPERATIONS).per_second
        count = max(SMALLEST_COUNT, int(rate * self.options.seconds))
        return lambda: load(count)

    def medians(self, title, sides):
        """Lets the sides take turns and gives the median sample of each, in their order; keeps all of them."""
        say(title)
        samples = take_turns(self.options.rounds, sides, say)
        self.record(title, {name: [dataclasses.asdict(sample) for sample in samples[name]] for name in sides})
        return [median(samples[name]) for name in sides]

    def record(self, title, numbers):
        self.recorded.append({"title": title, "numbers": numbers})
