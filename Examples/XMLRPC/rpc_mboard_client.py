"""Figure 5.5 of the notes in Python 3: publishes a message and prints the newest ones, by calling a server's methods as if they were
functions of this program. Nothing here knows whether the server is the Swift or the Python one.

Try: python3 rpc_mboard_client.py 'Hello, world!'
     date | python3 rpc_mboard_client.py --last 3 -
"""

import argparse
import sys
from datetime import datetime, timezone
from xmlrpc.client import Error, Fault, ServerProxy


def main() -> int:
    parser = argparse.ArgumentParser(description="Publishes on a message board by XML-RPC, and prints what is on it.")
    parser.add_argument("--host", default="127.0.0.1", help="the server's address")
    parser.add_argument("--port", default=7777, type=int, help="the server's port")
    parser.add_argument("--last", default=0, type=int, help="how many of the newest messages to print; 0 for all")
    parser.add_argument("message", nargs="?", default="", help="what to publish; - for standard input")
    options = parser.parse_args()
    text = sys.stdin.read() if options.message == "-" else options.message
    try:
        with ServerProxy(f"http://{options.host}:{options.port}") as board:
            methods = sorted(name for name in board.system.listMethods() if not name.startswith("system."))
            print(f"Remote methods are: [{','.join(methods)}]", file=sys.stderr)
            if text:
                print(f"Message {board.publish(text)} published", file=sys.stderr)
            for number in board.last(max(options.last, 0)):
                time, ip, port, message = board.get(number)
                print(f"[{datetime.fromtimestamp(int(time), timezone.utc):%Y-%m-%dT%H:%M:%SZ}] {ip}:{port} -> {message}")
    except Fault as fault:
        print(f"The server said no: fault {fault.faultCode}: {fault.faultString}", file=sys.stderr)
        return 1
    except (OSError, Error) as error:
        print(f"Communication error: {error}", file=sys.stderr)
        return 69
    return 0


if __name__ == "__main__":
    sys.exit(main())
