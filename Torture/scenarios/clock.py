"""The wall clock jumps by hours, forwards and backwards, while requests are published and repeated."""

import time

from ..report import Outcome
from ..shim import ShimError
from ..story import Story
from ..verify import Findings

HOUR = 3600
JUMPS_PER_ROUND = 8
REPEATS = 200  # acknowledged requests that are asked again after the jumps


def run(context) -> list[Outcome]:
    outcome = Outcome("clock")
    for number in range(context.count("JUMPS")):
        title, rng = context.title("clock", number), context.random("clock", number)
        control, environment = context.shims.wallclock()
        data = context.workplace.directory("clock") / f"board-{number}"
        story = Story(context, title, data, rng, environment=environment, check_times=False)
        context.attempt(outcome, story, lambda: clock_round(story, control))
        outcome.acknowledged += story.acknowledged
        if outcome.hopeless:
            break
    return [outcome]


def clock_round(story: Story, control) -> Findings:
    findings = jumps_while_running(story, control)
    if findings:
        findings.other.append("found before any restart")
        return findings
    findings = jumps_across_a_restart(story, control)
    if findings:
        findings.other.append("found after kill -9, a jump and a restart within seconds")
    return findings


def jumps_while_running(story: Story, control) -> Findings:
    jump(story, control)
    story.start()
    crowd = story.crowd().start()
    for _ in range(JUMPS_PER_ROUND):
        time.sleep(story.rng.uniform(0, 0.05))
        jump(story, control)
    story.end(crowd, server_is_gone=False)
    ask_again(story)
    if control.shifted == 0:
        raise ShimError("the server never read the shifted wall clock; the shim is not in the way")
    return story.verify()


def jumps_across_a_restart(story: Story, control) -> Findings:
    story.server.kill()
    jump(story, control)
    story.start()
    ask_again(story)
    jump(story, control)
    ask_again(story)
    findings = story.verify(everything=True)
    story.server.kill()
    return findings


def jump(story: Story, control) -> None:
    sign = story.rng.choice([-1, 1])
    control.wall_offset = sign * round(HOUR * story.rng.uniform(0.1, 48))


def ask_again(story: Story) -> None:
    """Every repeat must get the first one's id; the publication remembers each id it was given."""
    done = [publication for publication in story.publications if publication.once and publication.acknowledged]
    repeats = story.rng.sample(done, min(len(done), REPEATS))
    crowd = story.crowd(fresh=False, pending=story.pending + repeats).start()
    if not crowd.settle(30):
        raise RuntimeError("repeated requests were not answered within 30 s")
    story.end(crowd, server_is_gone=False)
