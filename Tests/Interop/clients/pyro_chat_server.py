"""The chat server of the lecture notes (figure 5.6): its imports say Pyro5, and its Python is of today."""

import Pyro5.api as Pyro


@Pyro.expose
class User:
    def __init__(self, name, chat):
        self.name = name
        self.private_msgs = []
        self.last_common = 0
        self.chat = chat

    def post(self, msg):
        self.chat.post(msg, self.name)

    def post_private(self, msg, to):
        self.chat.post_private(msg, to, self.name)

    def get(self):
        msgs = self.chat.get(self.last_common)
        self.last_common += len(msgs)
        return msgs

    def get_private(self):
        msgs = [m for m in self.private_msgs]
        self.private_msgs = []
        return msgs

    def whoami(self):
        return self.name


@Pyro.expose
class Chat:
    def __init__(self):
        self.users = {}
        self.msgs = []

    def register(self, me):
        user = User(me, self)
        self.users[me] = user
        return str(daemon.register(user))

    def post(self, msg, name="Unknown"):
        self.msgs.append("From %s : %s" % (name, msg))

    def post_private(self, msg, to, name="Unknown"):
        if to not in self.users.keys():
            return
        self.users[to].private_msgs.append("From %s : %s" % (name, msg))

    def get(self, idx=0):
        return self.msgs[idx:]

    def get_users(self):
        return list(self.users.keys())


if __name__ == "__main__":
    daemon = Pyro.Daemon(host="127.0.0.1", port=0)
    print("The chat URI is:", daemon.register(Chat()), flush=True)
    daemon.requestLoop()
