"""What every model shares: the command line, the listening socket, the ready file, and how SIGTERM ends a server."""
import argparse
import errno
import json
import logging
import os
import pathlib
import resource
import signal
import socket
import struct
import sys
import threading
import time

import services

BACKLOG = 4096  # connections that the kernel keeps until they are accepted
MOST_CONNECTIONS = 30_000  # accepted and not closed; at the bound, accepting waits
MOST_WORKERS = 1024
SEND_TIMEOUT = 10  # seconds that a client may take nothing of an answer
FINISHING_TIME = 3  # seconds after SIGTERM for what clients have asked
ACCEPT_PAUSE = 0.1  # seconds without accepting when descriptors or memory have run out
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)
OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger()


class Server:
    """A listening socket, the clients that are connected, and the end that SIGTERM brings.

    At SIGTERM the listener and the receiving side of every connection are shut down. What a client has sent by then
    is still received and answered; after it comes the end of its stream. So no model needs code for stopping: each
    ends as it does when all clients leave. The kernel takes more from a client that goes on asking, so that its stream
    need not end by itself: after the finishing time every connection is shut down both ways.
    """

    def __init__(self, listener, service, options):
        self.listener, self.service = listener, service
        self.workers, self.backlog, self.idle_timeout = options.workers, options.backlog, options.idle_timeout
        self.stopping = False
        self.open = set()
        self._changed = threading.Condition()
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)

    def watch_signals(self, end=None):
        """Calls `end`, or `stop`, when a signal asks for it, whatever the other threads wait for.

        A thread that waits for signals and not a handler: Python runs handlers in the main thread, and one that comes
        just before `accept` blocks would run only when the next client connects.
        """
        def wait():
            signal.sigwait(ENDING_SIGNALS)
            (end or self.stop)()

        threading.Thread(target=wait, name="signals", daemon=True).start()

    def stop(self):
        """Begins the end."""
        with self._changed:
            self.stopping = True
            self._changed.notify_all()
            _shut_down(self.listener, socket.SHUT_RDWR)
            for client in self.open:
                _shut_down(client, socket.SHUT_RD)
        cut = threading.Timer(FINISHING_TIME, self._cut)
        cut.daemon = True  # a server whose clients have left does not wait for it
        cut.start()

    def _cut(self):
        with self._changed:
            for client in self.open:
                _shut_down(client, socket.SHUT_RDWR)

    def clients(self):
        """The connections as they come, until the server is stopped."""
        self.watch_signals()
        while (client := self._next_client()) is not None:
            yield client

    def _next_client(self):
        while not self.stopping:
            with self._changed:
                self._changed.wait_for(lambda: self.stopping or len(self.open) < MOST_CONNECTIONS)
            try:
                client, address = self.listener.accept()
                log.info("New client connected from %s:%d", *address[:2])
                return self.adopt(client)
            except OSError as error:
                if error.errno in OUT_OF_RESOURCES:
                    time.sleep(ACCEPT_PAUSE)
        return None

    def adopt(self, client):
        """Sets what every accepted socket has, and remembers it for the end."""
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(SEND_TIMEOUT))
            if self.idle_timeout:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(self.idle_timeout))
        except OSError:
            pass  # already gone: reading says so
        with self._changed:
            self.open.add(client)
            if self.stopping:
                _shut_down(client, socket.SHUT_RD)
        return client

    def release(self, client):
        """Closes a connection and makes its place free."""
        if log.isEnabledFor(logging.INFO):
            log.info("Client on descriptor %d disconnected", client.fileno())
        client.close()
        self.forget(client)

    def forget(self, client):
        """Makes a connection's place free."""
        with self._changed:
            self.open.discard(client)
            self._changed.notify_all()

    def serve(self, client):
        """Serves one client to its end, in the thread that calls."""
        try:
            services.converse(client, self.service)
        except OSError as error:
            log.info("A client left before its end: %s", error)
        finally:
            self.release(client)

    def wait_until_stopped(self):
        with self._changed:
            self._changed.wait_for(lambda: self.stopping)

    def wait_until_all_left(self):
        """Returns when no connection is open."""
        with self._changed:
            self._changed.wait_for(lambda: not self.open)


