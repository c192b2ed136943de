"""Web servers for downloads: a real one, and one that does on purpose what a real one never should."""

import contextlib
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from waiting import eventually

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

_NGINX_CONFIGURATION = """
daemon off;
worker_processes 1;
error_log {directory}/error.log;
pid {directory}/pid;
events {{ worker_connections 256; }}
http {{
    access_log {directory}/access.log;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    sendfile off;
    server {{
        listen 127.0.0.1:{port};
        root {directory}/files;
        location /slow/ {{ alias {directory}/files/; limit_rate 1m; }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /again/$1 redirect; }}
        location /again/ {{ rewrite ^/again/(.*)$ /$1 permanent; }}
        location /circle/ {{ rewrite ^ /circle/x redirect; }}
        location /far/ {{ rewrite ^/far/(.*)$ /far/a$1 redirect; }}
        location /no/ {{ return 403; }}
    }}
}}
"""


class Nginx:
    """nginx from Debian, on a free port, in a directory of its own."""

    def __init__(self, directory: Path, port: int):
        self.directory, self.files, self.port = directory, directory / "files", port
        self.files.mkdir(parents=True)
        configuration = directory / "nginx.conf"
        user = "user root;" if os.getuid() == 0 else ""
        configuration.write_text(user + _NGINX_CONFIGURATION.format(directory=directory, port=port))
        self.process = subprocess.Popen(
            [NGINX, "-p", str(directory), "-c", str(configuration), "-e", str(directory / "error.log")],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        eventually(lambda: (directory / "pid").exists() or self.process.poll() is not None, "nginx listens")
        assert self.process.poll() is None, (directory / "error.log").read_text()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def put(self, name: str, content: bytes) -> bytes:
        (self.files / name).write_bytes(content)
        return content

    @property
    def log(self) -> str:
        return (self.directory / "access.log").read_text()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


@dataclass(frozen=True)
class Request:
    """One request as it came, and the way to answer it: bytes as they are."""

    path: str
    fields: dict[str, str]
    send: Callable[[bytes], None]

    def answer(self, status: int, body: bytes = b"", **fields: str | int) -> None:
        """A whole answer. `Content_Length=None` leaves a field out, any other value puts it in the place of the true one."""
        named = {"Content-Length": len(body)} | {name.replace("_", "-"): value for name, value in fields.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value is not None)
        self.send(f"HTTP/1.1 {status} What\r\n{head}Connection: close\r\n\r\n".encode() + body)

    @property
    def begins(self) -> int:
        """Where the bytes begin that are asked for."""
        return int(self.fields["range"].removeprefix("bytes=").removesuffix("-")) if "range" in self.fields else 0


class FaultyWeb:
    """Gives each request to the next of these functions, and all that come then to the last one; then it hangs up."""

    def __init__(self, *answers: Callable[[Request], None]):
        self.requests: list[Request] = []
        self._answers, self._lock = answers, threading.Lock()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                lines = []
                while (line := self.rfile.readline()) not in (b"\r\n", b""):
                    lines.append(line.decode("latin-1").rstrip())
                if not lines:
                    return
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
                request = Request(lines[0].split()[1], fields, self.request.sendall)
                with outer._lock:
                    outer.requests.append(request)
                    answer = outer._answers[min(len(outer.requests), len(outer._answers)) - 1]
                with contextlib.suppress(OSError):
                    answer(request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def url(self, path: str = "file") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"

    @property
    def ranges(self) -> list[str | None]:
        return [request.fields.get("range") for request in self.requests]

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
