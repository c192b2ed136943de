"""The board by Python's own `xmlrpc.client`: the lecture notes' calls, the fuller ones, and what the library can do."""

import threading
import time
import xmlrpc.client

import pytest

import http_road
import rpc
import wire
from running import Running
from waiting import eventually

MIB = 1 << 20


@pytest.fixture
def board(server) -> xmlrpc.client.ServerProxy:
    """The empty board."""
    return rpc.proxy(server)


def source_port(board: xmlrpc.client.ServerProxy) -> int:
    """The port of the connection that the library keeps."""
    _, connection = board("transport")._connection
    return connection.sock.getsockname()[1]


# The notes' methods.


def test_the_notes_session(board):
    """Publish, ask for the last one, get it: time, address and text, in this order."""
    before = time.time()
    first = board.publish("Hello world!")
    second = board.publish("again")
    after = time.time()
    assert 0 < first < second and board.last(1) == [second]
    moment, ip, port, text = board.get(board.last(0)[0])
    assert before - 0.001 <= moment <= after + 0.001 and isinstance(moment, float)
    assert (ip, port, text) == ("127.0.0.1", source_port(board), "Hello world!")


@pytest.mark.parametrize("count", [(), (0,), (-1,), (99,), (5,)])
def test_last_gives_all_ids_oldest_first(board, count):
    """None, zero, below zero, or more than there are: all of them."""
    ids = [board.publish(f"text {number}") for number in range(5)]
    assert ids == sorted(ids) and board.last(*count) == ids


def test_last_counts_from_the_newest(board):
    """The last two of five, the older one first."""
    ids = [board.publish(f"text {number}") for number in range(5)]
    assert board.last(2) == ids[3:]


def test_an_empty_board_has_no_ids(board):
    """An empty array, not a fault."""
    assert board.last() == [] and board.last(10) == []


