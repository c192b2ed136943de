#!/usr/bin/env python3
"""One client and no more (figure 4.3): accept once, serve, then wait to be ended.

Whoever else connects waits in the listener's queue, connected and never served.
"""
import contract


def run(server):
    clients = server.clients()
    if client := next(clients, None):
        server.serve(client)
    server.wait_until_stopped()


if __name__ == "__main__":
    contract.main("one-client", run)
