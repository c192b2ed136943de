#!/usr/bin/env python3
"""A pipeline: N receivers, N handlers and N senders, joined by three queues: connections, requests, responses.

A receiver waits for its connection's next request, so that N silent clients keep all receivers.
"""
import queue
import threading

import contract
import services
import stages


class Pipeline:
    def __init__(self, server):
        self.server = server
        self.connections, self.requests, self.responses = (queue.SimpleQueue() for _ in range(3))

    def receive(self):
        while (conversation := self.connections.get()) is not None:
            if (request := stages.receive(self.server, conversation)) is not None:
                self.requests.put((conversation, request))

    def handle(self):
        while (task := self.requests.get()) is not None:
            conversation, request = task
            self.responses.put((conversation, services.handle(self.server.service, request)))

    def send(self):
        while (task := self.responses.get()) is not None:
            if stages.send(self.server, *task):
                self.connections.put(task[0])

    def run(self):
        groups = ((self.receive, self.connections), (self.handle, self.requests), (self.send, self.responses))
        for work, _ in groups:
            for _ in range(self.server.workers):
                threading.Thread(target=work).start()
        for client in self.server.clients():
            self.connections.put(stages.begin(self.server, client))
        self.server.wait_until_all_left()
        for _, tasks in groups:
            for _ in range(self.server.workers):
                tasks.put(None)


if __name__ == "__main__":
    contract.main("pipeline", lambda server: Pipeline(server).run(), default_workers=8)
