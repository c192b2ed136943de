"""A server of sessions as others may have written it: from the protocol's table alone, and not all of it."""

import socket
import threading


class FakeSessions:
    """Answers on a thread while a `with` block lasts; knows no checks, and fetches only when told to."""

    def __init__(self, answer: bytes | None):
        self.answer = answer
        self.requests: list[bytes] = []
        self.seen: list[bytes] = []
        self.blocks: dict[int, bytes] = {}
        self.count = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.socket.getsockname()[1])

    def __enter__(self) -> "FakeSessions":
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.socket.sendto(b"stop", self.socket.getsockname())
        self.thread.join(10)
        self.socket.close()

    def serve(self) -> None:
        while True:
            datagram, client = self.socket.recvfrom(2**16)
            if datagram == b"stop":
                return
            self.seen.append(datagram)
            self.socket.sendto(self.reply(datagram), client)

    def reply(self, datagram: bytes) -> bytes:
        step = datagram[:1]
        if step == b"a":
            return b"0?4711"
        if step == b"b":
            _, sid, index, count, length, data = datagram.split(b"?", 5)
            assert (sid, int(length)) == (b"4711", len(data))
            self.blocks[int(index)], self.count = data, int(count)
            return b"0?%d" % len(self.blocks)
        if step == b"c":
            assert datagram == b"c?4711" and len(self.blocks) == self.count
            self.requests.append(b"".join(self.blocks[index] for index in range(self.count)))
            return b"0?1"
        if step == b"d" and self.answer is not None:
            return b"0?0?1?%d?" % len(self.answer) + self.answer
        return b"z"
