"""Writes to the store go wrong: only a part is written, the process dies in the middle, the disk says EIO."""

from .. import shim
from ..report import Outcome
from ..server import EXIT_SYNC_FAILED
from ..shim import ShimError
from ..story import Story
from ..verify import Findings

EXIT_INTERNAL = 70
ENOUGH = 150  # acknowledgements that a round wants to see


def run(context) -> list[Outcome]:
    outcome = Outcome("writes")
    kinds = (short_writes, torn_write, failing_writes)
    for number in range(context.count("WRITES")):
        title, rng = context.title("writes", number), context.random("writes", number)
        story = Story(context, title, context.workplace.directory("writes") / f"board-{number}", rng)
        kind = kinds[number % len(kinds)]
        context.attempt(outcome, story, lambda: fault_round(context, story, kind))
        outcome.acknowledged += story.acknowledged
        if outcome.hopeless:
            break
    return [outcome]


def fault_round(context, story: Story, kind) -> Findings:
    control, environment = context.shims.faults(story.data, story.rng.getrandbits(62))
    story.start(environment)
    complaint = kind(story, control)
    if control.injected == 0:
        raise ShimError(f"{kind.__name__}: no write was disturbed in {control.writes}; the shim is not in the way")
    story.server.kill()
    story.start()
    findings = story.verify()
    story.load(20)
    findings.add(story.verify(everything=True))
    story.server.kill()
    if complaint:
        findings.other.append(complaint)
    return findings


def short_writes(story: Story, control) -> str | None:
    control.break_writes(shim.WRITE_SHORT, share=story.rng.choice([20, 200, 900]))
    story.load(ENOUGH)
    control.heal()
    return None


def torn_write(story: Story, control) -> str | None:
    """The n-th write stops half-way and the process with it."""
    control.break_writes(shim.WRITE_TORN_THEN_KILL, after=int(2 ** story.rng.uniform(0, 9)), count=1)
    crowd = story.crowd().start()
    code = story.server.wait(30)
    story.end(crowd, server_is_gone=True)
    return None if code == -9 else f"the torn write should have killed the server, it ended with {code}"


def failing_writes(story: Story, control) -> str | None:
    """Some writes fail with EIO. The server may give up or say no; when it goes on it must publish again."""
    story.load(ENOUGH // 3)
    after, count = int(2 ** story.rng.uniform(0, 6)), story.rng.choice([1, 3, 40])
    control.break_writes(shim.WRITE_EIO, after=after, count=count)
    crowd = story.crowd().start()
    crowd.wait(lambda tally: control.write_count <= 0 or not story.server.running, 20)
    control.heal()
    already = crowd.tally.acknowledged
    crowd.wait(lambda tally: tally.acknowledged >= already + ENOUGH // 3 or not story.server.running, 20)
    recovered = crowd.tally.acknowledged >= already + ENOUGH // 3
    code = story.server.wait(0) if recovered else story.server.wait(1)
    story.end(crowd, server_is_gone=code is not None)
    if code is None:
        return None if recovered else "writes work again, but nothing is published any more"
    allowed = (EXIT_SYNC_FAILED, EXIT_INTERNAL)
    return None if code in allowed else f"EIO on a write ended the server with {code} instead of one of {allowed}"
