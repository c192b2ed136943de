"""The table: one line a comparison."""
import dataclasses

HEADINGS = ("row", "what", "ours", "peer", "ratio", "wanted", "met", "server CPU per operation")


@dataclasses.dataclass(frozen=True)
class Line:
    """One comparison, ready to print."""

    row: str
    what: str
    ours: str
    peer: str
    ratio: str
    wanted: str
    met: bool | None
    cpu: str = ""
    notes: tuple[str, ...] = ()


def rate(per_second):
    return f"{per_second:,.0f}/s"


def microseconds(sample):
    return "?" if sample.cpu_us is None else f"{sample.cpu_us:.1f} µs"


def compare_rates(row, what, peer_name, ours, peer, floor=None, goal=None):
    """A line for two rates: ours must be at least `floor` times the peer's; `goal` is what we strive for.

    Without a floor the line is for information.
    """
    ratio = ours.per_second / peer.per_second
    aims = ([] if floor is None else [f"≥ {floor:g}x"]) + ([] if goal is None else [f"goal {goal:g}x"])
    notes = [f"row {row}, {what}, {name}: {sample.errors:,} operations failed"
             for name, sample in (("ours", ours), (peer_name, peer)) if sample.errors]
    return Line(row, what, rate(ours.per_second), f"{rate(peer.per_second)} ({peer_name})", f"{ratio:.2f}x",
                ", ".join(aims), None if floor is None else ratio >= floor, f"{microseconds(ours)} / {microseconds(peer)}", tuple(notes))


def at_most(row, what, value, unit, limit, form="{:.2f}"):
    """A line for one figure of ours that must stay under a limit."""
    return Line(row, what, f"{form.format(value)} {unit}", "", "", f"< {limit:g} {unit}", value < limit)


def verdict(line):
    return "" if line.met is None else "yes" if line.met else "NO"


def render(lines):
    """The lines as a Markdown table, with the notes under it."""
    rows = [HEADINGS] + [
        (line.row, line.what, line.ours, line.peer, line.ratio, line.wanted, verdict(line), line.cpu) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = dict.fromkeys(note for line in lines for note in line.notes)
    return "\n".join(text + ([""] + [f"- {note}" for note in notes] if notes else []))
