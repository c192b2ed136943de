"""`mboard lab compare`: the outcomes of the lecture's experiments with the seconds scaled down, and what the command leaves behind.

Who was served is asserted, never how long anything took.
"""

import json
import signal
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from running import Running
from waiting import eventually

SCALE = "0.02"
REFERENCES = Path(__file__).resolve().parents[2] / "Benchmarks/reference/servers"

THREADED = ["thread-per-connection", "prefork:8", "thread-per-request", "pipeline:8", "managers", "process-pipeline:8",
            "event-loop:1", "tasks"]

OUTCOMES = {
    "fig-4.3": {"one-client": (1, 0, 4)},
    "fig-4.6": {"sequential": (4, 1, 0)},
    "question-4.6": {"sequential": (1, 4, 0)},
    "fig-4.10": {"thread-per-connection": (5, 0, 0)},
    "fig-4.11": {"prefork:8": (5, 0, 0)},
    "prefork-4": {"prefork:4": (4, 1, 0), "prefork:8": (5, 0, 0)},
    "heavy-request": {"sequential": (2, 3, 0), **dict.fromkeys(THREADED, (5, 0, 0))},
    "pipeline": {"pipeline:1": (2, 3, 0), "pipeline:2": (4, 1, 0), "pipeline:5": (5, 0, 0)},
    "managers": {"managers": (5, 0, 0), "pipeline:2": (4, 1, 0)},
}
"""Of each preset the clients of each model that are served, give up, and are refused."""


def compare(mboard, *options, within=120, code=0):
    outcome = mboard("lab", "compare", *options, within=within)
    assert outcome.code == code, outcome.stderr
    return outcome


@pytest.mark.parametrize("preset", OUTCOMES)
def test_a_preset_has_the_outcome_of_the_notes(mboard, preset):
    rows = compare(mboard, "--preset", preset, "--scale", SCALE, "--json").objects
    assert {row["model"]: (row["served"], row["gave_up"], row["refused"]) for row in rows} == OUTCOMES[preset]
    for row in rows:
        assert row["expected_served"] == row["served"]
        assert row["preset"] == preset and row["clients"] == 5
        assert row["service"].startswith("hold" if "stay" in row else "echo-after:")
        assert row["threads"] >= 1 and row["process_threads"] >= 1 and row["peak_rss_mib"] > 1


def test_the_question_the_outcome_and_its_explanation_are_printed(mboard, tmp_path):
    """On standard output; where the report is stands on standard error."""
    outcome = compare(mboard, "--preset", "fig-4.6", "--scale", SCALE)
    assert outcome.text.startswith("fig-4.6: Which of five clients does a sequential server serve")
    assert "sequential: 4 of 5 clients served, 1 gave up." in outcome.text
    assert "the fifth has left" in outcome.text
    assert "mboard-lab-fig-4.6.html" in outcome.stderr
    assert (tmp_path / "mboard-lab-fig-4.6.html").exists()


