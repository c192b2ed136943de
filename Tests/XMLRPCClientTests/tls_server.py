"""Python's XML-RPC server behind TLS, with a certificate for `localhost` that nobody has signed: prints its port and the
certificate's file, and runs until its standard input ends."""

import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from xmlrpc.server import SimpleXMLRPCServer

with tempfile.TemporaryDirectory() as directory:
    certificate, key = Path(directory, "certificate.pem"), Path(directory, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.register_function(lambda left, right: left + right, "add")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{server.server_address[1]} {certificate}", flush=True)
        sys.stdin.read()
