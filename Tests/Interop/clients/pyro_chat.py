"""The chat client of the lecture notes (figure 5.7): its imports say Pyro5, and its Python is of today."""

import logging

FORMAT = "%(asctime)-15s %(levelname)s %(message)s"
logging.basicConfig(level=logging.DEBUG, format=FORMAT)
LOG = logging.getLogger()
from argparse import ArgumentParser
from sys import exit

import Pyro5.api as Pyro

if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("-u", "--uri", help="Chat server Pyro URI ", required=True)
    parser.add_argument("-n", "--name", help="Username", required=True)
    args = parser.parse_args()
    name = args.name
    chat_uri = args.uri

    try:
        chat = Pyro.Proxy(chat_uri)
    except Exception as e:
        LOG.error("Cannot connect to chat by URI: %s" % chat_uri)
        exit(1)

    my_uri = None
    try:
        my_uri = chat.register(name)
        me = Pyro.Proxy(my_uri)
    except Exception as e:
        LOG.error("Cannot connect to my remote object by URI: %s" % my_uri)
        exit(2)

    while True:
        LOG.info("My messages:\n" "\n".join(me.get()))
        input_msg = input("Message to send: ")
        if len(input_msg) > 0:
            me.post(input_msg)
