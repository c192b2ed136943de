"""Heads, lengths, chunks and encodings as they should not be, and odd ones that are allowed."""

import contextlib
import gzip
import zlib

import pytest

import http_road
import roads
import rpc

MIB = 1 << 20
HELLO = rpc.call("publish", rpc.string("hello"))
LAST = rpc.call("last")


@pytest.fixture
def address(shared_server) -> roads.Address:
    return shared_server.address("http")


def test_a_huge_content_length_is_413_at_once(shared_server, address):
    """1 GiB is announced and not a byte of it sent: the answer does not wait, the connection ends, memory stays."""
    before = shared_server.resident_mib()
    with http_road.Connection(address) as connection:
        assert connection.ask(http_road.request(length=1 << 30)).status == 413
        assert connection.is_ended(within=5)
    assert shared_server.resident_mib() - before < 20


def test_a_body_that_goes_on_over_the_limit_is_413(make_server):
    """Chunks without an end: cut at the limit, and memory stays."""
    server = make_server("--max-request", "100000").start()
    before, chunk = server.resident_mib(), b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with http_road.Connection(server.address("http")) as connection:
        connection.send(http_road.request(length=None, headers={"Transfer-Encoding": "chunked"}))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(1000):
                connection.send(chunk)
        with contextlib.suppress(http_road.Closed, ConnectionResetError):
            assert connection.answer().status == 413
        assert connection.is_ended(within=5)
    assert server.resident_mib() - before < 50
    rpc.assert_serves(server)


@pytest.mark.parametrize("length", ["-1", "x", "1 2", "0x10", "", "1,2", "99999999999999999999999"])
def test_a_length_that_is_none_is_400_or_413(shared_server, address, length):
    """Nothing is guessed, and the connection is not used again."""
    with http_road.Connection(address) as connection:
        connection.send(http_road.request(LAST, length=None, headers={"Content-Length": length}))
        with contextlib.suppress(http_road.Closed):
            assert connection.answer().status in (400, 411, 413)
        assert connection.is_ended(within=5)
    rpc.assert_serves(shared_server)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "10", "Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "nosuch"},
        {"Transfer-Encoding": "chunked, identity"},
        {"Content-Length": "10\r\nContent-Length: 20"},
    ],
    ids=str,
)
def test_a_request_with_two_minds_about_its_length_is_refused(shared_server, address, headers):
    """What could be read as two different requests is none: the way that smuggling goes."""
    with http_road.Connection(address) as connection:
        connection.send(http_road.request(length=None, headers=headers) + http_road.chunked(LAST))
        with contextlib.suppress(http_road.Closed):
            assert 400 <= connection.answer().status < 600
        assert connection.is_ended(within=5)
    rpc.assert_serves(shared_server)


def test_a_length_that_promises_too_little(address):
    """The rest is taken for the next request, which it is not: the first has its fault, the connection ends."""
    with http_road.Connection(address) as connection:
        answer = connection.ask(http_road.request(LAST, length=len(LAST) - 5))
        assert rpc.fault_code(answer) == rpc.NOT_WELL_FORMED
        with contextlib.suppress(http_road.Closed, ConnectionResetError):
            assert connection.answer().status == 400
        assert connection.is_ended(within=5)


def test_a_length_that_promises_too_much_publishes_nothing(server):
    """The client ends before its body is whole: that was no request."""
    with http_road.Connection(server.address("http")) as connection:
        connection.send(http_road.request(HELLO, length=len(HELLO) + 10))
        http_road.shut(connection)
        assert connection.is_ended(within=5)
    assert server.tcp.ask(b"2:0") == b"0"


@pytest.mark.parametrize(
    "chunks",
    [b"x\r\n", b"-1\r\n", b"5\r\nab", b"2\r\nabX\r\n", b"ffffffffffffffffff\r\n", b"5;" + b"e" * 100_000],
    ids=lambda chunks: repr(chunks[:12]),
)
def test_chunks_that_are_none_are_cut(impatient, chunks):
    """Sizes that are no numbers, wrong ends, a size without end."""
    with http_road.Connection(impatient.address("http")) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(http_road.request(length=None, headers={"Transfer-Encoding": "chunked"}) + chunks)
        assert connection.is_ended(within=10)
    rpc.assert_serves(impatient)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\0",
        b"x",
        b"POST",
        b"POST /RPC2",
        b"POST /RPC2 HTTP/9.9",
        b"POST /RPC2 FTP/1.1",
        b"GET http://[ HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"1:hello",
    ],
    ids=repr,
)
def test_a_first_line_that_is_no_http_is_cut(impatient, line):
    """Another protocol, or none: an error or nothing, and the end."""
    with http_road.Connection(impatient.address("http")) as connection:
        connection.send(line + b"\r\n\r\n")
        assert connection.is_ended(within=10)
    rpc.assert_serves(impatient)


