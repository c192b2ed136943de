#!/usr/bin/env python3
"""The message board over TCP in the simplest design there is: one loop, one client at a time.

Accept a connection, receive until the client shuts down its sending side, process the request, send the
answer, close, accept the next. No threads, no event loop. It is the baseline that the board's server is measured
against, so it is kept as lean as the design allows: no logging, the board in a list.

The board is in memory. With --durable FILE each message is also committed to SQLite and synced before it is answered,
which is what a design that serves one client at a time has to pay for the promise that the board makes.

    plain_accept_loop.py [--port PORT] [--backlog N] [--durable FILE]
                                                          prints the port it listens on, then serves for ever
"""
import argparse
import socket
import sqlite3
import sys
import time

RECEIVE_BLOCK = 1024
LARGEST_REQUEST = 200 * 1024 * 1024

PUBLISH, IDS_OF_LAST, GET, LAST = b"1", b"2", b"3", b"4"
OK, BAD_FORMAT, NOT_FOUND, UNKNOWN_CODE, TOO_BIG = b"0", b"1", b"2", b"3", b"6"


class Board:
    """Messages in memory; an id is a message's place in the list, counted from 1."""

    def __init__(self):
        self.messages = []

    def publish(self, text, origin):
        self.messages.append((time.time(), origin, text))

    def get(self, message_id):
        if 1 <= message_id <= len(self.messages):
            return self.messages[message_id - 1]
        return None

    def ids_of_last(self, count):
        newest = len(self.messages)
        first = 1 if count <= 0 else max(1, newest - count + 1)
        return range(first, newest + 1)


class DurableBoard(Board):
    """The same, and every message is on disk before `publish` returns."""

    def __init__(self, file):
        super().__init__()
        self.database = sqlite3.connect(file, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, time REAL, address TEXT, port INTEGER,"
                              " body BLOB)")

    def publish(self, text, origin):
        super().publish(text, origin)
        published, (address, port), _ = self.messages[-1]
        self.database.execute("INSERT INTO message (time, address, port, body) VALUES (?, ?, ?, ?)",
                              (published, address, port, text))


def with_separator(message, separator):
    published, (address, port), text = message
    return separator.join((b"%f" % published, address.encode(), b"%d" % port, text))


def process(board, request, origin):
    """The answer to one whole request."""
    if len(request) > LARGEST_REQUEST:
        return TOO_BIG
    code, colon, payload = request[:1], request[1:2], request[2:]
    if colon != b":":
        return BAD_FORMAT
    if code == PUBLISH:
        board.publish(payload, origin)
        return OK
    if code not in (IDS_OF_LAST, GET, LAST):
        return UNKNOWN_CODE
    try:
        number = int(payload)
    except ValueError:
        return BAD_FORMAT
    if code == GET:
        message = board.get(number)
        return NOT_FOUND if message is None else OK + b":" + with_separator(message, b":")
    ids = board.ids_of_last(number)
    if code == IDS_OF_LAST:
        return b":".join((OK, *(b"%d" % message_id for message_id in ids)))
    return b":".join((OK, *(with_separator(board.get(message_id), b" ") for message_id in ids)))


def receive_to_end(client):
    """Everything the client sends until it shuts down its sending side, or one block past the limit."""
    request = client.recv(RECEIVE_BLOCK)
    block = request
    while block and len(request) <= LARGEST_REQUEST:
        block = client.recv(RECEIVE_BLOCK)
        request += block
    return request


def serve(listener, board):
    while True:
        client, origin = listener.accept()
        try:
            request = receive_to_end(client)
            client.sendall(process(board, request, origin))
        except OSError:
            pass  # a client that went away concerns nobody but itself
        finally:
            client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 is any free port (default)")
    parser.add_argument("--backlog", type=int, default=4096,
                        help="connections the kernel keeps waiting (default 4096)")
    parser.add_argument("--durable", metavar="FILE", help="keep the messages in a new SQLite file")
    options = parser.parse_args()
    board = DurableBoard(options.durable) if options.durable else Board()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", options.port))
        listener.listen(options.backlog)
        print(listener.getsockname()[1], flush=True)
        try:
            serve(listener, board)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
