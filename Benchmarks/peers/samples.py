"""One measurement, and what several of them say together."""
import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run of one side. A figure that a side does not tell is None."""

    per_second: float
    cpu_us: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int = 0
    client_cpu_us: float | None = None


def median(samples):
    """The median of each figure by itself; errors are added up."""
    def middle(name):
        values = [getattr(sample, name) for sample in samples]
        return None if None in values else statistics.median(values)
    return Sample(middle("per_second"), middle("cpu_us"), middle("p50_ms"), middle("p99_ms"),
                  sum(sample.errors for sample in samples), middle("client_cpu_us"))


def take_turns(rounds, sides, say):
    """Runs every side once a round and returns the samples of each by its name.

    Every second round goes backwards: a disk or a machine that slowly changes then favours none.
    """
    samples = {name: [] for name in sides}
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(reversed(sides))
        for name in order:
            sample = sides[name]()
            samples[name].append(sample)
            cpu = "" if sample.cpu_us is None else f", {sample.cpu_us:.1f} us CPU each"
            client = "" if sample.client_cpu_us is None else f" (the client {sample.client_cpu_us:.1f} us)"
            errors = f", {sample.errors} errors" if sample.errors else ""
            say(f"  round {number + 1}: {name}: {sample.per_second:,.0f}/s{cpu}{client}{errors}")
    return samples
