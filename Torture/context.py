"""What every scenario gets: the options, a place to work, a random source of its own, and how to end a round."""

import random
import traceback

from .disk import DiskError
from .options import Options
from .publication import title_prefix
from .report import Outcome, Progress
from .server import Refused, Server
from .shim import ShimError, Shims
from .verify import Findings
from .wire import NoAnswer
from .workplace import Workplace


class Context:
    def __init__(self, options: Options, workplace: Workplace, progress: Progress):
        self.options, self.workplace, self.progress = options, workplace, progress
        self.server: Server | None = None  # the one that may be running now
        self.shims = Shims(workplace, options.binary)
        workplace.defer(self.kill_server)

    def kill_server(self) -> None:
        if self.server:
            self.server.kill()

    def random(self, scenario: str, number: int = 0) -> random.Random:
        return random.Random(f"{self.options.seed}/{scenario}/{number}")

    def title(self, scenario: str, number: int) -> str:
        return title_prefix(self.options.seed, scenario, number)

    def count(self, key: str) -> int:
        return self.options.counts[key]

    def attempt(self, outcome: Outcome, story, action) -> bool:
        """Runs one round. False when something was found; then the round's files are kept."""
        self.progress.show(f"{outcome.scenario}: round {outcome.rounds + 1}, {outcome.acknowledged} acknowledged")
        try:
            findings = action() or Findings()
        except Refused as error:
            findings = Findings(other=[str(error)])
        except (NoAnswer, ValueError) as error:
            findings = Findings(other=[f"reading back: {error}", f"the server: {self.server.last_words()}"])
        except (ShimError, DiskError, RuntimeError) as error:
            findings = Findings(other=[str(error)])
        except Exception:
            findings = Findings(other=[traceback.format_exc(limit=-3).strip()])
        outcome.rounds += 1
        outcome.findings.add(findings)
        if findings and not outcome.must_lose:
            outcome.failed_rounds += 1
            self.keep(outcome, story, findings)
        return not findings

    def keep(self, outcome: Outcome, story, findings: Findings) -> None:
        self.kill_server()
        notes = [f"seed {self.options.seed}, {outcome.scenario}, round {outcome.rounds}", *findings.lines(1000)]
        sources = [story.data, story.server.log] if story else []
        place = self.workplace.keep(f"{outcome.scenario}-{outcome.rounds}", sources, notes)
        self.progress.say(f"{outcome.scenario}: round {outcome.rounds} FAILED")
        for line in findings.lines():
            self.progress.say(f"  {line}")
        self.progress.say(f"  seed {self.options.seed}; kept: {place}")
        self.progress.say(f"  repeat: {self.options.command(outcome.scenario.split('/')[0])}")
