"""`mboard bench`: it does what it says it measures. No number that depends on the machine is asserted."""

import pytest

import wire

COUNT = 300


@pytest.fixture
def bench(mboard, server, road):
    """Runs `mboard bench` against the test's server and gives its one JSON object."""

    def run(operation: str, *options: str) -> dict:
        address = ["--server", server.ready[road], "--via", road]
        outcome = mboard("bench", operation, *address, "--count", str(COUNT), *options, "--json", within=60)
        assert outcome.code == 0, outcome.stderr
        (report,) = outcome.objects
        return report

    return run


def test_publish_publishes_what_it_counts(bench, server, road):
    """300 messages of 64 bytes are asked for, and 300 of 64 bytes are on the board."""
    report = bench("publish", "--inflight", "16", "--size", "64")
    assert (report["operation"], report["via"], report["count"], report["errors"]) == ("publish", road, COUNT, 0)
    assert (report["inflight"], report["size"]) == (16, 64)
    bodies = [record.body for record in wire.parse_records(server.tcp.ask(b"6:0"))]
    assert [len(body) for body in bodies] == [64] * COUNT


def test_read_changes_nothing(bench, server, road):
    """Reading is reading: the board is the same afterwards, and every read found its message."""
    for number in range(20):
        server.udp.ask(b"1:%d" % number)
    before = server.tcp.ask(b"6:0")
    report = bench("read", "--inflight", "8")
    assert (report["operation"], report["count"], report["errors"]) == ("read", COUNT, 0)
    assert server.tcp.ask(b"6:0") == before


def test_the_numbers_fit_together(bench):
    """Rate, time and count agree, and the percentiles are in order."""
    report = bench("publish")
    assert report["seconds"] > 0
    assert report["per_second"] == pytest.approx(report["count"] / report["seconds"], rel=0.02)
    latency = report["latency_ms"]
    assert 0 < latency["p50"] <= latency["p99"] <= latency["p99_9"] <= latency["max"]
    assert report["client_cpu_us_per_operation"] > 0
    assert report["server"] is None


def test_the_server_is_measured_by_its_process_id(bench, server):
    """`--pid` adds the server's processor time and its peak memory."""
    measured = bench("publish", "--pid", str(server.process.pid))["server"]
    assert measured["pid"] == server.process.pid
    assert measured["cpu_us_per_operation"] > 0
    assert measured["peak_rss_mib"] >= server.resident_mib() * 0.5


def test_a_table_for_people_goes_to_standard_output(mboard, server, road):
    """Without `--json` the result is words, and still on standard output."""
    outcome = mboard("bench", "publish", "--server", server.ready[road], "--via", road, "--count", "50", within=60)
    assert outcome.code == 0 and "p99" in outcome.text, outcome.stderr


def test_nobody_listening_is_69(mboard, server, road):
    """A bench without a board is not a result of zero."""
    address = server.ready[road]
    server.stop()
    outcome = mboard("bench", "publish", "--server", address, "--via", road, "--count", "10", "--json", within=60)
    assert (outcome.code, outcome.stdout) == (69, b""), outcome
