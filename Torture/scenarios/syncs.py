"""A sync fails: the page cache can no longer be trusted, so nothing more is acknowledged and the server ends."""

from .. import shim
from ..report import Outcome
from ..server import EXIT_SYNC_FAILED, Refused
from ..shim import ShimError
from ..story import Story
from ..verify import Findings

EXIT_NO_DIRECTORY = 73  # also right for a first start that cannot make its files last


def run(context) -> list[Outcome]:
    outcome = Outcome("syncs")
    kinds = (under_load, at_first_start, at_next_start, at_the_end)
    for number in range(context.count("SYNCS")):
        title, rng = context.title("syncs", number), context.random("syncs", number)
        story = Story(context, title, context.workplace.directory("syncs") / f"board-{number}", rng)
        kind = kinds[number % len(kinds)]
        context.attempt(outcome, story, lambda: sync_round(context, story, kind))
        outcome.acknowledged += story.acknowledged
        if outcome.hopeless:
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


def expect_exit(code: int | None, when: str, words: str = "", allowed=(EXIT_SYNC_FAILED,)) -> str | None:
    if code in allowed:
        return None
    ended = "the server goes on" if code is None else f"exit {code}"
    return f"a sync failed {when}: {ended} instead of exit {EXIT_SYNC_FAILED}; {words or 'see server.log'}"


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


def at_first_start(story: Story, control, environment) -> str | None:
    return start_without_syncs(story, control, environment, story.rng.randrange(8),
                               (EXIT_SYNC_FAILED, EXIT_NO_DIRECTORY))


def at_next_start(story: Story, control, environment) -> str | None:
    """What a killed server left may be in the page cache only, and has to be synced before anything builds on it."""
    story.start()
    crowd = story.start_load()
    story.server.kill()
    story.end(crowd, server_is_gone=True)
    return start_without_syncs(story, control, environment, story.rng.randrange(2), (EXIT_SYNC_FAILED,))


def start_without_syncs(story: Story, control, environment, after: int, allowed) -> str | None:
    control.break_syncs(shim.SYNC_EIO, after)
    try:
        story.start(environment)
    except Refused as refusal:
        return expect_exit(refusal.code, f"while starting (number {control.syncs})", refusal.words, allowed)
    if control.injected:
        return f"sync number {control.syncs} failed while starting, and the server became ready all the same"
    crowd = story.crowd().start()
    code = story.server.wait(30)
    story.end(crowd, server_is_gone=True)
    return expect_exit(code, "at the first publish")
