"""`mboard fetch`: a file appears when it is whole and right, and never before; what is there of it is gone on with."""

import hashlib
import os
import random
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from command import Command
from running import Running
from terminal import Terminal
from waiting import eventually
from web_servers import FaultyWeb, Nginx, Request

MODELS = ["sequential", "threads", "tasks"]
TAG, OTHER_TAG = '"version-1"', '"version-2"'
CONTENT = random.Random(5).randbytes(200_000)
OTHER = random.Random(6).randbytes(200_000)
HALF = 100_000


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    server = Nginx(tmp_path_factory.mktemp("nginx"), free_port())
    yield server
    server.end()


@pytest.fixture
def faulty():
    """Makes servers with these answers."""
    made = []

    def make(*answers) -> FaultyWeb:
        made.append(FaultyWeb(*answers))
        return made[-1]

    yield make
    for server in made:
        server.end()


@pytest.fixture
def place(tmp_path) -> Path:
    directory = tmp_path / "place"
    directory.mkdir()
    return directory


@pytest.fixture
def fetch(binary, place):
    command = Command(binary, place)
    return lambda *arguments, **options: command("fetch", *arguments, **options)


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def whole(request: Request, content: bytes = CONTENT, tag: str | None = TAG) -> None:
    request.answer(200, content, ETag=tag)


def rest(request: Request, content: bytes = CONTENT, tag: str | None = TAG) -> None:
    start = request.begins
    request.answer(
        206, content[start:], ETag=tag, Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}"
    )


def cut(request: Request, content: bytes = CONTENT, tag: str | None = TAG) -> None:
    """Promises all, gives half."""
    request.answer(200, content[:HALF], Content_Length=len(content), ETag=tag)


def leave_half(fetch, faulty, place: Path, content: bytes = CONTENT, tag: str | None = TAG) -> None:
    """The state after a download that ended in the middle: the last server said no to go on."""
    server = faulty(lambda request: cut(request, content, tag), lambda request: request.answer(404))
    port = int(server.url().split(":")[2].split("/")[0])
    assert fetch(server.url()).code == 1
    assert names(place) == ["file.part", "file.part.json"]
    assert (place / "file.part").read_bytes() == content[:HALF]
    record = place / "file.part.json"
    record.write_text(record.read_text().replace(str(port), "PORT"))


def now_at(place: Path, server: FaultyWeb) -> str:
    """The URL of another server, which the record is made to speak of: to the command it is the one from before."""
    record = place / "file.part.json"
    record.write_text(record.read_text().replace("PORT", server.url().split(":")[2].split("/")[0]))
    return server.url()


# What it is for


@pytest.mark.parametrize("model", MODELS)
def test_several_files_arrive_whole(fetch, nginx, place, model):
    """Paths on standard output, the notes' log lines on standard error, nothing else left in the directory."""
    contents = {f"{model}-{size}": nginx.put(f"{model}-{size}", os.urandom(size)) for size in (0, 1, 5_000_000, 65_536)}
    urls = [nginx.url(name) for name in contents]
    outcome = fetch("--model", model, *urls)
    assert outcome.code == 0, outcome.stderr
    assert sorted(outcome.text.split()) == sorted(contents) == names(place)
    for name, content in contents.items():
        assert (place / name).read_bytes() == content
    for url in urls:
        assert f"Downloading {url}\n" in outcome.stderr
        assert f"Finished downloading {url}\n" in outcome.stderr
    assert "total time spent" in outcome.stderr.splitlines()[-1]
    worker = {"sequential": "MainThread", "threads": "Thread-4", "tasks": "Task-4"}[model]
    assert worker in outcome.stderr
    assert "\x1b" not in outcome.stderr, "no bars in a pipe"


