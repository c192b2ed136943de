#!/usr/bin/env python3
"""Combined delegation: four fixed threads, and workers on demand.

The main thread accepts. The receiver, the request and the sender manager each start a new thread for every task in
their queue: to receive one request, to handle it, to send its answer.
"""
import queue
import threading

import contract
import services
import stages


class Manager:
    """A queue of tasks, and the thread that starts a worker for each."""

    def __init__(self, work):
        self.tasks, self._work = queue.SimpleQueue(), work

    def start(self, name):
        threading.Thread(target=self._delegate, name=name).start()

    def _delegate(self):
        while (task := self.tasks.get()) is not None:
            threading.Thread(target=self._work, args=task).start()


class Managers:
    def __init__(self, server):
        self.server = server
        self.receivers, self.handlers, self.senders = (
            Manager(work) for work in (self.receive, self.handle, self.send))

    def receive(self, conversation):
        if (request := stages.receive(self.server, conversation)) is not None:
            self.handlers.tasks.put((conversation, request))

    def handle(self, conversation, request):
        self.senders.tasks.put((conversation, services.handle(self.server.service, request)))

    def send(self, conversation, answer):
        if stages.send(self.server, conversation, answer):
            self.receivers.tasks.put((conversation,))

    def run(self):
        self.receivers.start("receiver-manager")
        self.handlers.start("request-manager")
        self.senders.start("sender-manager")
        for client in self.server.clients():
            self.receivers.tasks.put((stages.begin(self.server, client),))
        self.server.wait_until_all_left()
        for manager in (self.receivers, self.handlers, self.senders):
            manager.tasks.put(None)


if __name__ == "__main__":
    contract.main("managers", lambda server: Managers(server).run())
