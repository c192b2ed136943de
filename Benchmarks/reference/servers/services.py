"""The services that every model offers, and one client's conversation with one.

A service cuts what a client sends into requests (`split`), computes the answer to one (`compute`), and says how long
the answer is to be held back (`delay`); a model decides which thread, process or loop does each of these.
"""
import collections
import socket
import time

import factorisation

RECEIVE_BLOCK = 4096  # bytes; a request is at most 81 of them
LARGEST_DELAY = 3600  # seconds


class Hold:
    """One byte says that the client is served; then the server waits for it to send something or to leave."""

    opening = (b"",)  # connecting is the only request
    only_opening = True  # nothing is sent after the answer to it
    delay = 0

    @staticmethod
    def split(_):
        return (), None

    @staticmethod
    def compute(_):
        return b"1"


class EchoAfter:
    """Each 36 bytes come back after a delay."""

    SIZE = 36
    opening = ()
    only_opening = False

    def __init__(self, delay=0.0):
        self.delay = delay

    def split(self, data):
        size = self.SIZE
        if len(data) == size:
            return (data,), b""
        whole = len(data) - len(data) % size
        return [data[i:i + size] for i in range(0, whole, size)], data[whole:]

    @staticmethod
    def compute(request):
        return request


class Factor:
    """A line with an integer is answered with a line of its prime factors, or of what is wrong with it."""

    MOST_DIGITS = 80
    opening = ()
    only_opening = False
    delay = 0

    def split(self, data):
        *lines, rest = data.split(b"\n")
        if len(rest) > self.MOST_DIGITS:
            return [*lines, rest], None  # this will never be a request: it is answered, and the rest is not read
        return lines, rest

    def compute(self, request):
        if len(request) > self.MOST_DIGITS:
            return b"error: a number has at most %d digits\n" % self.MOST_DIGITS
        if not request.isdigit():
            return b"error: a request is a decimal integer and a newline\n"
        number = int(request)
        if number == 0:
            return b"error: 0 is not a product of primes\n"
        factors = factorisation.prime_factors(number)
        if factors is None:
            return b"error: no factor found in %d steps\n" % factorisation.MOST_RHO_STEPS
        return b"%d: %s\n" % (number, b" ".join(b"%d" % factor for factor in factors))


def service_named(text):
    """The service of `--service NAME[:SECONDS]`; raises ValueError with a sentence."""
    name, colon, argument = text.partition(":")
    if name == "echo-after":
        try:
            delay = float(argument) if colon else 0.0
        except ValueError:
            raise ValueError(f"{text}: the delay is a number of seconds") from None
        if not 0 <= delay <= LARGEST_DELAY:
            raise ValueError(f"{text}: the delay is from 0 to {LARGEST_DELAY} seconds")
        return EchoAfter(delay)
    if name in ("hold", "factor") and not colon:
        return Hold() if name == "hold" else Factor()
    raise ValueError(f"{text}: the services are hold, echo-after[:SECONDS] and factor")


class Conversation:
    """A client over a blocking socket: requests come out one at a time and in order, whoever handles them.

    Without a socket (None) it only keeps the requests, for a model that reads and writes in its own way.
    """

    __slots__ = ("client", "service", "requests", "rest")

    def __init__(self, client, service):
        self.client, self.service = client, service
        self.requests = collections.deque(service.opening)
        self.rest = b""  # of a request that is not whole; None when nothing more is read

    def receive(self):
        """The next request, or None after the last; raises OSError when the client is gone or idle for too long."""
        while not self.requests:
            if self.rest is None or not (data := self.client.recv(RECEIVE_BLOCK)):
                return None
            self.take(data)
        return self.requests.popleft()

    def take(self, data):
        """Cuts what has come into requests."""
        requests, self.rest = self.service.split(self.rest + data if self.rest else data)
        self.requests.extend(requests)

    def send(self, answer):
        """Sends all of an answer; raises OSError when the client is gone or takes nothing for too long."""
        self.client.sendall(answer)
        if self.service.only_opening:
            self.client.shutdown(socket.SHUT_WR)


def handle(service, request):
    """The answer to a request, after the service's delay."""
    if service.delay:
        time.sleep(service.delay)
    return service.compute(request)


def converse(client, service):
    """Serves one client from its first request to its last, in the thread that calls."""
    conversation = Conversation(client, service)
    while (request := conversation.receive()) is not None:
        conversation.send(handle(service, request))
