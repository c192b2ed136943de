"""Named boards: kept apart, with one run of ids through all of them."""

import pytest

import wire


def bodies(client, board: str | None) -> list[bytes]:
    return [record.body for record in wire.parse_records(client.ask(wire.records(0, board)))]


def test_boards_are_kept_apart(client):
    """Each board shows its own messages; without a name it is `public`."""
    for board in ("", "news", "public", "games"):
        client.ask(wire.publish_with(b"in " + board.encode(), board))
    assert bodies(client, None) == bodies(client, "public") == [b"in ", b"in public"]
    assert bodies(client, "news") == [b"in news"]
    assert bodies(client, "games") == [b"in games"]


def test_an_old_client_sees_the_public_board_only(client):
    """`2` and `4` know no boards: they list what `public` holds."""
    client.ask(wire.publish_with(b"hidden", "news"))
    assert (client.ask(b"2:0"), client.ask(b"4:0")) == (b"0", b"0")
    client.ask(b"1:seen")
    (identifier,) = wire.id_list(client.ask(b"2:0"))
    assert identifier == 2, "ids run through all boards"
    assert b"hidden" not in client.ask(b"4:0")


def test_a_message_of_any_board_is_found_by_its_id(client):
    """`3` finds by id, and the record tells the board."""
    identifier = wire.published_id(client.ask(wire.publish_with(b"found", "news")))
    assert wire.got(client.ask(wire.get(identifier))).text == b"found"
    assert wire.parse_record(client.ask(wire.record(identifier)).removeprefix(b"0:")).board == "news"


def test_a_board_nobody_has_written_to_is_empty(client):
    """It is not an error: a board is there as soon as somebody writes to it."""
    assert client.ask(b"6:0:nobody-was-here") == b"0:"


def test_ids_increase_over_all_boards(client):
    """Ids are the server's, not the board's."""
    ids = [wire.published_id(client.ask(wire.publish_with(b"", f"board-{n % 3}"))) for n in range(30)]
    assert ids == sorted(set(ids))


def test_names_that_differ_in_case_are_two_boards(client):
    """Names are compared byte by byte."""
    client.ask(wire.publish_with(b"large", "News"))
    client.ask(wire.publish_with(b"small", "news"))
    assert (bodies(client, "News"), bodies(client, "news")) == ([b"large"], [b"small"])


@pytest.mark.parametrize("name", ["a", "x" * 64, "A.b_c-9", "...", "-", "0"])
def test_every_legal_name_is_taken(client, name):
    """`[A-Za-z0-9._-]{1,64}`."""
    client.ask(wire.publish_with(b"here", name))
    assert bodies(client, name) == [b"here"]
