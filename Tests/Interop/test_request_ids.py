"""The request id of request 7: sent again, however and whenever, a message is published once."""

import threading

import wire

BODY = b"only once"


def request(identifier: str = "r-1", author: str = "anna", body: bytes = BODY) -> bytes:
    return wire.publish_with(body, author=author, request=identifier)


def message_count(server) -> int:
    return len(wire.id_list(server.tcp.ask(b"2:0")))


def test_a_repeat_gets_the_first_id(client):
    """The answer that got lost is given again, and the board holds one message."""
    first = client.ask(request())
    assert [client.ask(request()) for _ in range(5)] == [first] * 5
    assert wire.id_list(client.ask(b"2:0")) == [wire.published_id(first)]


def test_a_repeat_with_another_body_publishes_nothing(client):
    """It is the id that makes two requests the same, not the text."""
    first = client.ask(request())
    assert client.ask(request(body=b"something else")) == first
    assert wire.got(client.ask(wire.get(wire.published_id(first)))).text == BODY


def test_a_repeat_on_the_other_road_is_the_same_request(server):
    """Who fell back from UDP to TCP has not published twice."""
    assert server.udp.ask(request()) == server.tcp.ask(request())
    assert message_count(server) == 1


def test_an_author_is_recognised_from_another_address(server):
    """The same author, another source port: the same request."""
    assert server.udp.ask(request()) == server.udp.ask(request())
    assert message_count(server) == 1


def test_without_an_author_the_address_is_what_counts_and_not_the_port(server):
    """A client that came back from another port has not published twice."""
    assert server.udp.ask(request(author="")) == server.udp.ask(request(author=""))
    assert message_count(server) == 1


def test_two_authors_may_use_the_same_request_id(client):
    """One client's choice of ids cannot swallow another one's message."""
    ids = {client.ask(request(author=author)) for author in ("anna", "bert", "")}
    assert len(ids) == 3


def test_different_request_ids_are_different_requests(client):
    """The same text by the same author twice is two messages when its author says so."""
    assert client.ask(request("r-1")) != client.ask(request("r-2"))


def test_without_a_request_id_nothing_is_a_repeat(client):
    """An empty request id is none at all."""
    assert client.ask(request("")) != client.ask(request(""))


def test_a_repeat_is_recognised_after_kill_9(server):
    """The request id is as durable as the message itself."""
    first = {road: server.client(road).ask(request(f"before the crash by {road}")) for road in ("udp", "tcp")}
    server.kill()
    server.start()
    for road, answer in first.items():
        assert server.client(road).ask(request(f"before the crash by {road}")) == answer
    assert message_count(server) == 2


def test_repeats_in_flight_at_the_same_time_are_one_message(server):
    """32 clients on both roads with the same request at once: one message, and all are told its id."""
    clients = [server.client(road) for road in ("udp", "tcp") * 16]
    answers = [b""] * len(clients)
    gate = threading.Barrier(len(clients))

    def repeat(place: int) -> None:
        gate.wait()
        answers[place] = clients[place].ask(request("at once"))

    threads = [threading.Thread(target=repeat, args=(place,)) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1, answers
    assert wire.published_id(answers[0]) > 0
    assert message_count(server) == 1
