"""An object of Pyro5 that gives back what it is given: `bench.echo`, on a server of the kind that is named.

    pyro_echo.py [thread|multiplex]      prints its port when it listens
"""
import sys

import Pyro5.api


@Pyro5.api.expose
@Pyro5.api.behavior(instance_mode="single")
class Echo:
    def echo(self, text):
        return text


def main():
    Pyro5.config.SERVERTYPE = sys.argv[1] if len(sys.argv) > 1 else "thread"
    with Pyro5.api.Daemon(host="127.0.0.1", port=0) as daemon:
        daemon.register(Echo, "bench.echo")
        print(daemon.locationStr.rpartition(":")[2], flush=True)
        daemon.requestLoop()


if __name__ == "__main__":
    main()