class Elements(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.names, self.attributes, self.text = [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def test_the_report_is_one_file_that_needs_nothing_else(mboard, tmp_path):
    report = tmp_path / "what <i> it's.html"
    compare(mboard, "--preset", "fig-4.6", "--preset", "prefork-4", "--scale", SCALE, "--output", str(report))
    page = Elements(report.read_text())
    assert not {"script", "link", "img", "iframe", "object", "i"} & set(page.names)
    assert not {"src", "href", "onload"} & page.attributes
    assert page.names.count("svg") == 1 + 3 and page.names.count("table") == 2
    assert "sequential: 4 of 5 clients served, 1 gave up." in page.text
    assert "what <i> it'\\''s.html" in page.text, "the command to run again, quoted for a shell"


def test_finished_rows_are_taken_from_the_file_beside_the_report(mboard, tmp_path):
    """Also when its last line was cut in the middle."""
    options = ["--preset", "prefork-4", "--scale", SCALE, "--json", "--output", "x.html"]
    first = compare(mboard, *options)
    lines = (tmp_path / "x.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    again = compare(mboard, *options)
    assert again.text == first.text and "2 of 2 rows are in x.jsonl already" in again.stderr
    (tmp_path / "x.jsonl").write_bytes(lines[0] + lines[1][:-40])
    cut = compare(mboard, *options)
    assert "1 damaged line" in cut.stderr and "1 of 2 rows are in x.jsonl already" in cut.stderr
    assert [row["served"] for row in cut.objects] == [4, 5]
    anew = compare(mboard, *options, "--fresh")
    assert "already" not in anew.stderr and len((tmp_path / "x.jsonl").read_bytes().splitlines()) == 2


def children_of(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_leaves_no_server_and_goes_on_later(binary, mboard, tmp_path, number):
    """The first model is known already; the second's client stays until the signal comes."""
    load = ["--clients", "1", "--stay", "3", "--output", "x.html"]
    compare(mboard, "--model", "sequential", *load)
    running = Running(
        [str(binary), "lab", "compare", "--model", "sequential", "--model", "prefork:2", *load], tmp_path)
    try:
        eventually(lambda: children_of(running.process.pid), "the second model's server runs", within=20)
        servers = children_of(running.process.pid)
        assert running.end(number) == 130
        assert "the same command goes on from there" in running.complaints
        assert not any(Path(f"/proc/{server}").exists() for server in servers)
    finally:
        running.kill()
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 1
    again = compare(mboard, "--model", "sequential", "--model", "prefork:2", *load, "--json")
    assert "1 of 2 rows are in x.jsonl already" in again.stderr
    assert [row["served"] for row in again.objects] == [1, 1]


def test_a_comparison_of_ones_own_has_every_model_with_every_service(mboard):
    rows = compare(
        mboard, "--model", "tasks", "--model", "prefork:2", "--service", "echo-after", "--service", "factor",
        "--clients", "2", "--clients", "4", "--requests", "3", "--json").objects
    assert len(rows) == 8
    assert all(row["served"] == row["clients"] and row["answers"] == 3 * row["clients"] for row in rows)
    assert all(row["per_second"] > 0 and row["cpu_us_per_operation"] > 0 for row in rows)


def test_rounds_are_measured_each_with_a_server_of_its_own(mboard):
    rows = compare(
        mboard, "--model", "sequential", "--service", "echo-after", "--clients", "1", "--requests", "20", "--rounds", "3",
        "--json").objects
    assert len(rows[0]["per_second_of_rounds"]) == 3
    assert sorted(rows[0]["per_second_of_rounds"])[1] == rows[0]["per_second"]


def test_our_models_stand_beside_those_in_python(mboard):
    rows = compare(
        mboard, "--preset", "peers", "--scale", "0.01", "--rounds", "1", "--references", str(REFERENCES), "--json").objects
    assert all(row["served"] == row["clients"] for row in rows)
    ours = [row for row in rows if not row["reference"]]
    assert len(ours) * 2 == len(rows)
    assert all(row["ratio_to_reference"] > 0 for row in ours)
    assert {row["service"] for row in rows} == {"echo-after", "factor"}


@pytest.mark.parametrize("preset", ["all-models", "process-pipeline"])
def test_presets_of_speed_serve_everybody(mboard, preset):
    rows = compare(mboard, "--preset", preset, "--scale", "0.01", "--rounds", "1", "--json").objects
    assert rows and all(row["served"] == row["clients"] for row in rows)


def test_many_connections_are_open_at_a_time(mboard):
    rows = compare(mboard, "--preset", "many-connections", "--scale", "0.01", "--json").objects
    assert [(row["clients"], row["served"], row["peak_open"]) for row in rows] == [(20, 20, 20), (200, 200, 200)]


def test_more_connections_than_open_files_are_refused_or_made_to_fit(binary, tmp_path):
    """A process that may have 160 files has room for 60 connections."""
    def compare_with_few_files(*options):
        return subprocess.run(
            ["sh", "-c", 'ulimit -n 160; exec "$0" lab compare "$@"', str(binary), *options], cwd=tmp_path,
            capture_output=True, text=True, timeout=60)

    refused = compare_with_few_files("--model", "tasks", "--clients", "61")
    assert refused.returncode == 64 and "open files for 60 of them only" in refused.stderr
    fitting = compare_with_few_files("--preset", "many-connections", "--scale", "0.01")
    assert fitting.returncode == 0, fitting.stderr
    assert "held 60 connections" in fitting.stdout
    assert "more than 60 connections: ulimit -n shows the limit" in " ".join(fitting.stdout.split())


def test_a_model_that_cannot_start_is_told_and_the_others_are_measured(mboard, tmp_path):
    """A reference program that ends at once."""
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs/run.py").write_text("raise SystemExit('<b>no luck today</b>\\x1b[31m')")
    outcome = compare(
        mboard, "--preset", "peers", "--scale", "0.001", "--rounds", "1", "--references", "refs", "--json", code=1)
    for row in outcome.objects:
        assert ("no luck today" in row["failed"]) if row["reference"] else (row["served"] == row["clients"])
    page = (tmp_path / "mboard-lab-peers.html").read_text()
    assert "no luck today" in page and "<b>" not in page and "\x1b" not in page


def test_the_list_has_every_preset_with_its_question(mboard):
    text = compare(mboard, "--list").text
    for preset in [*OUTCOMES, "process-pipeline", "all-models", "peers", "many-connections"]:
        assert f"{preset}: " in text
    assert text.count("?") >= 13


@pytest.mark.parametrize(("options", "sentence"), [
    ([], "--list prints them"),
    (["--preset", "fig-9.9"], "there is no preset \"fig-9.9\"; there are fig-4.3, fig-4.6,"),
    (["--preset", "fig-4.6", "--model", "tasks"], "--preset and --model do not go together"),
    (["--preset", "fig-4.6", "--clients", "7"], "go with --model, not with a preset"),
    (["--preset", "fig-4.6", "--preset", "fig-4.6"], "each can be given once"),
    (["--preset", "fig-4.6", "--scale", "0"], "--scale takes 0.001 to 10"),
    (["--preset", "fig-4.6", "--rounds", "0"], "--rounds takes 1 to 100"),
    (["--preset", "fig-4.6", "--output", "x.txt"], "its name ends with .html"),
    (["--preset", "peers", "--references", "/nowhere"], "/nowhere has no reference programs"),
    (["--model", "tasks", "--stay", "1", "--requests", "1"], "either --stay or send --requests"),
    (["--model", "tasks", "--service", "factor", "--stay", "1"], "compare them apart"),
    (["--model", "tasks", "--service", "hold", "--service", "factor"], "compare them apart"),
    (["--model", "tasks", "--clients", "0"], "--clients takes 1 to 25000"),
    (["--model", "tasks", "--timeout", "0"], "--timeout takes 0.001 to 3600"),
    (["--model", "tasks", "--service", "factor", "--requests", "0"], "--requests takes 1 to 10000000"),
    (["--model", "nonsense"], "nonsense"),
])
def test_a_wrong_option_gets_a_clear_sentence(mboard, tmp_path, options, sentence):
    outcome = compare(mboard, *options, code=64)
    assert sentence in outcome.stderr and not outcome.stdout
    assert not list(tmp_path.glob("mboard-lab*"))


def test_a_report_that_cannot_be_written_is_told_before_anything_is_measured(mboard):
    outcome = mboard("lab", "compare", "--preset", "fig-4.6", "--output", "/nowhere/x.html")
    assert outcome.code == 73 and "/nowhere/x.jsonl: " in outcome.stderr and not outcome.stdout
