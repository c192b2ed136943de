"""kill -9 at random moments under load, also while the server recovers from the last one."""

import time

from ..report import Outcome
from ..story import Story
from ..verify import Findings

ROUNDS_PER_DIRECTORY = 12
LONGEST_LOAD = 0.25  # seconds from the first acknowledgement to the kill


def run(context) -> list[Outcome]:
    outcome, finished = Outcome("kills"), 0
    story = None
    for number in range(context.count("KILLS")):
        if number % ROUNDS_PER_DIRECTORY == 0:
            data = context.workplace.directory("kills") / f"board-{number}"
            story = Story(context, context.title("kills", number), data, context.random("kills", number))
        last = number + 1 == context.count("KILLS") or (number + 1) % ROUNDS_PER_DIRECTORY == 0
        good = context.attempt(outcome, story, lambda: kill_round(story, last))
        outcome.acknowledged = finished + story.acknowledged
        if not good:
            break
        if last:
            finished += story.acknowledged
    return [outcome]


def kill_round(story: Story, last: bool) -> Findings:
    if not story.server.running:
        story.start()
    crowd = story.start_load()
    time.sleep(story.rng.uniform(0, LONGEST_LOAD))
    story.server.kill()
    story.end(crowd, server_is_gone=True)
    if story.rng.random() < 0.2:
        kill_at_start(story)
    story.start()
    findings = story.verify()
    if last and not findings:
        findings = close(story)
    return findings


def kill_at_start(story: Story) -> None:
    server = story.new_server()
    server.launch()
    time.sleep(story.rng.uniform(0, 0.1))
    server.kill()


def close(story: Story) -> Findings:
    """Settles what is pending, stops the way one should, and looks once more at everything."""
    crowd = story.crowd(fresh=False).start()
    crowd.settle(30)
    story.end(crowd, server_is_gone=False)
    code = story.server.stop()
    story.start()
    findings = story.verify(everything=True)
    story.server.kill()
    if code != 0:
        findings.other.append(f"SIGTERM ended the server with {code} instead of 0")
    findings.other.extend(f"{publication} is still not acknowledged" for publication in story.pending)
    return findings
