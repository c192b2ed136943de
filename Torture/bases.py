"""Undamaged stores to flip bits in, each at rest in another way, with all the answers they give."""

import sqlite3

from .examine import Pristine
from .flip import FlipChooser
from .publication import Sizes
from .story import Story

MESSAGES = 120
SMALL = Sizes(longest=6_000)
# Beyond the size up to which a server may afford to check a whole database at its start.
LARGE = Sizes(longest=64_000, long_share=0.9)
LARGE_MESSAGES = 1_400


class Base:
    def __init__(self, context, name: str, rest, sizes: Sizes = SMALL, messages: int = MESSAGES):
        rng = context.random(f"flips-{name}")
        folder = context.workplace.directory("flips")
        self.name = name
        self.story = Story(context, f"{context.title('flips', 0)}/{name}", folder / name, rng, sizes=sizes)
        self.rest, self.messages = rest, messages

    def build(self):
        """Two runs of the server, so that there is an older and a newer part."""
        story = self.story
        for last in (False, True):
            story.start()
            story.load(self.messages // 2)
            if not last:
                story.server.stop()
        findings = story.verify()
        self.pristine = Pristine.read(story.server)
        self.rest(story)
        self.chooser = FlipChooser(story.data)
        return findings


def killed(story: Story) -> None:
    story.server.kill()


def stopped(story: Story) -> None:
    story.server.stop()


def compacted(story: Story) -> None:
    """Everything stands in the database and nothing in the log, as after a copy by other tools."""
    story.server.stop()
    with sqlite3.connect(story.data / "board.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def bases(context) -> list[Base]:
    return [Base(context, "stopped", stopped), Base(context, "killed", killed), Base(context, "compacted", compacted),
            Base(context, "large", stopped, LARGE, LARGE_MESSAGES)]
