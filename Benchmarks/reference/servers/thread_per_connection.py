#!/usr/bin/env python3
"""Delegation: the main thread accepts, and gives every client a thread of its own, which ends with it."""
import threading

import contract


def run(server):
    for client in server.clients():
        try:
            threading.Thread(target=server.serve, args=(client,)).start()
        except RuntimeError:  # the system has no thread left
            server.release(client)
    server.wait_until_all_left()


if __name__ == "__main__":
    contract.main("thread-per-connection", run)
