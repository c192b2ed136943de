"""The lecture notes' board by XML-RPC, in memory, as their figure 5.4 has it: SimpleXMLRPCServer, one call at a time.

    xmlrpc_board.py      prints the port it listens on (any free one, on loopback), then serves /RPC2

Two things are not as there. It prints no line for each request: a terminal would be what is measured. And more than
five connections may wait: the kernel would drop the others for a second, and that would be measured.
"""
import time
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class MessageBoard:
    def __init__(self):
        self._messages = {}
        self._next = 0

    def publish(self, msg, source=("", -1)):
        identifier = self._next
        self._next += 1
        self._messages[identifier] = (time.time(), *source, msg)
        return identifier

    def last(self, n=0):
        return list(self._messages)[-n:]

    def get(self, identifier):
        return self._messages[identifier]


class Server(SimpleXMLRPCServer):
    request_queue_size = 128


class Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/RPC2",)


def main():
    server = Server(("127.0.0.1", 0), requestHandler=Handler, logRequests=False)
    server.register_introspection_functions()
    server.register_instance(MessageBoard())
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