@pytest.mark.parametrize("model", MODELS)
def test_json_says_what_came_of_it(fetch, nginx, place, model):
    content = nginx.put("j", os.urandom(100_000))
    (place / "out").mkdir()
    outcome = fetch("--json", "--model", model, "--output", "out", nginx.url("j"))
    (said,) = outcome.objects
    assert said.pop("seconds") > 0
    assert said == {
        "url": nginx.url("j"), "path": "out/j", "bytes": 100_000, "sha256": sha256(content), "resumed_from": 0, "attempts": 1,
    }


@pytest.mark.parametrize(("model", "bound", "most"), [("sequential", 8, 1), ("threads", 3, 3), ("tasks", 3, 3)])
def test_no_more_at_a_time_than_were_asked_for(fetch, faulty, model, bound, most):
    """Each answer waits until as many requests are there as may be: more never come."""
    arrived, peak, condition = [0], [0], threading.Condition()

    def answer(request: Request) -> None:
        with condition:
            arrived[0] += 1
            peak[0] = max(peak[0], arrived[0])
            condition.notify_all()
            condition.wait_for(lambda: peak[0] >= most, timeout=10)
        with condition:
            arrived[0] -= 1
        request.answer(200, b"x")

    server = faulty(answer)
    outcome = fetch("--model", model, "--at-a-time", str(bound), *(server.url(f"f{n}") for n in range(12)))
    assert outcome.code == 0, outcome.stderr
    assert (len(server.requests), peak[0]) == (12, most)
    running = 0
    for line in outcome.stderr.splitlines():
        running += (" Downloading " in line) - (" Finished " in line)
        assert running <= most, outcome.stderr


def test_a_single_file_gets_the_name_it_is_given(fetch, nginx, place):
    content = nginx.put("named", b"content")
    assert fetch("--output", "mine", nginx.url("named")).text == "mine\n"
    assert (place / "mine").read_bytes() == content


def test_redirects_are_followed_a_bounded_number_of_times(fetch, nginx, place):
    """The name is that of the URL that was said."""
    content = nginx.put("target", b"behind two redirects")
    assert fetch(nginx.url("moved/target")).code == 0
    assert (place / "target").read_bytes() == content
    for path in ("circle/x", "far/1"):
        outcome = fetch(nginx.url(path))
        assert outcome.code == 1 and "redirects" in outcome.stderr, outcome.stderr


def test_what_is_there_stays_unless_forced(fetch, nginx, place):
    (place / "there").write_text("mine")
    new = nginx.put("there", b"theirs")
    outcome = fetch(nginx.url("there"))
    assert outcome.code == 73 and "--force" in outcome.stderr
    assert (place / "there").read_text() == "mine" and names(place) == ["there"]
    assert fetch("--force", nginx.url("there")).code == 0
    assert (place / "there").read_bytes() == new and names(place) == ["there"]


# Going on


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda number: number.name)
def test_an_end_in_the_middle_and_the_same_command_again(binary, fetch, nginx, place, model, number):
    """Ended while half is there: nothing has the file's name; the second run gets what is missing and no more."""
    name = f"{model}-{number.name}"
    content = nginx.put(name, os.urandom(2_000_000))
    url = nginx.url(f"slow/{name}")
    running = Running([str(binary), "fetch", "--model", model, url], place)
    part = place / f"{name}.part"
    eventually(lambda: part.exists() and part.stat().st_size > 200_000, "some is there")
    assert running.end(number) == -number
    if number == signal.SIGINT:
        assert f"{name}.part" in running.complaints and url in running.complaints
    assert not (place / name).exists()
    held = part.stat().st_size
    assert part.read_bytes() == content[:held]

    outcome = fetch("--json", "--model", model, url)
    (said,) = outcome.objects
    assert said["resumed_from"] == held and said["sha256"] == sha256(content)
    assert (place / name).read_bytes() == content
    assert not part.exists() and not (place / f"{name}.part.json").exists()
    asked = [line for line in nginx.log.splitlines() if name in line]
    assert f" 206 {len(content) - held} " in asked[-1], "no byte twice"