def _shut_down(connection, side):
    try:
        connection.shutdown(side)
    except OSError:
        pass  # not connected any more


def _timeval(seconds):
    return struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))


def main(name, run, default_workers=None):
    """The program of one model: reads the options, listens, and calls `run(server)`, which returns at the end.

    A model without a number of workers has no `default_workers`.
    """
    options = _options(name, default_workers)
    level = logging.INFO if options.log else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s (%(threadName)s) %(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        listener = _listener(options)
    except OSError as error:
        sys.exit(f"{name}: cannot listen on {options.listen[0]}:{options.listen[1]}: {error.strerror}")
    server = Server(listener, options.service, options)
    host, port = listener.getsockname()[:2]
    endpoint = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    log.info("Socket %s is in listening state", endpoint)
    if options.ready_file:
        _announce(options, endpoint)
    else:
        print(endpoint, flush=True)
    run(server)
    listener.close()
    log.info("Terminating ...")


def _listener(options):
    host, port = options.listen
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(options.backlog)
    return listener


def _announce(options, endpoint):
    facts = {"pid": os.getpid(), "endpoint": endpoint, "model": options.model, "service": options.service_text}
    unfinished = options.ready_file.with_name(options.ready_file.name + ".part")
    unfinished.write_text(json.dumps(facts) + "\n")
    unfinished.replace(options.ready_file)


def _options(name, default_workers):
    parser = argparse.ArgumentParser(description=f"The server model {name}, as a reference.", allow_abbrev=False)
    parser.add_argument("--model", metavar=f"{name}[:N]", default=name, help="checked against this program's own")
    parser.add_argument("--workers", metavar="N", type=int, help="the model's N")
    parser.add_argument("--service", required=True, dest="service_text", help="hold, echo-after[:SECONDS] or factor")
    parser.add_argument("--listen", metavar="HOST:PORT", type=_endpoint, default=("127.0.0.1", 0))
    parser.add_argument("--ready-file", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--backlog", metavar="N", type=int, default=BACKLOG)
    parser.add_argument("--idle-timeout", metavar="SECONDS", type=float, default=0,
                        help="close a connection from which nothing comes for so long (default: never)")
    parser.add_argument("--log", action="store_true", help="a line for each connection, to standard error")
    options = parser.parse_args()
    try:
        options.service = services.service_named(options.service_text)
        options.workers = _workers(options, name, default_workers)
    except ValueError as error:
        parser.error(str(error))
    if options.backlog < 1:
        parser.error(f"--backlog {options.backlog}: it is at least 1")
    if not 0 <= options.idle_timeout <= services.LARGEST_DELAY:
        parser.error(f"--idle-timeout {options.idle_timeout:g}: it is from 0 to {services.LARGEST_DELAY} seconds")
    return options


def _workers(options, name, default):
    model, colon, number = options.model.partition(":")
    if model != name:
        raise ValueError(f"--model {options.model}: this program is {name}; run.py finds the others")
    if colon and not (number.isascii() and number.isdigit()):
        raise ValueError(f"--model {options.model}: after the colon comes a number")
    given = {int(number)} if colon else set()
    if options.workers is not None:
        given.add(options.workers)
    if len(given) > 1:
        raise ValueError(f"--model {options.model} and --workers {options.workers} differ")
    if given and default is None:
        raise ValueError(f"{name} has no number of workers")
    workers = given.pop() if given else default
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise ValueError(f"{name}:{workers}: the number is from 1 to {MOST_WORKERS}")
    return workers


def _endpoint(text):
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65535):
        raise argparse.ArgumentTypeError(f"{text}: it is HOST:PORT, such as 127.0.0.1:0")
    return host.strip("[]"), int(port)
