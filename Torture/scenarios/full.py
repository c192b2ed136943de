"""The disk fills up: publishing is answered as failed, reading goes on, and room makes it work again."""

import os

from .. import shim, wire
from ..disk import SmallDisk
from ..report import Outcome
from ..story import Story
from ..verify import Findings

MEGABYTES = 48
REFUSALS = 10
SECONDS = 60


def run(context) -> list[Outcome]:
    outcome = Outcome("full")
    for number in range(context.count("FULLS")):
        title, rng = context.title("full", number), context.random("full", number)
        real = number % 2 == 0 and os.geteuid() == 0
        place = SmallDisk(context.workplace, f"small-{number}", MEGABYTES) if real else None
        folder = place.mountpoint if place else context.workplace.directory("full")
        story = Story(context, title, folder / f"board-{number}", rng)
        disk = place or PretendedDisk(context, story)
        context.attempt(outcome, story, lambda: full_round(story, disk))
        outcome.acknowledged += story.acknowledged
        if outcome.hopeless:
            break
    if os.geteuid() != 0:
        outcome.note = "not root: the full disk was pretended (ENOSPC), not a small file system"
    return [outcome]


class PretendedDisk:
    """Every write to the store says ENOSPC: needs no root, and is harsher, as no prepared room helps."""

    def __init__(self, context, story: Story):
        self.control, story.environment = context.shims.faults(story.data)

    def fill(self) -> None:
        self.control.break_writes(shim.WRITE_NO_SPACE)

    def make_room(self) -> None:
        self.control.heal()
        if self.control.injected == 0:
            raise shim.ShimError("no write was refused; the shim is not in the way")


def full_round(story: Story, disk) -> Findings:
    server = story.start()
    story.load(100)
    findings = Findings()
    for _ in range(2):
        disk.fill()
        findings.add(while_full(story))
        disk.make_room()
        story.load(50)  # the refused requests 7 are asked again first
        findings.add(story.verify())
    if not server.running:
        findings.other.append(f"the server ended with {server.process.returncode}: {server.last_words()}")
    server.kill()
    story.start()
    findings.add(story.verify(everything=True))
    story.server.kill()
    return findings


def while_full(story: Story) -> Findings:
    crowd = story.crowd(smallest_share=1).start()
    refused = crowd.wait(lambda tally: tally.refused >= REFUSALS, SECONDS)
    story.end(crowd, server_is_gone=False)
    findings = story.verify()
    if not refused:
        findings.other.append(f"the disk is full, but no {REFUSALS} publishes were answered 9 in {SECONDS} s")
    findings.other.extend(
        f"{publication} was answered 9 for want of room, and is published all the same"
        for publication in story.publications
        if publication.refused and publication.seen and not publication.acknowledged)
    if not wire.ask_udp(story.server.udp, b"2:1").startswith(b"0"):
        findings.other.append("reading over UDP does not work while the disk is full")
    return findings