def test_a_body_that_is_cut_goes_on_where_it_ended(fetch, faulty, place):
    server = faulty(cut, rest)
    (said,) = fetch("--json", server.url()).objects
    assert (said["attempts"], said["resumed_from"], said["sha256"]) == (2, 0, sha256(CONTENT))
    assert server.ranges == [None, f"bytes={HALF}-"]
    assert server.requests[1].fields["if-range"] == TAG


def test_less_than_the_rest_goes_on_too(fetch, faulty, place):
    """A server may give less than it is asked for, and says so."""

    def piece(request: Request) -> None:
        end = min(request.begins + 50_000, len(CONTENT))
        request.answer(
            206, CONTENT[request.begins:end], ETag=TAG, Content_Range=f"bytes {request.begins}-{end - 1}/{len(CONTENT)}"
        )

    server = faulty(cut, piece)
    assert fetch(server.url()).code == 0
    assert (place / "file").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-", "bytes=150000-"]


def test_another_version_begins_at_zero(fetch, faulty, place):
    """The server looks at If-Range, and gives all of the new one."""
    server = faulty(cut, lambda request: whole(request, OTHER, OTHER_TAG))
    (said,) = fetch("--json", server.url()).objects
    assert (said["attempts"], said["sha256"]) == (2, sha256(OTHER))
    assert server.requests[1].fields["if-range"] == TAG


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) - 7])
def test_another_version_from_a_server_that_ignores_if_range(fetch, faulty, place, length):
    """The rest of another file is never put behind the first half of this one: it is asked for from zero."""
    other = OTHER[:length]
    server = faulty(
        cut, lambda request: rest(request, other, OTHER_TAG if length == len(CONTENT) else None),
        lambda request: whole(request, other, OTHER_TAG),
    )
    assert fetch(server.url()).code == 0
    assert (place / "file").read_bytes() == other
    assert server.ranges == [None, f"bytes={HALF}-", None]


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_validator_it_begins_at_zero(fetch, faulty, place, tag):
    server = faulty(lambda request: cut(request, tag=tag), lambda request: whole(request, tag=tag))
    assert fetch(server.url()).code == 0
    assert (place / "file").read_bytes() == CONTENT
    assert server.ranges == [None, None]


def test_a_server_that_knows_no_ranges_begins_at_zero(fetch, faulty, place):
    leave_half(fetch, faulty, place)
    server = faulty(whole)
    (said,) = fetch("--json", now_at(place, server)).objects
    assert (said["resumed_from"], said["sha256"]) == (0, sha256(CONTENT))
    assert server.ranges == [f"bytes={HALF}-"]


def test_all_is_there_but_the_name(fetch, faulty, place):
    """The end came after the last byte and before the new name: the server says that nothing is missing."""
    leave_half(fetch, faulty, place)
    (place / "file.part").write_bytes(CONTENT)
    server = faulty(lambda request: request.answer(416, Content_Range=f"bytes */{len(CONTENT)}", ETag=TAG))
    (said,) = fetch("--json", now_at(place, server)).objects
    assert (said["resumed_from"], said["sha256"]) == (len(CONTENT), sha256(CONTENT))
    assert names(place) == ["file"]


def test_a_416_that_does_not_fit_begins_at_zero(fetch, faulty, place):
    leave_half(fetch, faulty, place)
    server = faulty(lambda request: request.answer(416, Content_Range="bytes */50"), whole)
    assert fetch(now_at(place, server)).code == 0
    assert (place / "file").read_bytes() == CONTENT
    assert server.ranges == [f"bytes={HALF}-", None]


@pytest.mark.parametrize(
    "field", [f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}", f"bytes {HALF + 1}-199999/200000", "bytes */200000", "nonsense", None]
)
def test_a_content_range_that_does_not_fit_is_an_error(fetch, faulty, place, field):
    leave_half(fetch, faulty, place)
    server = faulty(lambda request: request.answer(206, CONTENT[HALF:], ETag=TAG, Content_Range=field))
    outcome = fetch(now_at(place, server))
    assert outcome.code == 69 and "Content-Range" in outcome.stderr, outcome.stderr
    assert len(server.requests) == 1
    assert (place / "file.part").read_bytes() == CONTENT[:HALF], "what was good is kept"
    assert not (place / "file").exists()


