#!/usr/bin/env python3
"""An event loop: one thread waits for all sockets at once and serves whichever is ready; a delay is a timer.

With N, that many loops, each in a thread of its own, accept from the same listener; Python lets one run at a time.
"""
import collections
import heapq
import itertools
import selectors
import socket
import threading
import time

import contract
import services

ACCEPTS_IN_A_ROW = 64
SWEEP = 0.5  # seconds between looks for connections whose time is over


class Connection:
    __slots__ = ("client", "requests", "rest", "output", "waiting", "watched", "moved")

    def __init__(self, client, service):
        self.client = client
        self.requests = collections.deque(service.opening)
        self.rest = b""  # None when nothing more is read
        self.output = b""  # what the socket has not taken of an answer
        self.waiting = False  # for the delay of a request
        self.watched = 0  # the events that the selector reports
        self.moved = time.monotonic()  # when bytes last went either way


class Loop:
    def __init__(self, server):
        self.server, self.service = server, server.service
        self.selector = selectors.DefaultSelector()
        self.connections = {}
        self.timers, self.order = [], itertools.count()  # (time, number, connection, request)
        self.next_sweep = time.monotonic() + SWEEP
        self.accepting = False

    def run(self):
        self.accept_again()
        while self.connections or not self.server.stopping:
            for key, events in self.selector.select(self.patience()):
                if key.data is None:
                    self.accept()
                    continue
                connection = key.data
                if events & selectors.EVENT_WRITE:
                    self.flush(connection)
                if events & selectors.EVENT_READ and connection.watched & selectors.EVENT_READ:
                    self.receive(connection)
            if self.timers:
                self.run_timers()
            if time.monotonic() >= self.next_sweep:
                self.sweep()

    def patience(self):
        due = min(self.next_sweep, self.timers[0][0]) if self.timers else self.next_sweep
        return max(0, due - time.monotonic())

    def accept(self):
        for _ in range(ACCEPTS_IN_A_ROW):
            try:
                client, _ = self.server.listener.accept()
            except BlockingIOError:
                return
            except ConnectionError:
                continue
            except OSError:  # stopped, or no descriptor is left: the next sweep tries again
                self.selector.unregister(self.server.listener)
                self.accepting = False
                return
            self.server.adopt(client).setblocking(False)
            connection = self.connections[client] = Connection(client, self.service)
            self.proceed(connection)

    def accept_again(self):
        if not self.accepting and not self.server.stopping:
            self.selector.register(self.server.listener, selectors.EVENT_READ)
            self.accepting = True

    def receive(self, connection):
        try:
            data = connection.client.recv(services.RECEIVE_BLOCK)
        except BlockingIOError:
            return
        except OSError:
            return self.close(connection)
        if data:
            rest = connection.rest
            requests, connection.rest = self.service.split(rest + data if rest else data)
            connection.requests.extend(requests)
            connection.moved = time.monotonic()
        else:
            connection.rest = None
        self.proceed(connection)

    def proceed(self, connection):
        """Answers what can be answered now, then watches for what the connection waits for."""
        while connection.requests and not connection.waiting and not connection.output:
            request = connection.requests.popleft()
            if self.service.delay:
                connection.waiting = True
                due = time.monotonic() + self.service.delay
                heapq.heappush(self.timers, (due, next(self.order), connection, request))
            elif not self.answer(connection, request):
                return
        if connection.rest is None and not (connection.requests or connection.waiting or connection.output):
            return self.close(connection)
        reading = connection.rest is not None and not connection.requests
        events = (reading and selectors.EVENT_READ) | (connection.output != b"" and selectors.EVENT_WRITE)
        if events != connection.watched:
            self.watch(connection, events)

    def answer(self, connection, request):
        """Whether the connection is still there after the answer to a request."""
        connection.output = self.service.compute(request)
        return self.write(connection)

    def write(self, connection):
        try:
            sent = connection.client.send(connection.output)
            if self.service.only_opening and sent == len(connection.output):
                connection.client.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return True
        except OSError:
            self.close(connection)
            return False
        connection.output = connection.output[sent:]
        return True

    def flush(self, connection):
        connection.moved = time.monotonic()
        if self.write(connection):
            self.proceed(connection)

    def watch(self, connection, events):
        if not connection.watched:
            self.selector.register(connection.client, events, connection)
        elif events:
            self.selector.modify(connection.client, events, connection)
        else:
            self.selector.unregister(connection.client)
        connection.watched = events

    def run_timers(self):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            _, _, connection, request = heapq.heappop(self.timers)
            connection.waiting = False
            if connection.client in self.connections and self.answer(connection, request):
                connection.moved = now
                self.proceed(connection)

    def sweep(self):
        """Closes who takes or sends nothing for too long, and accepts again after a pause."""
        now = self.next_sweep = time.monotonic()
        self.next_sweep += SWEEP
        for connection in list(self.connections.values()):
            limit = contract.SEND_TIMEOUT if connection.output else self.server.idle_timeout
            if limit and not connection.waiting and now - connection.moved > limit:
                self.close(connection)
        self.accept_again()

    def close(self, connection):
        if connection.client not in self.connections:
            return
        if connection.watched:
            self.selector.unregister(connection.client)
            connection.watched = 0
        del self.connections[connection.client]
        self.server.release(connection.client)


def run(server):
    server.listener.setblocking(False)
    server.watch_signals()
    for _ in range(server.workers - 1):
        threading.Thread(target=Loop(server).run).start()
    Loop(server).run()
    server.wait_until_all_left()


if __name__ == "__main__":
    contract.main("event-loop", run, default_workers=1)
