"""The command line."""
import argparse
import pathlib

ROWS = {
    "a": "durable publish, 64 in flight over UDP, beside Redis XADD with appendfsync always",
    "b": "durable publish, 1,024 in flight over UDP, beside SQLite with 1,024 rows a transaction",
    "c": "durable publish, one at a time, beside SQLite with one row a transaction",
    "d": "read by id, 64 in flight over UDP, beside Redis GET; 10,000 and 1,000,000 messages",
    "e": "TCP, one connection a request, beside a plain accept loop in Python and an echo server on SwiftNIO",
    "f": "a board of 1,000,000 messages: start, memory, and what `last 100` and a publish cost",
    "g": "fan-out to 100 and 1,000 live subscribers beside NATS and mosquitto; idle connections",
    "h": "big messages by session on UDP, beside TCP, the old client on a bad network, and one another",
    "i": "publish by XML-RPC, 10 clients, beside xmlrpc-c's Abyss, Python's server of the notes and Hummingbird alone",
    "j": "the server model event-loop beside a bare echo on SwiftNIO, loaded by wrk",
    "k": "calls by Pyro's protocol, 1 and 10 clients, beside Pyro5 and grpc-swift-2; look-ups; idle connections",
}


def row_letters(text):
    letters = [letter.strip() for letter in text.split(",")]
    unknown = [letter for letter in letters if letter not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no row {unknown[0]!r}; the rows are {', '.join(ROWS)}")
    return letters


def positive(convert):
    def parse(text):
        number = convert(text)
        if number <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above zero")
        return number
    return parse


def parse(words):
    parser = argparse.ArgumentParser(
        prog="script/bench-peers",
        description="Measures the board beside its peers, on loopback and on one disk, and prints a table.",
        epilog="rows: " + "; ".join(f"{letter}: {text}" for letter, text in ROWS.items()))
    parser.add_argument("--only", metavar="a,c", type=row_letters, default=list(ROWS), help="these rows only")
    parser.add_argument("--rounds", type=positive(int), default=3,
                        help="how often ours and the peer take turns; the medians are shown (default 3)")
    parser.add_argument("--seconds", type=positive(float), default=4.0,
                        help="how long one measurement lasts (default 4)")
    parser.add_argument("--messages", type=positive(int), default=1_000_000,
                        help="how many messages the big board holds (default 1,000,000)")
    parser.add_argument("--quick", action="store_true",
                        help="one round of one second each, a big board of 100,000 messages: a try-out")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="save every number of every round")
    parser.add_argument("--directory", metavar="DIR", type=pathlib.Path,
                        help="where all data goes, on the disk to measure (default: the build directory)")
    parser.add_argument("--mboard", metavar="FILE", type=pathlib.Path,
                        help="measure this binary instead of building the release")
    options = parser.parse_args(words)
    if options.quick:
        options.rounds, options.seconds, options.messages = 1, 1.0, min(options.messages, 100_000)
    return options