def test_more_bytes_than_the_range_are_an_error(fetch, faulty, place):
    leave_half(fetch, faulty, place)

    def too_much(request: Request) -> None:
        body = CONTENT[HALF:] + b"!"
        request.answer(
            206, f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n", ETag=TAG, Content_Length=None,
            Transfer_Encoding="chunked", Content_Range=f"bytes {HALF}-199999/200000",
        )

    outcome = fetch(now_at(place, faulty(too_much)))
    assert outcome.code == 69 and "more bytes" in outcome.stderr, outcome.stderr
    assert not (place / "file").exists()


def test_a_part_that_is_not_ours_is_not_touched(fetch, nginx, place):
    nginx.put("mine", b"content")
    (place / "mine.part").write_text("something else")
    outcome = fetch(nginx.url("mine"))
    assert outcome.code == 73 and "mine.part" in outcome.stderr
    assert (place / "mine.part").read_text() == "something else"


@pytest.mark.parametrize("record", ["", "{", '{"url": 3}', "[" * 100_000, "null"])
def test_a_damaged_record_resumes_nothing(fetch, faulty, place, record):
    leave_half(fetch, faulty, place)
    (place / "file.part.json").write_text(record)
    assert fetch(faulty(whole).url()).code == 73
    assert (place / "file.part").read_bytes() == CONTENT[:HALF]


@pytest.mark.parametrize("kind", ["link", "directory", "pipe"])
def test_a_part_that_is_no_file(fetch, nginx, place, tmp_path, kind):
    nginx.put("odd", b"content")
    victim = tmp_path / "victim"
    victim.write_text("victim")
    part = place / "odd.part"
    {"link": lambda: part.symlink_to(victim), "directory": part.mkdir, "pipe": lambda: os.mkfifo(part)}[kind]()
    assert fetch(nginx.url("odd")).code == 73
    assert victim.read_text() == "victim" and not (place / "odd").exists()


def test_two_commands_do_not_write_one_part(binary, fetch, nginx, place):
    content = nginx.put("once", os.urandom(1_500_000))
    url = nginx.url("slow/once")
    first = Running([str(binary), "fetch", url], place)
    eventually(lambda: (place / "once.part").exists() and (place / "once.part").stat().st_size > 0, "it has begun")
    outcome = fetch(url)
    assert outcome.code == 73 and "another download" in outcome.stderr, outcome.stderr
    assert first.exit_code(within=20) == 0
    assert (place / "once").read_bytes() == content


# Trying again


@pytest.mark.parametrize("model", MODELS)
def test_a_busy_server_is_asked_again(fetch, faulty, place, model):
    """As it asks for by Retry-After, and by our own patience."""
    server = faulty(
        lambda request: request.answer(503, Retry_After="1"), lambda request: request.answer(429),
        lambda request: request.answer(500), whole,
    )
    outcome = fetch("--json", "--model", model, server.url())
    (said,) = outcome.objects
    assert (said["attempts"], said["sha256"]) == (4, sha256(CONTENT))
    assert outcome.stderr.count("Trying") == 3 and "503" in outcome.stderr


def test_a_server_that_asks_for_too_much_patience_is_left_alone(fetch, faulty, place):
    server = faulty(lambda request: request.answer(503, Retry_After="61"))
    outcome = fetch(server.url())
    assert outcome.code == 1 and "61" in outcome.stderr
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda request: request.answer(503), 1),
        (lambda request: None, 69),
        (lambda request: request.answer(200, b"half", Content_Length=8), 69),
    ],
    ids=["busy", "hangs-up", "lies-about-its-length"],
)
def test_it_gives_up_after_five_attempts(fetch, faulty, place, answer, code):
    server = faulty(answer)
    outcome = fetch(server.url())
    assert outcome.code == code and server.url() in outcome.stderr, outcome.stderr
    assert len(server.requests) == 5
    assert not (place / "file").exists()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 304, 201])
