"""The life of one data directory over many runs of the server, and all that was ever published into it."""

import random
from pathlib import Path

from . import readback, verify
from .crowd import Crowd
from .publication import Publication, Sizes, count_acknowledged
from .server import Server
from .verify import Findings

OLD_MESSAGES_READ_AGAIN = 40


class Story:
    def __init__(self, context, title: str, data: Path, rng: random.Random, durability: str = "full",
                 environment: dict | None = None, check_times: bool = True, sizes: Sizes = Sizes()):
        self.context, self.title, self.data, self.rng = context, title, data, rng
        self.durability, self.environment = durability, environment or {}
        self.check_times, self.sizes = check_times, sizes
        self.publications: list[Publication] = []
        self.unread: list[Publication] = []  # not yet read by id
        self.runs = 0
        self.server = self.new_server()

    def new_server(self, environment: dict | None = None) -> Server:
        scratch = self.context.workplace.directory("run")
        server = Server(self.context.options.binary, self.data, scratch, self.durability,
                        self.environment if environment is None else environment)
        self.context.server = server
        return server

    def start(self, environment: dict | None = None) -> Server:
        self.runs += 1
        self.server = self.new_server(environment)
        return self.server.start()

    @property
    def pending(self) -> list[Publication]:
        return [publication for publication in self.publications if publication.pending]

    @property
    def acknowledged(self) -> int:
        return count_acknowledged(self.publications)

    def crowd(self, fresh: bool = True, pending: list[Publication] | None = None, **shape) -> Crowd:
        """Clients that first ask again for what is pending: everything that has had no answer yet, or what is given."""
        pending = self.pending if pending is None else pending
        return Crowd(self.server, self.rng, f"{self.title}/{self.runs}", pending, fresh, self.sizes, **shape)

    def end(self, crowd: Crowd, server_is_gone: bool) -> None:
        made = crowd.abandon() if server_is_gone else crowd.finish()
        self.publications.extend(made)
        self.unread.extend(made)

    def start_load(self, **shape) -> Crowd:
        """Clients that go on publishing; returns once the first message is acknowledged."""
        crowd = self.crowd(**shape).start()
        if not crowd.wait(lambda tally: tally.acknowledged, 30):
            crowd.abandon()
            raise RuntimeError("nothing was acknowledged within 30 s")
        return crowd

    def load(self, acknowledged: int) -> None:
        """Publishes until so many more are acknowledged, and lets every client finish."""
        crowd = self.crowd().start()
        served = crowd.wait(lambda tally: tally.acknowledged >= acknowledged, 60)
        self.end(crowd, server_is_gone=False)
        if not served:
            raise RuntimeError(f"{acknowledged} messages were not acknowledged within 60 s")

    def verify(self, everything: bool = False) -> Findings:
        snapshot = readback.read(self.server)
        readback.read_by_id(self.server, snapshot, self.ids_to_read(snapshot, everything))
        self.unread.clear()
        return verify.judge(self.publications, snapshot, self.check_times)

    def ids_to_read(self, snapshot, everything: bool) -> list[int]:
        listed = [record.id for record in snapshot.all_records()]
        absent = self.absent_ids(listed)
        if everything:
            return listed + absent
        new = {publication.body for publication in self.unread}
        wanted = [record.id for record in snapshot.all_records() if record.body in new]
        return wanted + self.rng.sample(listed, min(len(listed), OLD_MESSAGES_READ_AGAIN)) + absent

    def absent_ids(self, listed: list[int]) -> list[int]:
        """Ids that no list shows: nothing half-written may be visible under them either."""
        highest = max(listed, default=0)
        gaps = set(range(1, highest + 4)) - set(listed)
        return sorted(gaps)[-20:]
