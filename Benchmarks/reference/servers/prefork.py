#!/usr/bin/env python3
"""Producer and consumers: N threads, started early, take clients from a queue that the main thread fills.

The queue is a list guarded by a condition variable: a thread waits on it while the queue is empty. Clients beyond the
queue's bound wait in the listener's queue.
"""
import collections
import threading

import contract

MOST_WAITING = 1024  # accepted clients that no thread has taken yet


class ClientQueue:
    def __init__(self):
        self._clients = collections.deque()
        self._changed = threading.Condition()

    def put(self, client):
        with self._changed:
            self._changed.wait_for(lambda: len(self._clients) < MOST_WAITING)
            self._clients.append(client)
            self._changed.notify_all()

    def take(self):
        with self._changed:
            self._changed.wait_for(lambda: self._clients)
            client = self._clients.popleft()
            self._changed.notify_all()
            return client


def serve_from(queue, server):
    while (client := queue.take()) is not None:
        server.serve(client)


def run(server):
    queue = ClientQueue()
    threads = [threading.Thread(target=serve_from, args=(queue, server)) for _ in range(server.workers)]
    for thread in threads:
        thread.start()
    for client in server.clients():
        queue.put(client)
    for _ in threads:
        queue.put(None)


if __name__ == "__main__":
    contract.main("prefork", run, default_workers=8)
