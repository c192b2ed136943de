#!/usr/bin/env python3
"""Many clients, one after the other (figure 4.4): the next is accepted when the one before has left."""
import contract


def run(server):
    for client in server.clients():
        server.serve(client)


if __name__ == "__main__":
    contract.main("sequential", run)
