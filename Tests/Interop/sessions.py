"""Clients of sessions on UDP (protocols.md, section 2): the old one, one block at a time, and one with checks."""

import socket

import roads

CASTAGNOLI = 0x82F63B78


def crc32c(data: bytes) -> int:
    """CRC-32C bit by bit, as its definition has it: slow and plain."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def blocks_of(data: bytes, size: int) -> list[bytes]:
    return [data[start:start + size] for start in range(0, len(data), size)] or [b""]


class OldClient:
    """Opens, sends blocks of up to 64 KiB one at a time, closes, and fetches no answer."""

    BLOCK = 60_000

    def __init__(self, udp: roads.UDP):
        self.ask = udp.ask

    def open(self) -> bytes:
        code, sid = self.ask(b"a?0").split(b"?")
        assert code == b"0"
        return sid

    def block(self, sid: bytes, index: int, count: int, data: bytes) -> bytes:
        return self.ask(b"b?%s?%d?%d?%d?" % (sid, index, count, len(data)) + data)

    def close(self, sid: bytes) -> bytes:
        return self.ask(b"c?" + sid)

    def deliver(self, request: bytes, size: int = BLOCK) -> bytes:
        """Sends a whole request; gives the answer to the close."""
        sid = self.open()
        parts = blocks_of(request, size)
        for index, part in enumerate(parts):
            assert self.block(sid, index, len(parts), part) == b"0?%d" % (index + 1)
        return self.close(sid)


class CheckingClient(OldClient):
    """Opens with checks: a checksum with every block, answers that name the block."""

    def open(self) -> bytes:
        code, sid, checks = self.ask(b"a?1").split(b"?")
        assert (code, checks) == (b"0", b"1")
        return sid

    def block(self, sid: bytes, index: int, count: int, data: bytes, check: int | None = None) -> bytes:
        check = crc32c(data) if check is None else check
        return self.ask(b"b?%s?%d?%d?%d?%x?" % (sid, index, count, len(data), check) + data)

    def fetch(self, sid: bytes) -> bytes:
        """The whole answer, block by block, each with its check looked at."""
        data, index, count = b"", 0, 1
        while index < count:
            answer = self.ask(b"d?%s?%d" % (sid, index))
            code, number, total, length, check, part = answer.split(b"?", 5)
            assert (code, int(number), int(length)) == (b"0", index, len(part))
            assert int(check, 16) == crc32c(part)
            data, index, count = data + part, index + 1, int(total)
        return data

    def exchange(self, request: bytes, size: int = 1_000) -> bytes:
        """A request, its answer, and the good-bye."""
        sid = self.open()
        parts = blocks_of(request, size)
        for index, part in enumerate(parts):
            assert self.block(sid, index, len(parts), part) == b"0?%d?%d" % (index + 1, index)
        self.close(sid)
        answer = self.fetch(sid)
        assert self.ask(b"e?" + sid) == b"0?0"
        return answer


def silent(udp: roads.UDP, request: bytes, seconds: float = 0.3) -> bool:
    """Whether nothing comes back."""
    udp.socket.settimeout(seconds)
    try:
        udp.ask(request)
        return False
    except socket.timeout:
        return True
    finally:
        udp.socket.settimeout(roads.PATIENCE)
