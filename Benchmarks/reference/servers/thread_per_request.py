#!/usr/bin/env python3
"""A thread for each request: a client's own thread receives, and delegates every request to a new one.

The new thread processes the request and sends the answer. The next request of the same client is delegated after that,
so that answers keep the order of requests.
"""
import threading

import contract
import services


def answer(conversation, request):
    try:
        conversation.send(services.handle(conversation.service, request))
    except OSError:
        conversation.rest = None  # the client is gone: nothing more is read
        conversation.requests.clear()


def receive(server, client):
    conversation = services.Conversation(client, server.service)
    try:
        while (request := conversation.receive()) is not None:
            worker = threading.Thread(target=answer, args=(conversation, request))
            worker.start()
            worker.join()
    except (OSError, RuntimeError):
        pass  # the client is gone, or the system has no thread left
    finally:
        server.release(client)


def run(server):
    for client in server.clients():
        try:
            threading.Thread(target=receive, args=(server, client)).start()
        except RuntimeError:  # the system has no thread left
            server.release(client)
    server.wait_until_all_left()


if __name__ == "__main__":
    contract.main("thread-per-request", run)
