"""Free ports on loopback."""
import contextlib
import socket


def free_port():
    """A port that is free for TCP and for UDP at this moment; whoever gets it has to bind it soon."""
    with contextlib.ExitStack() as stack:
        while True:
            stream = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            stream.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                datagrams.bind(stream.getsockname())
                return stream.getsockname()[1]
