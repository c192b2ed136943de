#!/usr/bin/env python3
"""The pipeline with processes: threads receive and send, and N worker processes handle the requests.

Two queues of multiprocessing join them. Sockets stay in the main process: a request travels with its connection's
number. Worker processes are started before any thread.
"""
import itertools
import multiprocessing
import os
import queue
import threading

import contract
import services
import stages

IO_THREADS = 8  # receivers, and as many senders


class ProcessPipeline:
    def __init__(self, server):
        self.server = server
        self.connections = queue.SimpleQueue()
        self.requests, self.responses = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()
        self.conversations = {}  # by number, while a worker process has the request

    def receive(self):
        while (task := self.connections.get()) is not None:
            number, conversation = task
            if (request := stages.receive(self.server, conversation)) is not None:
                self.conversations[number] = conversation
                self.requests.put((number, request))

    def handle(self):
        """What a worker process does: it ends at the queue's end, or when the main process is gone.

        Signals stay blocked: the main process decides when to end.
        """
        self.server.listener.close()
        threading.Thread(target=end_with_parent, daemon=True).start()
        while (task := self.requests.get()) is not None:
            number, request = task
            self.responses.put((number, services.handle(self.server.service, request)))

    def send(self):
        while (task := self.responses.get()) is not None:
            number, answer = task
            conversation = self.conversations.pop(number)
            if stages.send(self.server, conversation, answer):
                self.connections.put((number, conversation))

    def run(self):
        processes = [multiprocessing.Process(target=self.handle) for _ in range(self.server.workers)]
        for process in processes:
            process.start()
        for work in (self.receive, self.send):
            for _ in range(IO_THREADS):
                threading.Thread(target=work).start()
        numbers = itertools.count()
        for client in self.server.clients():
            self.connections.put((next(numbers), stages.begin(self.server, client)))
        self.server.wait_until_all_left()
        for tasks, workers in ((self.connections, IO_THREADS), (self.responses, IO_THREADS),
                               (self.requests, len(processes))):
            for _ in range(workers):
                tasks.put(None)
        for process in processes:
            process.join()


def end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    contract.main("process-pipeline", lambda server: ProcessPipeline(server).run(), default_workers=os.cpu_count())
