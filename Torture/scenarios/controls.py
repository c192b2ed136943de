"""Negative controls: power cuts that must lose something. When they do not, the other scenarios prove nothing."""

from .. import shim
from ..report import Outcome
from ..server import Refused
from ..shim import ShimError
from ..story import Story
from ..verify import Findings
from .cuts import cut, power_disk

ENOUGH = 200
MEGABYTES = 256


def run(context) -> list[Outcome]:
    return [control(context, "relaxed", relaxed), control(context, "lying sync", lying_sync)]


def control(context, name: str, story_on) -> Outcome:
    """Tries until something is lost: the cut may by chance come right after a sync."""
    outcome = Outcome(f"controls/{name}", must_lose=True)
    disk = power_disk(context, outcome, f"control-{name.replace(' ', '-')}", MEGABYTES)
    if disk is None:
        return outcome
    for number in range(context.count("CONTROLS")):
        story, watched = story_on(context, disk, number)
        context.attempt(outcome, story, lambda: lose(outcome, story, disk, watched))
        outcome.acknowledged += story.acknowledged
        context.kill_server()
        if outcome.findings:
            break
    disk.discard()
    return outcome


def relaxed(context, disk, number: int):
    """Syncs at most once per 100 ms: under load there is always something acknowledged and not yet synced."""
    rng, data = context.random("controls-relaxed", number), disk.mountpoint / f"relaxed-{number}"
    return Story(context, context.title("relaxed", number), data, rng, durability="relaxed"), None


def lying_sync(context, disk, number: int):
    """Full durability on a disk that says 'synced' and has done nothing."""
    rng, data = context.random("controls-lying", number), disk.mountpoint / f"lying-{number}"
    watched, environment = context.shims.faults(data)
    return Story(context, context.title("lying", number), data, rng, environment=environment), watched


def lose(outcome: Outcome, story: Story, disk, watched) -> Findings:
    story.start()
    if watched:
        watched.break_syncs(shim.SYNC_LIES)
    crowd = story.crowd().start()
    if not crowd.wait(lambda tally: tally.acknowledged >= ENOUGH, 30):
        raise RuntimeError(f"no {ENOUGH} messages were acknowledged within 30 s")
    cut(story, disk, crowd)
    if watched and watched.injected == 0:
        raise ShimError("no sync was swallowed; the shim is not in the way")
    story.environment = {}
    try:
        story.start()
    except Refused as refusal:
        outcome.noticed += 1
        outcome.note = f"the restarted server noticed: exit {refusal.code}"
        return Findings(lost=[f"the store was refused with {refusal.code}"])
    return Findings(lost=story.verify().lost)
