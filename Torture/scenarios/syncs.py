"""A sync fails: the page cache can no longer be trusted, so nothing more is acknowledged and the server ends."""

from .. import shim
from ..report import Outcome
from ..server import EXIT_SYNC_FAILED, Refused
from ..shim import ShimError
from ..story import Story
from ..verify import Findings


def run(context) -> list[Outcome]:
    outcome = Outcome("syncs")
    kinds = (under_load, under_load, at_the_end, under_load, at_the_start)
    for number in range(context.count("SYNCS")):
        title, rng = context.title("syncs", number), context.random("syncs", number)
        story = Story(context, title, context.workplace.directory("syncs") / f"board-{number}", rng)
        kind = kinds[number % len(kinds)]
        good = context.attempt(outcome, story, lambda: sync_round(context, story, kind))
        outcome.acknowledged += story.acknowledged
        if not good:
            break
    return [outcome]


def sync_round(context, story: Story, kind) -> Findings:
    control, environment = context.shims.faults(story.data)
    complaint = kind(story, control, environment)
    if control.syncs == 0:
        raise ShimError(f"{kind.__name__}: the server made no sync that the shim could see")
    story.server.kill()
    story.start()
    findings = story.verify(everything=True)
    story.server.kill()
    if complaint:
        findings.other.append(complaint)
    findings.other.extend(acknowledged_after(story, control.failed_sync_at / 1e9))
    return findings


def acknowledged_after(story: Story, failed_at: float) -> list[str]:
    """A repeat of what was durable before may be answered; a request first sent after the failure may not."""
    return [f"{publication} was sent after the failed sync and acknowledged all the same"
            for publication in story.publications
            if failed_at and publication.acknowledged and publication.first_sent > failed_at]


def expect_exit(code: int | None, when: str) -> str | None:
    if code == EXIT_SYNC_FAILED:
        return None
    return f"a sync failed {when}: exit {code} instead of {EXIT_SYNC_FAILED}"


def under_load(story: Story, control, environment) -> str | None:
    story.start(environment)
    control.break_syncs(shim.SYNC_EIO, after=int(2 ** story.rng.uniform(0, 7)))
    crowd = story.crowd().start()
    code = story.server.wait(30)
    story.end(crowd, server_is_gone=True)
    return expect_exit(code, "under load")


def at_the_end(story: Story, control, environment) -> str | None:
    """Only a stop that syncs something can notice; a stop that does not may end with 0."""
    story.start(environment)
    story.load(50)
    control.break_syncs(shim.SYNC_EIO)
    code = story.server.stop()
    return expect_exit(code, "while stopping") if control.injected or code else None


def at_the_start(story: Story, control, environment) -> str | None:
    control.break_syncs(shim.SYNC_EIO, after=story.rng.randrange(2))
    try:
        story.start(environment)
    except Refused as refusal:
        return expect_exit(refusal.code, "while starting")
    if control.injected:
        return "a sync failed while starting, and the server became ready all the same"
    crowd = story.crowd().start()
    code = story.server.wait(30)
    story.end(crowd, server_is_gone=True)
    return expect_exit(code, "at the first publish")
