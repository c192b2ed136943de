"""What to torture and how often: KEY=VALUE words, from the command line or else from the environment."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / ".build" / "release" / "mboard"

HELP = """\
script/torture [KEY=VALUE ...]

Runs the built server, breaks the world around it in many ways, and checks after each blow that every
acknowledged message is there once, with its id, time and body. Exit code 0 when all of it held, 1 when not.

scenario   what happens                                                          rounds
kills      kill -9 under load on UDP and TCP, restart, read all back             KILLS (30)
stops      SIGTERM under load: finish what is in hand, exit 0                    STOPS  (KILLS / 5)
cuts       power cuts: ext4 on a loop mount is shut down under the server (root) CUTS  (10 as root, else 0)
writes     short writes, torn writes, EIO on the store's files                   WRITES (KILLS / 4)
syncs      a sync fails: nothing more is acknowledged, exit 74                   SYNCS  (KILLS / 6)
full       the disk fills up and gets room again, without a restart              FULLS  (2)
flips      bits flipped in the files at rest: reported, never served             FLIPS  (KILLS / 2)
clock      the wall clock jumps by hours while requests are repeated             JUMPS  (KILLS / 10)
controls   power cuts that MUST lose: relaxed durability, a sync that lies       CONTROLS (5 tries, 0 when CUTS=0)
checks     the verifier is shown damaged answers and must object to each         always

ONLY=kills,flips   only these scenarios
SEED=1             all random choices come from it; the threads' timing does not
MBOARD=PATH        the server to torture (.build/release/mboard)
TMPDIR=DIR         where the data lives while it runs (/tmp); a failed round's files stay there

CUTS and CONTROLS need root, ext4 and loop devices. Asked for where they cannot run they fail; CUTS=0 leaves
both out. A key may also be an environment variable; the command line wins. Needs python3, and clang or cc.
"""

SCENARIOS = ("checks", "kills", "stops", "cuts", "writes", "syncs", "full", "flips", "clock", "controls")
COUNTS = ("KILLS", "STOPS", "CUTS", "WRITES", "SYNCS", "FULLS", "FLIPS", "JUMPS", "CONTROLS")
KEYS = COUNTS + ("SEED", "ONLY", "MBOARD")


class UsageError(Exception):
    pass


@dataclass(frozen=True)
class Options:
    seed: int
    only: tuple[str, ...]
    binary: Path
    counts: dict[str, int]

    def command(self, scenario: str) -> str:
        """The command that repeats one scenario."""
        counts = " ".join(f"{key}={self.counts[key]}" for key in COUNTS)
        server = "" if self.binary == BUILT else f" MBOARD={self.binary}"
        return f"script/torture ONLY={scenario} SEED={self.seed} {counts}{server}"


def parse(words: list[str], environment=os.environ) -> Options:
    given = {key: environment[key] for key in KEYS if environment.get(key)}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in KEYS:
            raise UsageError(f"'{word}' is not one of {'=, '.join(KEYS)}=; see script/torture --help")
        given[key] = value
    return Options(
        seed=number(given, "SEED", secrets.randbelow(1_000_000), 0),
        only=scenarios(given.get("ONLY", "")),
        binary=binary(given.get("MBOARD")),
        counts=counts(given),
    )


def counts(given: dict[str, str]) -> dict[str, int]:
    kills = number(given, "KILLS", 30)
    cuts = number(given, "CUTS", 10 if os.geteuid() == 0 else 0)
    defaults = {
        "STOPS": max(5, kills // 5) if kills else 0,
        "WRITES": max(6, kills // 4) if kills else 0,
        "SYNCS": max(5, kills // 6) if kills else 0,
        "FULLS": 2,
        "FLIPS": max(20, kills // 2) if kills else 0,
        "JUMPS": max(3, kills // 10) if kills else 0,
        "CONTROLS": 5 if cuts else 0,
    }
    return {"KILLS": kills, "CUTS": cuts} | {key: number(given, key, usual) for key, usual in defaults.items()}


def number(given: dict[str, str], key: str, usual: int, highest: int = 1_000_000) -> int:
    text = given.get(key, str(usual))
    if not text.isascii() or not text.isdigit() or (highest and int(text) > highest):
        raise UsageError(f"{key}={text}: give a whole number" + (f" of at most {highest}" if highest else ""))
    return int(text)


def scenarios(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.replace(",", " ").split())
    for name in names:
        if name not in SCENARIOS:
            raise UsageError(f"ONLY={text}: '{name}' is not one of {', '.join(SCENARIOS)}")
    return tuple(name for name in SCENARIOS if not names or name in names)


def binary(given: str | None) -> Path:
    path = Path(given).absolute() if given else BUILT
    if not os.access(path, os.X_OK):
        raise UsageError(f"no server at {path}: run 'swift build -c release', or give MBOARD=PATH")
    return path


def options_or_exit(words: list[str]) -> Options:
    if any(word in ("-h", "--help", "help") for word in words):
        print(HELP, end="")
        sys.exit(0)
    try:
        return parse(words)
    except UsageError as error:
        print(f"torture: {error}", file=sys.stderr)
        sys.exit(64)
