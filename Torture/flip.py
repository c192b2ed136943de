"""Damage to a file at rest: which bits, and chosen so that the parts that matter are hit often."""

import random
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
HEADER = 128  # of a page: where a database keeps what everything else hangs on
TREE_PAGES = (2, 5, 10, 13)  # first byte of a database page that is a part of a table or an index
FILES = (("board.sqlite", 0.5), ("board.sqlite-wal", 0.35), ("acknowledged", 0.15))


@dataclass(frozen=True)
class Flip:
    name: str
    bits: tuple[tuple[int, int], ...]  # (offset, mask)

    def apply(self, data: Path) -> None:
        with (data / self.name).open("r+b") as file:
            for offset, mask in self.bits:
                file.seek(offset)
                byte = file.read(1)[0]
                file.seek(offset)
                file.write(bytes([byte ^ mask]))

    def __str__(self) -> str:
        places = ", ".join(f"byte {offset} xor {mask:#04x}" for offset, mask in self.bits)
        return f"{self.name}: {places}"


class FlipChooser:
    """Picks damage in the used pages of a store's files; prepared but empty room is not worth hitting."""

    def __init__(self, data: Path):
        self.sizes, self.used, self.trees = {}, {}, {}
        for name, _ in FILES:
            path = data / name
            content = path.read_bytes() if path.exists() else b""
            self.sizes[name] = len(content)
            pages = {start: content[start : start + PAGE] for start in range(0, len(content), PAGE)}
            self.used[name] = [start for start, page in pages.items() if page.strip(b"\0")]
            self.trees[name] = [start for start, page in pages.items() if start == 0 or page[0] in TREE_PAGES]
        if not any(self.used.values()):
            raise RuntimeError(f"none of {[name for name, _ in FILES]} holds anything in {data}")

    def choose(self, rng: random.Random) -> Flip:
        names = [(name, weight) for name, weight in FILES if self.used[name]]
        name = rng.choices([name for name, _ in names], [weight for _, weight in names])[0]
        start = rng.choice(self.trees[name] if name == FILES[0][0] and rng.random() < 0.5 else self.used[name])
        reach = HEADER if rng.random() < 0.4 else PAGE
        first = start + rng.randrange(min(reach, self.sizes[name] - start))
        if rng.random() < 0.75:
            return Flip(name, ((first, 1 << rng.randrange(8)),))
        last = min(first + 16, self.sizes[name])
        places = sorted({rng.randrange(first, last) for _ in range(8)})
        return Flip(name, tuple((place, rng.randrange(1, 256)) for place in places))
