"""A datagram relay that loses answers, as a network does."""

import socket
import threading


class Relay:
    """Passes datagrams of one client on to the server, and answers back, but for the first few answers."""

    def __init__(self, server, swallow: int):
        self.server, self.to_swallow, self.swallowed = server, swallow, 0
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.front.getsockname()[1])

    def __enter__(self) -> "Relay":
        self.thread = threading.Thread(target=self.pass_on, daemon=True)
        self.thread.start()
        return self

    def pass_on(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.settimeout(10)
            back.connect(self.server)
            while True:
                request, client = self.front.recvfrom(2**16)
                if not request:
                    return
                back.send(request)
                answer = back.recv(2**16)
                if self.swallowed < self.to_swallow:
                    self.swallowed += 1
                else:
                    self.front.sendto(answer, client)

    def __exit__(self, *_) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.front.getsockname())
        self.thread.join()
        self.front.close()
