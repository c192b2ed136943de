"""Big messages by session: beside TCP on loopback, beside the old client on a bad network, and two that share one."""
import os

from .. import session_peers
from ..progress import say
from ..session_peers import MIB
from ..table import Line

LOOPBACK_BYTES = 100 * MIB
TCP_FLOOR = 0.5
BAD = {"loss": 0.01, "delay": 0.02}
OURS_BYTES, OLD_BYTES = 32 * MIB, 4 * MIB
OLD_FLOOR = 20
SHARED_RATE, SHARED_BYTES = 4 * MIB, 12 * MIB
SHARED = {"delay": 0.01, "rate": SHARED_RATE, "queue": 512 << 10}


def mib(rate):
    return f"{rate / MIB:,.1f} MiB/s"


def random_file(comparison, size):
    path = comparison.directory / f"random-{size}"
    if not path.exists():
        path.write_bytes(os.urandom(size))
    return path


def middle(rates):
    return sorted(rates)[len(rates) // 2]


def beside_tcp(comparison, board):
    title = "a message of 100 MiB on loopback, by session beside TCP"
    say(f"h: {title}")
    runs = [session_peers.by_session_and_tcp(comparison.mboard, board, LOOPBACK_BYTES)
            for _ in range(comparison.options.rounds)]
    comparison.record(f"h: {title}", runs)
    ours, tcp = (middle([run[road]["bytes_per_second"] for run in runs]) for road in ("session", "tcp"))
    return Line("h", title, mib(ours), f"{mib(tcp)} (TCP)", f"{ours / tcp:.2f}x", f"≥ {TCP_FLOOR:g}x",
                ours / tcp >= TCP_FLOOR)


def beside_the_old_client(comparison, board):
    title = "a big message through 1 % loss and 20 ms each way"
    say(f"h: {title}")
    publisher = session_peers.Publisher(comparison.mboard, random_file(comparison, OURS_BYTES))
    ours, old = [], []
    for seed in range(comparison.options.rounds):
        with session_peers.relay(board.udp, seed=seed, **BAD) as address:
            ours.append(publisher.rate(address))
            old.append(session_peers.old_client(address, OLD_BYTES))
            say(f"  round {seed + 1}: ours {mib(ours[-1])}, the old client {mib(old[-1])}")
    comparison.record(f"h: {title}", {"ours": ours, "old": old})
    ratio = middle(ours) / middle(old)
    return Line("h", title, mib(middle(ours)), f"{mib(middle(old))} (one block at a time)", f"{ratio:.1f}x",
                f"≥ {OLD_FLOOR}x", ratio >= OLD_FLOOR)


def shared(comparison, board):
    """While both ran, the one that ended later had what was not left to send alone afterwards at the full rate."""
    title = "two sessions through one relay of 4 MiB/s: the lesser share"
    say(f"h: {title}")
    publisher = session_peers.Publisher(comparison.mboard, random_file(comparison, SHARED_BYTES))
    shares = []
    for seed in range(comparison.options.rounds):
        with session_peers.relay(board.udp, seed=seed, **SHARED) as address:
            first, second = publisher.together(address, 2)
        later = max(0.0, SHARED_BYTES - (second - first) * SHARED_RATE)
        shares.append(later / (SHARED_BYTES + later))
        say(f"  round {seed + 1}: {shares[-1]:.2f} of it (done after {first:.1f} s and {second:.1f} s)")
    comparison.record(f"h: {title}", shares)
    share = min(shares)
    return Line("h", title, f"{share:.2f}", "", "", "1/3 to 2/3", share >= 1 / 3)


def lines(comparison):
    with comparison.fresh_board("sessions") as board:
        return [beside_tcp(comparison, board), beside_the_old_client(comparison, board), shared(comparison, board)]
