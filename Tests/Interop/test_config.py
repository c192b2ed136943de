"""`mboard config` and the settings' four places: default, file, environment, flag."""

import pytest

USAGE = 64


def lines(outcome) -> dict[str, tuple[str, str]]:
    """Of every setting, what stands before and after the number sign: its value and where it came from."""
    assert outcome.code == 0, outcome.stderr
    shown = {}
    for line in outcome.text.splitlines():
        key, rest = line.split(":", 1)
        value, source = rest.rsplit("#", 1)
        shown[key] = (value.strip().strip('"'), source.strip())
    return shown


@pytest.fixture
def file(tmp_path):
    """Writes a configuration file and gives its path."""

    def write(text: str) -> str:
        path = tmp_path / "board.yaml"
        path.write_text(text)
        return str(path)

    return write


def test_without_anything_all_are_defaults(mboard):
    """The contract's defaults, every one marked as such."""
    shown = lines(mboard("config"))
    assert {source for _, source in shown.values()} == {"default"}
    assert shown["udp"][0] == shown["tcp"][0] == "127.0.0.1:7777"
    assert shown["durability"][0] == "full"
    assert shown["max-request"][0] == str(200 * (1 << 20))
    assert shown["max-connections"][0] == "10000"
    assert shown["idle-timeout"][0] == "30"
    assert (shown["reply-rate"][0], shown["reply-burst"][0]) == (str(64 << 10), str(256 << 10))


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "{home}/.local/state/mboard"),
        ({"XDG_STATE_HOME": "/xdg"}, "/xdg/mboard"),
        ({"XDG_STATE_HOME": "/xdg", "MBOARD_DATA": "/data"}, "/data"),
    ],
)
def test_where_the_data_goes(mboard, tmp_path, environment, wanted):
    """`$MBOARD_DATA`, else `$XDG_STATE_HOME/mboard`, else `~/.local/state/mboard`."""
    shown = lines(mboard("config", environment=environment))
    assert shown["data"][0] == wanted.format(home=tmp_path)


def test_each_place_overrides_the_one_before_and_is_named(mboard, file):
    """File over default, environment over file, flag over environment; the file with its line."""
    path = file("# my board\nname: from-file\nudp: 127.0.0.1:1001\ntcp: 127.0.0.1:1002\nidle-timeout: 11\n")
    environment = {"MBOARD_TCP": "127.0.0.1:2002", "MBOARD_IDLE_TIMEOUT": "22"}
    shown = lines(mboard("config", "--config", path, "--idle-timeout", "33", environment=environment))
    assert shown["udp"][0] == "127.0.0.1:1001" and "file" in shown["udp"][1] and f"{path}:3" in shown["udp"][1]
    assert shown["tcp"][0] == "127.0.0.1:2002" and "environment" in shown["tcp"][1] and "MBOARD_TCP" in shown["tcp"][1]
    assert shown["idle-timeout"] == ("33", shown["idle-timeout"][1]) and "flag" in shown["idle-timeout"][1]
    assert shown["durability"] == ("full", "default")


@pytest.mark.parametrize(
    "key", ["name", "udp", "tcp", "durability", "max-request", "max-connections", "log-level", "data"]
)
def test_every_setting_can_come_from_each_place(mboard, file, key):
    """The same key in the file, as a flag and, in capitals, as a variable."""
    value = {"udp": "off", "tcp": "off", "durability": "relaxed", "max-request": "5000", "max-connections": "50",
             "log-level": "error"}.get(key, "somewhere")
    by_file = lines(mboard("config", "--config", file(f"{key}: {value}\n")))
    by_flag = lines(mboard("config", f"--{key}", value))
    by_variable = lines(mboard("config", environment={"MBOARD_" + key.upper().replace("-", "_"): value}))
    assert [shown[key][0] for shown in (by_file, by_flag, by_variable)] == [value] * 3
    assert [shown[key][1].split()[0] for shown in (by_file, by_flag, by_variable)] == ["file", "flag", "environment"]


def test_what_config_prints_is_a_file_that_serve_takes(mboard, make_server, tmp_path):
    """Printed, kept, and given back: the same settings, now from the file; and a server starts with it."""
    arguments = ["--name", 'a: "b" # c', "--udp", "127.0.0.1:0", "--tcp", "off", "--idle-timeout", "7"]
    printed = mboard("config", *arguments)
    kept = tmp_path / "kept.yaml"
    kept.write_bytes(printed.stdout)
    again = mboard("config", "--config", str(kept))
    assert again.code == 0, again.stderr
    values = [[line.split(" #")[0].rstrip() for line in outcome.text.splitlines()] for outcome in (printed, again)]
    assert values[0] == values[1]
    assert make_server("--config", str(kept)).start().udp.ask(b"2:0") == b"0"


def test_serve_obeys_the_file(make_server, tmp_path):
    """Not only `config` reads it: a road that the file switches off is off."""
    path = tmp_path / "board.yaml"
    path.write_text("max-request: 100\n")
    server = make_server("--config", str(path)).start()
    assert server.tcp.ask(b"1:" + b"x" * 98) == b"0"
    assert server.tcp.ask(b"1:" + b"x" * 99) == b"6"


def test_an_unknown_key_is_named_with_its_line(mboard, file):
    """A misspelt key is an error, not a default in disguise."""
    path = file("name: x\n\nudpp: off\n")
    outcome = mboard("config", "--config", path)
    assert (outcome.code, outcome.stdout) == (USAGE, b"")
    assert "udpp" in outcome.stderr and f"{path}:3" in outcome.stderr


def test_serve_refuses_an_unknown_key_too(make_server, tmp_path):
    """Before it touches anything."""
    path = tmp_path / "board.yaml"
    path.write_text("udp: off\nmax-conections: 5\n")
    server = make_server("--config", str(path))
    server.launch()
    assert server.exit_code(within=30) == USAGE
    assert "max-conections" in server.log("stderr") and f"{path}:2" in server.log("stderr")
    assert not server.data.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("idle-timeout: soon\n", "soon"),
        ("max-request: -5\n", "-5"),
        ("max-request: 1e9\n", "1e9"),
        ("durability: sometimes\n", "sometimes"),
        ("udp: 127.0.0.1:99999\n", "99999"),
        ("name:\n  first: a\n", "name"),
        ("- a list\n", "key: value"),
        ("name: [unclosed\n", "YAML"),
        ("name: a\nname: b\n", "name"),
    ],
)
def test_a_wrong_value_is_named(mboard, file, text, named):
    """What was wrong, and where: the file is in the message, nothing on standard output."""
    path = file(text)
    outcome = mboard("config", "--config", path)
    assert (outcome.code, outcome.stdout) == (USAGE, b""), outcome
    assert named in outcome.stderr and path in outcome.stderr, outcome.stderr


def test_a_wrong_value_in_the_environment_names_the_variable(mboard):
    """So that one knows where to look."""
    outcome = mboard("config", environment={"MBOARD_IDLE_TIMEOUT": "abc"})
    assert outcome.code == USAGE
    assert "MBOARD_IDLE_TIMEOUT" in outcome.stderr and "abc" in outcome.stderr


def test_a_file_that_is_not_there_is_an_error(mboard, tmp_path):
    """Who names a file means it."""
    path = str(tmp_path / "nowhere.yaml")
    outcome = mboard("config", "--config", path)
    assert outcome.code != 0 and path in outcome.stderr


def test_an_empty_file_changes_nothing(mboard, file):
    """All defaults."""
    assert lines(mboard("config", "--config", file(""))) == lines(mboard("config"))