@pytest.mark.parametrize("identifier", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_a_message_that_is_not_there_is_fault_2(board, identifier):
    """Whatever number is asked for."""
    with rpc.fault(rpc.NO_SUCH_MESSAGE):
        board.get(identifier)


@pytest.mark.parametrize("source", [["192.0.2.7", 1234], ("192.0.2.7", 1234)], ids=["list", "tuple"])
def test_a_source_that_is_given_is_a_claim_and_never_the_origin(board, source):
    """The notes let a caller say where a message comes from; the board tells who really called."""
    identifier = board.publish("not from there", source)
    _, ip, port, _ = board.get(identifier)
    assert (ip, port) == ("127.0.0.1", source_port(board))
    message = board.message(identifier)
    assert message["attributes"] == {"claimed-source": "192.0.2.7:1234"}
    assert (message["ip"], message["port"]) == ("127.0.0.1", port)


# The fuller methods.


def test_a_message_with_everything(server, board):
    """Board, author and attributes go in; message() tells all of it and where it came from."""
    options = {"author": "Anna Müller", "attributes": {"title": "a=b", "tags": "x"}, "request_id": "r-1"}
    identifier = board.publish_to("news", "hello", options)
    message = board.message(identifier)
    (record,) = wire.parse_records(server.tcp.ask(b"6:0:news"))
    assert abs(message.pop("time") - record.time) < 1e-6
    assert message.pop("origin") == f"127.0.0.1:{source_port(board)}"
    assert message == {
        "id": identifier,
        "board": "news",
        "ip": "127.0.0.1",
        "port": record.port,
        "road": "xmlrpc",
        "author": "Anna Müller",
        "attributes": {"title": "a=b", "tags": "x"},
        "msg": "hello",
    }


def test_a_message_without_an_author_has_no_such_member(board):
    """Absent, and not an empty text: XML-RPC has no null of its own."""
    message = board.message(board.publish_to("public", "anonymous", {}))
    assert "author" not in message and message["attributes"] == {} and message["board"] == "public"


def test_publish_goes_to_the_board_that_every_road_takes(board):
    """The notes' `publish` names none."""
    assert board.message(board.publish("hello"))["board"] == "public"


def test_messages_after_an_id(board):
    """Of one board, oldest first, and no more than asked for."""
    ids = [board.publish_to("news", f"text {number}", {}) for number in range(5)]
    board.publish_to("other", "elsewhere", {})
    assert [message["id"] for message in board.messages_after("news", 0)] == ids
    assert [message["msg"] for message in board.messages_after("news", ids[1], 2)] == ["text 2", "text 3"]
    assert board.messages_after("news", ids[-1]) == []
    assert board.messages_after("news", 0, 1) == [board.message(ids[0])]


def test_messages_after_waits_for_the_next_one(server, board):
    """A call that finds nothing is answered when a message comes, by whichever road."""
    found, asking = [], rpc.proxy(server)
    waiting = threading.Thread(target=lambda: found.extend(asking.messages_after("public", 0, 10, 10)))
    waiting.start()
    server.udp.ask(b"1:here it is")
    waiting.join(timeout=15)
    assert [message["msg"] for message in found] == ["here it is"]


def test_messages_after_ends_its_wait_with_nothing(board):
    """An empty array when nothing came in the time."""
    assert board.messages_after("public", 0, 10, 1) == [] and board.messages_after("public", 0, 10, 0) == []


def test_boards_and_ranges(board):
    """The newest id of each board; the range of the last few, and of all."""
    assert board.boards() == {}
    ids = [board.publish_to(("news", "other")[number % 2], "text", {}) for number in range(6)]
    assert board.boards() == {"news": ids[4], "other": ids[5]}
    assert len(board.messages_after("news", board.range("news", 2)["after"])) == 2
    assert board.range("news", 2)["through"] >= ids[4]
    assert len(board.messages_after("news", board.range("news", 0)["after"])) == 3


def test_a_repeat_gets_the_first_id(board):
    """The same request id by the same author: published once."""
    options = {"request_id": "r-1", "author": "anna"}
    assert board.publish_to("public", "once", options) == board.publish_to("public", "once", options)
    assert len(board.last()) == 1


def test_a_repeat_on_another_road_is_the_same_request(server, board):
    """Who fell back from TCP to XML-RPC has not published twice."""
    first = wire.published_id(server.tcp.ask(wire.publish_with(b"once", author="anna", request="r-1")))
    assert board.publish_to("public", "once", {"author": "anna", "request_id": "r-1"}) == first
    assert board.last() == [first]


# The same messages on every road.


def test_what_every_other_road_publishes_is_read(server, board, road):
    """Its id, its text, and the road it came by."""
    server.client(road).ask(b"1:by another road")
    message = board.message(board.last(1)[0])
    assert (message["msg"], message["road"]) == ("by another road", road)
    assert board.get(message["id"])[3] == "by another road"


def test_what_xmlrpc_publishes_is_read_on_every_other_road(server, board, road):
    """With the address of the client that called."""
    identifier = board.publish("by procedure call")
    got = wire.got(server.client(road).ask(wire.get(identifier)))
    assert (got.text, got.ip, got.port) == (b"by procedure call", "127.0.0.1", source_port(board))


def test_watch_shows_what_xmlrpc_publishes(binary, server, board, tmp_path):
    """`mboard watch` prints it at once, road and all."""
    watching = Running([str(binary), "watch", "--server", server.ready["live"], "--since", "0", "--json"], tmp_path)
    try:
        identifier = board.publish("hi")
        eventually(lambda: watching.objects, "a line")
        (shown,) = watching.objects
        assert (shown["id"], shown["body"], shown["road"]) == (identifier, "hi", "xmlrpc")
    finally:
        watching.kill()


# Bodies.

TEXTS = [
    "",
    " leading and trailing ",
    "two\nlines\n",
    "\ttab",
    "Õunapuu õitseb 👋 中文",
    "<b>&amp;</b> ]]> <![CDATA[x]]>",
    "'\"",
    "\x7f\x85\u2028\ufffd\U0010ffff",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_a_text_arrives_as_it_was_and_comes_back_as_text(server, board, text):
    """Byte for byte on TCP, and as a string by XML-RPC."""
    identifier = board.publish(text)
    assert wire.got(server.tcp.ask(wire.get(identifier))).text == text.encode()
    assert board.get(identifier)[3] == text


@pytest.mark.parametrize("text", ["a\r\nb", "\r", "a\rb\n\r\n"], ids=ascii)
def test_line_ends_are_kept_on_the_way_out(server, board, text):
    """An XML reader makes a line feed of every raw carriage return, so it is written as a reference."""
    identifier = wire.published_id(server.tcp.ask(wire.publish_with(text.encode())))
    assert board.get(identifier)[3] == text and board.message(identifier)["msg"] == text


def test_a_carriage_return_by_reference_is_kept_on_the_way_in(server):
    """`&#13;` is one; a raw one is a line feed by the XML standard."""
    identifier = rpc.ask(server.address("http"), "publish", rpc.string("a&#13;&#10;b\r\nc"))
    assert wire.got(server.tcp.ask(wire.get(identifier))).text == b"a\r\nb\nc"


BYTES = [
    b"",
    bytes(range(256)),
    b"\xff\xfe",
    b"\0",
    "\ufffe".encode(),
    b"\xed\xa0\x80",
    b"text \x1b[31m",
    b"\x80" * 100_000,
]


@pytest.mark.parametrize("body", BYTES, ids=lambda body: ascii(body[:8]))
def test_any_bytes_arrive_by_base64(server, board, body):
    """What is published as base64 is those bytes on every road, and comes back as they were."""
    identifier = board.publish(xmlrpc.client.Binary(body))
    assert wire.got(server.tcp.ask(wire.get(identifier))).text == body
    assert rpc.octets(board.get(identifier)[3]) == body


@pytest.mark.parametrize("body", BYTES[1:], ids=lambda body: ascii(body[:8]))
def test_what_is_no_xml_text_comes_as_base64(server, board, body):
    """Not UTF-8, or with a character that XML 1.0 cannot carry."""
    server.tcp.ask(wire.publish(body))
    (identifier,) = board.last()
    assert isinstance(board.get(identifier)[3], xmlrpc.client.Binary)
    assert board.message(identifier)["msg"].data == body


def test_base64_of_plain_text_comes_back_as_text(board):
    """How a message came in does not matter: it is its bytes."""
    assert board.get(board.publish(xmlrpc.client.Binary(b"plain")))[3] == "plain"


def test_a_big_message(board):
    """4 MiB in, and out."""
    text = "A long story. " * (4 * MIB // 14)
    assert board.get(board.publish(text))[3] == text


def test_a_request_over_the_limit_is_413_and_publishes_nothing(make_server):
    """The limit of every road: a little under it is taken."""
    server = make_server("--max-request", "100000").start()
    board = rpc.proxy(server)
    assert board.publish("x" * 90_000) == 1
    with pytest.raises(xmlrpc.client.ProtocolError) as caught:
        board.publish("x" * 100_001)
    assert caught.value.errcode == 413
    assert board.last() == [1]


def test_a_board_name_that_is_none_is_refused(board):
    """By the rules of every road."""
    with rpc.fault(rpc.INVALID_PARAMETERS):
        board.publish_to("no such", "text", {})
    assert board.last() == []


# What the library can do.


def test_multicall(board):
    """Several calls in one request, each with its result."""
    calls = xmlrpc.client.MultiCall(board)
    calls.publish("one")
    calls.publish("two")
    calls.last(0)
    first, second, ids = calls()
    assert ids == [first, second]


def test_a_fault_in_a_multicall_is_its_own(board):
    """The calls after it go on."""
    calls = xmlrpc.client.MultiCall(board)
    calls.nosuch()
    calls.get()
    calls.publish("still")
    results = calls()
    with rpc.fault(rpc.METHOD_NOT_FOUND):
        results[0]
    with rpc.fault(rpc.INVALID_PARAMETERS):
        results[1]
    assert board.get(results[2])[3] == "still"


def test_a_multicall_in_a_multicall_is_refused(board):
    """By a fault of its own; the others are served."""
    inner = {"methodName": "system.multicall", "params": [[{"methodName": "publish", "params": ["inner"]}]]}
    refused, served = board.system.multicall([inner, {"methodName": "publish", "params": ["outer"]}])
    assert set(refused) == {"faultCode", "faultString"} and len(served) == 1
    assert [message["msg"] for message in board.messages_after("public", 0)] == ["outer"]


@pytest.mark.parametrize(
    "bad",
    [1, "text", {}, {"methodName": "last"}, {"methodName": 1, "params": []}, {"methodName": "last", "params": 1}],
    ids=repr,
)
def test_a_part_of_a_multicall_that_is_no_call_is_a_fault_of_its_own(board, bad):
    """What is wrong with it does not harm the rest."""
    refused, served = board.system.multicall([bad, {"methodName": "last", "params": []}])
    assert refused["faultCode"] in (rpc.INVALID_REQUEST, rpc.INVALID_PARAMETERS) and served == [[]]


def test_a_multicall_of_too_many_calls_is_refused(board):
    """A million of them is not a request."""
    with pytest.raises(xmlrpc.client.Fault):
        board.system.multicall([{"methodName": "last", "params": []}] * 100_000)
    assert board.last() == []


def test_nil_is_read_and_refused_where_it_means_nothing(server):
    """A message is not nothing."""
    board = rpc.proxy(server, allow_none=True)
    with rpc.fault(rpc.INVALID_PARAMETERS):
        board.publish(None)
    with rpc.fault(rpc.INVALID_PARAMETERS):
        board.get(None)


def test_dates_are_no_text(board):
    """Every type is read; a message is text or base64."""
    for wrong in (xmlrpc.client.DateTime("20000401T12:00:00"), 1.5, True, ["text"], {"text": "text"}, 1):
        with rpc.fault(rpc.INVALID_PARAMETERS):
            board.publish(wrong)
    assert board.last() == []


def test_builtin_types(server):
    """Bytes and dates without the library's wrappers."""
    board = rpc.proxy(server, use_builtin_types=True)
    assert board.get(board.publish(b"\xff\0"))[3] == b"\xff\0"


class Gzip(xmlrpc.client.Transport):
    """Compresses every request, and remembers how the answers came."""

    encode_threshold = 0

    def __init__(self):
        super().__init__()
        self.encodings = []

    def parse_response(self, response):
        self.encodings.append(response.getheader("Content-Encoding", ""))
        return super().parse_response(response)


def test_gzip_both_ways(server):
    """A request in gzip is read; a long answer comes in gzip to a client that takes it."""
    transport = Gzip()
    board = rpc.proxy(server, transport=transport)
    text = "Compress me. " * 50_000
    assert board.get(board.publish(text))[3] == text
    assert transport.encodings[-1] == "gzip"


def test_an_answer_is_not_in_gzip_for_a_client_that_does_not_take_it(server):
    """No Accept-Encoding, no encoding."""
    server.tcp.ask(wire.publish(b"x" * 100_000))
    answer = http_road.post(server.address("http"), rpc.call("get", rpc.value("<int>1</int>")))
    assert "content-encoding" not in answer.headers and rpc.result(answer)[3] == "x" * 100_000


def test_one_connection_carries_all_calls(board):
    """A hundred calls, one source port."""
    ports = {board.get(board.publish("hello"))[2] for _ in range(100)}
    assert ports == {source_port(board)}


def test_a_connection_goes_on_after_a_fault(board):
    """A fault is an answer like any other."""
    board.publish("before")
    port = source_port(board)
    with rpc.fault(rpc.METHOD_NOT_FOUND):
        board.nosuch()
    assert board.get(board.publish("after"))[2] == port


def test_many_clients_at_once(server):
    """32 clients, 20 messages each: every one has an id of its own, and all are there."""
    ids, gate = [], threading.Barrier(32)

    def publish(number: int) -> None:
        board = rpc.proxy(server)
        gate.wait()
        ids.extend(board.publish(f"{number}/{each}") for each in range(20))

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 640 and sorted(ids) == wire.id_list(server.tcp.ask(b"2:0"))


def test_what_is_published_survives_kill_9(server):
    """An id that was answered is on disk."""
    identifier = rpc.proxy(server).publish("durable")
    server.kill()
    server.start()
    assert rpc.proxy(server).get(identifier)[3] == "durable"
