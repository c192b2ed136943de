"""A bank account: `account.py serve` says a URI, `account.py call URI` calls what is there."""

import sys

from Pyro5.api import Daemon, Proxy, expose


@expose
class Account:
    money = 100

    @property
    def balance(self):
        return self.money

    def deposit(self, amount):
        self.money += amount

    def withdraw(self, amount):
        if amount > self.money:
            raise ValueError(f"{amount - self.money} short")
        self.money -= amount


if sys.argv[1] == "serve":
    daemon = Daemon(port=0)
    print(daemon.register(Account(), "account"), flush=True)
    daemon.requestLoop()
else:
    account = Proxy(sys.argv[2])
    print("there is", account.balance)
    account.deposit(20)
    try:
        account.withdraw(150)
    except ValueError as error:
        print("refused:", error)
    account.withdraw(120)
    print("there is", account.balance)