def test_a_no_is_not_asked_for_twice(fetch, faulty, place, status):
    server = faulty(lambda request: request.answer(status))
    outcome = fetch(server.url())
    assert outcome.code == 1 and str(status) in outcome.stderr, outcome.stderr
    assert len(server.requests) == 1
    assert outcome.text == "" and not names(place)


def test_silence_ends_after_the_timeout(fetch, faulty, place):
    """Before the head, and in the middle of the body; the next attempt gets the file."""
    over = threading.Event()

    def stuck(request: Request) -> None:
        request.send(f"HTTP/1.1 200 OK\r\nETag: {TAG}\r\nContent-Length: {len(CONTENT)}\r\n\r\n".encode() + CONTENT[:HALF])
        over.wait(20)

    server = faulty(lambda request: over.wait(20), stuck, rest)
    outcome = fetch("--timeout", "0.5", server.url())
    over.set()
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count("nothing came for") == 2
    assert (place / "file").read_bytes() == CONTENT
    assert server.ranges == [None, None, f"bytes={HALF}-"]


def test_nobody_is_there(fetch, place):
    outcome = fetch(f"http://127.0.0.1:{free_port()}/file")
    assert outcome.code == 69 and "refused" in outcome.stderr
    assert not names(place), "of nothing no file is left"


def test_something_that_speaks_no_http(fetch, faulty, place):
    server = faulty(lambda request: request.send(b"SSH-2.0-OpenSSH_9.2\r\n" * 10))
    outcome = fetch(server.url())
    assert outcome.code == 69 and "HTTP" in outcome.stderr
    assert len(server.requests) == 1


def test_control_characters_of_a_server_do_not_reach_the_terminal(fetch, faulty, place):
    leave_half(fetch, faulty, place)
    server = faulty(lambda request: request.answer(206, b"x", Content_Range="bytes \x9b2J"))
    outcome = fetch(now_at(place, server))
    assert outcome.code == 69 and "\x9b" not in outcome.stderr


# Checksums


@pytest.mark.parametrize("how", ["option", "fragment"])
def test_a_checksum_is_looked_at_before_the_file_appears(fetch, nginx, place, how):
    content = nginx.put("summed", os.urandom(300_000))
    url = nginx.url("summed")

    def by(total: str) -> list[str]:
        return ["--sha256", total, url] if how == "option" else [f"{url}#sha256={total.upper()}"]

    wrong = fetch(*by(sha256(b"something else")))
    assert wrong.code == 65 and sha256(content) in wrong.stderr and wrong.text == ""
    assert names(place) == []
    assert fetch(*by(sha256(content))).code == 0
    assert (place / "summed").read_bytes() == content


def test_a_part_that_was_damaged_is_found_by_the_checksum(fetch, faulty, place):
    """Resumed bytes are part of the sum; what was wrong is gone, so that the next time begins at zero."""
    leave_half(fetch, faulty, place)
    (place / "file.part").write_bytes(b"!" + CONTENT[1:HALF])
    server = faulty(rest, whole)
    url = now_at(place, server)
    assert fetch("--sha256", sha256(CONTENT), url).code == 65
    assert names(place) == []
    assert fetch("--sha256", sha256(CONTENT), url).code == 0
    assert server.ranges == [f"bytes={HALF}-", None]


# Several, and what goes wrong with some


def test_all_are_tried_and_the_worst_decides(fetch, nginx, faulty, place):
    good = nginx.put("good", b"good")
    urls = [nginx.url("not-there"), f"http://127.0.0.1:{free_port()}/nobody", nginx.url("good"), nginx.url("no/entry")]
    outcome = fetch("--model", "sequential", *urls)
    assert outcome.code == 69, "nobody there is worse than a no"
    assert outcome.text == "good\n" and (place / "good").read_bytes() == good
    for url in urls[:2] + urls[3:]:
        assert f"mboard: {url}: " in outcome.stderr
    wrong = f"{nginx.url('good')}#sha256={sha256(b'bad')}"
    assert fetch("--force", wrong, urls[0], urls[1]).code == 65


