"""Figure 5.4 of the notes in Python 3: a message board whose methods are called from anywhere.

Every public method of the instance that is registered can be called; nothing has to be declared. It serves one connection after the
other, and closes each after its answer (HTTP/1.0).

Try: python3 rpc_mboard_server.py --port 7777
"""

import argparse
import signal
import time
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class MessageBoard:
    """The messages, in memory: gone when the server ends."""

    def __init__(self):
        self._messages = {}

    def publish(self, msg, source=(" ", -1)):
        """Keeps a message, and gives its number: 0, 1, 2, ..."""
        ip, port = source
        number = len(self._messages)
        self._messages[number] = (time.time(), ip, port, msg)
        return number

    def last(self, n=0):
        """The numbers of the newest messages, oldest first; all when n is 0."""
        return list(self._messages)[-n:]

    def get(self, m_id):
        """A message: [time, ip, port, text]."""
        return self._messages[m_id]


class Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/RPC2",)

    def log_request(self, *_):
        """Says nothing of each request."""


def main():
    parser = argparse.ArgumentParser(description="A message board by XML-RPC, in memory.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", default=7777, type=int, help="the port; 0 is any free one")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    with SimpleXMLRPCServer((options.host, options.port), requestHandler=Handler) as server:
        server.register_introspection_functions()
        server.register_instance(MessageBoard())
        print("Listening on {}:{}".format(*server.server_address), flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
    print("Terminating ...")


if __name__ == "__main__":
    main()