@pytest.mark.parametrize(
    "header",
    [
        b"X: " + b"x" * MIB,
        b"x" * MIB,
        b"\r\n".join(b"X-%d: x" % n for n in range(20_000)),
        b"no colon here",
        b" folded: x",
        b"X\0: x",
        b": x",
    ],
    ids=lambda header: repr(header[:12]),
)
def test_headers_that_are_too_long_too_many_or_none_are_refused(shared_server, address, header):
    """A megabyte in one, 20,000 of them, and lines that are no headers."""
    with http_road.Connection(address) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(
                b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\nContent-Length: %d\r\n\r\n" % len(LAST)
            )
            connection.send(LAST)
        with contextlib.suppress(http_road.Closed, ConnectionResetError):
            assert connection.answer().status in (400, 413, 431)
        assert connection.is_ended(within=5)
    rpc.assert_serves(shared_server)


@pytest.mark.parametrize("path", ["/", "/rpc2", "/RPC2/x", "/RPC22", "/v1", "/v1/nosuch", "/../RPC2", "/" + "x" * 4000])
def test_a_wrong_path_is_404(address, path):
    """The path is `/RPC2` to the letter."""
    assert http_road.ask(address, http_road.request(LAST, path=path)).status == 404


def test_a_query_does_not_make_it_another_path(address):
    """`/RPC2?x=1` is /RPC2."""
    assert isinstance(rpc.result(http_road.ask(address, http_road.request(LAST, path="/RPC2?x=1"))), list)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_another_method_is_405_and_says_which_is_allowed(address, method):
    """Only POST."""
    with http_road.Connection(address) as connection:
        connection.send(http_road.request(method=method, length=None if method in ("GET", "HEAD") else -1))
        answer = connection.answer(method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("encoding", ["br", "nosuch", "gzip, gzip"])
def test_a_content_encoding_that_is_not_known_is_415(address, encoding):
    """Nothing is guessed."""
    assert http_road.post(address, LAST, Content_Encoding=encoding).status in (400, 415)


def test_gzip_and_deflate_are_read(address):
    """What `xmlrpc.client` sends, and its sister."""
    assert isinstance(rpc.result(http_road.post(address, gzip.compress(LAST), Content_Encoding="gzip")), list)
    assert isinstance(rpc.result(http_road.post(address, zlib.compress(LAST), Content_Encoding="deflate")), list)


@pytest.mark.parametrize(
    "body", [b"", b"no gzip", gzip.compress(LAST)[:-9], gzip.compress(LAST)[:20]], ids=lambda body: ascii(body[:12])
)
def test_gzip_that_is_none_is_refused(shared_server, address, body):
    """A status or a fault, and nothing hangs."""
    answer = http_road.post(address, body, Content_Encoding="gzip")
    if answer.status == 200:
        assert rpc.fault_code(answer) == rpc.NOT_WELL_FORMED
    else:
        assert answer.status == 400
    rpc.assert_serves(shared_server)


def test_a_gzip_bomb_is_refused_before_it_fills_memory(make_server):
    """100 MB of zeros in 100 KB, where a megabyte is allowed: cut at the limit of what it would become."""
    server = make_server("--max-request", "1000000").start()
    before = server.resident_mib()
    bomb = gzip.compress(b"\0" * 100_000_000)
    assert len(bomb) < 200_000
    for _ in range(10):
        with contextlib.suppress(http_road.Closed, ConnectionResetError, BrokenPipeError):
            assert http_road.post(server.address("http"), bomb, Content_Encoding="gzip").status == 413
    assert server.resident_mib() - before < 20
    rpc.assert_serves(server)


# Odd, and allowed.


def test_requests_sent_ahead_are_answered_in_their_order(server):
    """Pipelining: a hundred calls in one write, a hundred answers, and the messages in that order."""
    calls = b"".join(http_road.request(rpc.call("publish", rpc.string(f"text {number}"))) for number in range(100))
    with http_road.Connection(server.address("http")) as connection:
        connection.send(calls)
        ids = [rpc.result(connection.answer()) for _ in range(100)]
    assert ids == sorted(ids)
    assert server.tcp.ask(b"3:%d" % ids[-1]).endswith(b":text 99")


def test_expect_100_continue_is_answered(address):
    """curl asks so before a long body."""
    with http_road.Connection(address) as connection:
        connection.send(http_road.request(length=len(LAST), headers={"Expect": "100-continue"}))
        connection.socket.settimeout(2)
        with contextlib.suppress(TimeoutError):
            connection.received = connection.socket.recv(1000)
        connection.socket.settimeout(roads.PATIENCE)
        connection.send(LAST)
        assert isinstance(rpc.result(connection.answer()), list)


def test_http_1_0_keeps_its_word(address):
    """One request and the end; with `Connection: keep-alive` it may go on."""
    with http_road.Connection(address) as connection:
        assert connection.ask(http_road.request(LAST, version="1.0")).status == 200
        assert connection.is_ended(within=5)


def test_connection_close_is_followed(address):
    """The answer is whole, then the end."""
    with http_road.Connection(address) as connection:
        assert connection.ask(http_road.request(LAST, headers={"Connection": "close"})).status == 200
        assert connection.is_ended(within=5)
