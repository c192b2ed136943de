"""Runs the scenarios one after the other and ends with a table."""

import os
import signal
import sys
import time

from .context import Context
from .options import Options, options_or_exit
from .report import Outcome, Progress, table
from .scenarios import checks, clock, controls, cuts, flips, full, kills, stops, syncs, writes
from .shim import ShimError
from .workplace import Workplace

SCENARIOS = {
    "checks": (checks.run, None),
    "kills": (kills.run, "KILLS"),
    "stops": (stops.run, "STOPS"),
    "cuts": (cuts.run, "CUTS"),
    "writes": (writes.run, "WRITES"),
    "syncs": (syncs.run, "SYNCS"),
    "full": (full.run, "FULLS"),
    "flips": (flips.run, "FLIPS"),
    "clock": (clock.run, "JUMPS"),
    "controls": (controls.run, "CONTROLS"),
}


def main() -> int:
    options = options_or_exit(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    progress, workplace, outcomes = Progress(), Workplace(), []
    print(f"torture: seed {options.seed}, server {options.binary}, data in {workplace.root}", file=sys.stderr)
    try:
        context = Context(options, workplace, progress)
        for name in options.only:
            outcomes.extend(run_scenario(context, name))
    except KeyboardInterrupt:
        progress.say("torture: interrupted")
        return 130
    finally:
        workplace.close()
    print(table(outcomes))
    return conclude(options, outcomes, workplace)


def interrupt(number, frame):
    raise KeyboardInterrupt


def run_scenario(context: Context, name: str) -> list[Outcome]:
    run, key = SCENARIOS[name]
    if key and context.count(key) == 0:
        reason = "" if os.geteuid() == 0 or key not in ("CUTS", "CONTROLS") else "; power cuts need root"
        context.progress.say(f"{name}: left out ({key}=0{reason})")
        return [Outcome(name, skipped=True)]
    started = time.monotonic()
    try:
        outcomes = run(context)
    except (ShimError, OSError) as error:
        outcomes = [Outcome(name)]
        outcomes[0].findings.other.append(str(error))
        context.progress.say(f"{name}: {error}")
    finally:
        context.kill_server()
    for outcome in outcomes:
        seconds = f"{time.monotonic() - started:.1f} s"
        note = f" ({outcome.note})" if outcome.note else ""
        context.progress.say(f"{outcome.scenario}: {outcome.verdict}, {outcome.rounds} rounds, "
                             f"{outcome.acknowledged} acknowledged, {seconds}{note}")
    return outcomes


def conclude(options: Options, outcomes: list[Outcome], workplace: Workplace) -> int:
    bad = [outcome for outcome in outcomes if not outcome.good]
    for outcome in bad:
        scenario = outcome.scenario.split("/")[0]
        print(f"torture: {outcome.scenario} {outcome.verdict}; seed {options.seed}; "
              f"repeat: {options.command(scenario)}", file=sys.stderr)
    for place in workplace.kept:
        print(f"torture: kept {place}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