@pytest.mark.skipif(os.getuid() != 0, reason="mounts a file system")
def test_a_full_disk(fetch, nginx, place):
    """Said with the path, nothing has the name; with room again it goes on."""
    content = nginx.put("big", os.urandom(3_000_000))
    small = place / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=True)
    try:
        outcome = fetch("--output", "small", nginx.url("big"))
        assert outcome.code == 74 and "small/big.part" in outcome.stderr and "No space" in outcome.stderr, outcome.stderr
        assert not (small / "big").exists()
        held = (small / "big.part").stat().st_size
        subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
        (said,) = fetch("--json", "--output", "small", nginx.url("big")).objects
        assert (said["resumed_from"], said["sha256"]) == (held, sha256(content))
        assert held > 0
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_directory_that_cannot_be_written(fetch, nginx, place):
    nginx.put("anywhere", b"x")
    outcome = fetch("--output", "/proc", nginx.url("anywhere"))
    assert outcome.code == 73 and "/proc/anywhere.part" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "url"),
        (["file"], "no URL"),
        (["ftp://host/file"], "no URL"),
        (["http://anna:secret@host/file"], "password"),
        (["http://host/"], "--output"),
        (["http://host/%2e%2e"], "dot"),
        (["http://host/a%2fb"], "slash"),
        (["http://host/.hidden"], "dot"),
        (["http://host/a%1b"], "control"),
        (["http://host/" + "n" * 241], "240"),
        (["http://host/a", "http://other/a"], "both"),
        (["http://host/a", "http://host/a.part"], "both"),
        (["--output", "missing", "http://host/a", "http://host/b"], "directory"),
        (["--output", "missing/", "http://host/a"], "directory"),
        (["--sha256", "12", "http://host/a"], "64"),
        (["--sha256", "0" * 64, "http://host/a", "http://host/b"], "one URL"),
        (["--sha256", "0" * 64, "http://host/a#sha256=" + "1" * 64], "another"),
        (["http://host/a#sha256=xyz"], "64"),
        (["--at-a-time", "0", "http://host/a"], "64"),
        (["--at-a-time", "65", "http://host/a"], "64"),
        (["--model", "fork", "http://host/a"], "threads"),
        (["--timeout", "0", "http://host/a"], "--timeout"),
    ],
)
def test_wrong_usage(fetch, place, arguments, said):
    outcome = fetch(*arguments)
    assert outcome.code == 64 and said in outcome.stderr, outcome.stderr
    assert names(place) == []


# On a terminal


def test_a_bar_for_each_while_they_run(binary, nginx, place):
    """Names, percent and rate, a row each, gone at the end; Ctrl-C says what is kept."""
    for name in ("first", "second"):
        nginx.put(name, os.urandom(2_500_000))
    urls = [nginx.url(f"slow/{name}") for name in ("first", "second")]
    terminal = Terminal([str(binary), "fetch", *urls], place, columns=120)
    try:
        def bars() -> list[str]:
            return [line for line in terminal.lines if "[#" in line and "MiB/s" in line]

        eventually(lambda: len(bars()) == 2, "two bars", within=20)
        assert sorted(line.split()[0] for line in bars()) == ["first", "second"]
        assert terminal.exit_code(within=20) == 0
        assert not bars() and terminal.lines[-1].endswith("sec ...")
        assert sum("Finished downloading" in line for line in terminal.lines) == 2
    finally:
        terminal.close()


def test_ctrl_c_on_a_terminal(binary, nginx, place):
    nginx.put("stopped", os.urandom(3_000_000))
    terminal = Terminal([str(binary), "fetch", nginx.url("slow/stopped")], place, columns=120)
    try:
        terminal.wait_for("[##")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.exit_code() == -signal.SIGINT
        assert terminal.shows("stopped.part") and not terminal.shows("[##")
    finally:
        terminal.close()
