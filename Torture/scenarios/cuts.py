"""Power cuts: the file system is shut down under the server, and with it goes all that was not synced."""

import shutil
import time

from ..disk import DiskError, PowerDisk, obstacle_to_power_cuts
from ..report import Outcome
from ..story import Story
from ..verify import Findings

ROUNDS_PER_DIRECTORY = 6
LONGEST_LOAD = 0.2  # seconds from the first acknowledgement to the cut


def run(context) -> list[Outcome]:
    outcome = Outcome("cuts")
    disk = power_disk(context, outcome)
    if disk is None:
        return [outcome]
    story, finished = None, 0
    for number in range(context.count("CUTS")):
        if number % ROUNDS_PER_DIRECTORY == 0:
            finished += story.acknowledged if story else 0
            story = fresh_story(context, disk, number, story)
        good = context.attempt(outcome, story, lambda: cut_round(story, disk))
        outcome.acknowledged = finished + story.acknowledged
        if not good:
            break
    context.kill_server()
    disk.discard()
    return [outcome]


def power_disk(context, outcome: Outcome, name: str = "power") -> PowerDisk | None:
    """Asked for but impossible is a failure: a missing part must not look like a passed one."""
    obstacle = obstacle_to_power_cuts()
    try:
        if not obstacle:
            return PowerDisk(context.workplace, name)
    except (DiskError, OSError) as error:
        obstacle = f"{error}; leave power cuts out with CUTS=0 where this cannot be had"
    outcome.findings.other.append(obstacle)
    context.progress.say(f"{outcome.scenario}: cannot run: {obstacle}")
    return None


def fresh_story(context, disk: PowerDisk, number: int, before: Story | None) -> Story:
    context.kill_server()
    if before:
        shutil.rmtree(before.data)
    rng = context.random("cuts", number)
    return Story(context, context.title("cuts", number), disk.mountpoint / f"board-{number}", rng)


def cut_round(story: Story, disk: PowerDisk) -> Findings:
    if not story.server.running:
        story.start()
    kind = story.rng.random()
    if kind < 0.25:
        kill_then_cut(story, disk)
    else:
        cut_under_load(story, disk)
    if kind > 0.85:
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
    crowd = story.crowd().start()
    crowd.wait(lambda tally: tally.acknowledged, 30)
    if story.rng.random() > 0.2:
        time.sleep(story.rng.uniform(0, LONGEST_LOAD))
    cut(story, disk, crowd)


def kill_then_cut(story: Story, disk: PowerDisk) -> None:
    """After a kill the store holds commits that nobody has synced. A repeated request may be answered from them
    only when they are on disk: the power goes right after the answer."""
    crowd = story.crowd().start()
    crowd.wait(lambda tally: tally.acknowledged, 30)
    time.sleep(story.rng.uniform(0, LONGEST_LOAD / 2))
    story.server.kill()
    story.end(crowd, server_is_gone=True)
    story.start()
    again = story.crowd(fresh=False).start()
    again.settle(10)
    cut(story, disk, again)


def cut_at_start(story: Story, disk: PowerDisk) -> None:
    story.server = story.new_server()
    story.server.launch()
    time.sleep(story.rng.uniform(0, 0.1))
    if story.server.running:
        cut(story, disk)
