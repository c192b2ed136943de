"""Power cuts: the file system is shut down under the server, and with it goes all that was not synced."""

import time

from .. import readback, shim
from ..disk import DiskError, PowerDisk, obstacle_to_power_cuts
from ..publication import Publication
from ..report import Outcome
from ..shim import ShimError
from ..story import Story
from ..verify import Findings

ROUNDS_PER_DISK = 5
DISK_MEGABYTES = (256, 96)  # with and without much room: a server may prepare its files only on the first
LONGEST_LOAD = 0.2  # seconds from the first acknowledgement to the cut


def run(context) -> list[Outcome]:
    outcome = Outcome("cuts")
    finished = number = 0
    while number < context.count("CUTS"):
        disk = power_disk(context, outcome, f"power-{number}", DISK_MEGABYTES[number // ROUNDS_PER_DISK % 2])
        if disk is None:
            return [outcome]
        rng = context.random("cuts", number)
        story = Story(context, context.title("cuts", number), disk.mountpoint / "board", rng)
        for turn in range(min(ROUNDS_PER_DISK, context.count("CUTS") - number)):
            good = context.attempt(outcome, story, lambda: cut_round(story, disk, turn))
            outcome.acknowledged = finished + story.acknowledged
            number += 1
            if not good:
                return [outcome]
        finished = outcome.acknowledged
        context.kill_server()
        disk.discard()
    return [outcome]


def power_disk(context, outcome: Outcome, name: str, megabytes: int) -> PowerDisk | None:
    """Asked for but impossible is a failure: a missing part must not look like a passed one."""
    obstacle = obstacle_to_power_cuts()
    try:
        if not obstacle:
            return PowerDisk(context.workplace, name, megabytes)
    except (DiskError, OSError) as error:
        obstacle = f"{error}; leave power cuts out with CUTS=0 where this cannot be had"
    outcome.findings.other.append(obstacle)
    context.progress.say(f"{outcome.scenario}: cannot run: {obstacle}")
    return None


def cut_round(story: Story, disk: PowerDisk, turn: int) -> Findings:
    if not story.server.running:
        story.start()
    if turn % 3 == 1:
        kill_then_cut(story, disk)
    else:
        cut_under_load(story, disk)
    if story.rng.random() < 0.15:
        cut_at_start(story, disk)
    story.start()
    return story.verify()


def cut(story: Story, disk: PowerDisk, crowd=None) -> None:
    story.server.freeze()
    disk.cut_power()
    story.server.kill()
    if crowd:
        story.end(crowd, server_is_gone=True)
    disk.power_on()


def cut_under_load(story: Story, disk: PowerDisk) -> None:
    crowd = story.start_load()
    if story.rng.random() > 0.2:
        time.sleep(story.rng.uniform(0, LONGEST_LOAD))
    cut(story, disk, crowd)


def kill_then_cut(story: Story, disk: PowerDisk) -> None:
    """A server killed right before a sync leaves a commit that the next one finds whole, but only in the page cache.
    The next one may answer a repeated request from it only when it is on disk: the power goes right after the answer.
    Only repeats of what is there already are asked, as anything new would be synced, and the old with it.
    """
    story.server.kill()
    control, environment = story.context.shims.faults(story.data)
    story.start(environment)
    control.break_syncs(shim.SYNC_KILLS_FIRST, after=1 + int(2 ** story.rng.uniform(0, 7)))
    crowd = story.crowd().start()
    code = story.server.wait(30)
    story.end(crowd, server_is_gone=True)
    if code != -9 or control.injected == 0:
        raise ShimError(f"the server was to be killed before a sync, and ended with {code}")
    story.start()
    again = story.crowd(fresh=False, pending=stored_but_unanswered(story)).start()
    again.settle(10)
    cut(story, disk, again)


def stored_but_unanswered(story: Story) -> list[Publication]:
    stored = {record.body for record in readback.read(story.server).all_records()}
    return [publication for publication in story.pending if publication.body in stored]


def cut_at_start(story: Story, disk: PowerDisk) -> None:
    story.server = story.new_server()
    story.server.launch()
    time.sleep(story.rng.uniform(0, 0.1))
    if story.server.running:
        cut(story, disk)
