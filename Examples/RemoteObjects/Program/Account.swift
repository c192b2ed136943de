// A bank account: an attribute, functions, and an error of its own type.

import Distributed
import PyroWire
import RemoteObjects
import RemoteObjectsExampleInterface

distributed actor BankAccount: Account, RemoteObject {
    typealias ActorSystem = PyroActorSystem

    /// Python reads `account.balance`, without parentheses.
    static var remoteAttributes: Set<String> { ["balance"] }

    private var money = 100

    distributed func balance() -> Int { money }
    distributed func deposit(_ amount: Int) { money += amount }
    distributed func withdraw(_ amount: Int) throws {
        guard amount <= money else { throw Overdrawn(missing: amount - money) }
        money -= amount
    }
}

func serveAccount() async throws {
    try await serve { system in
        let account = try await system.named("account") { BankAccount(actorSystem: $0) }
        return system.uri(of: account)
    }
}

func callAccount(_ uri: String) async throws {
    let account = try $Account.resolve(id: RemoteObjectID(uri), using: PyroActorSystem())
    say("there is \(try await account.balance())")
    try await account.deposit(20)
    do {
        try await account.withdraw(150)
    } catch let error as Overdrawn {
        say("refused: \(error.missing) short")  // a Swift server's own error, with its type
    } catch let exception as PyroException where exception.name == "ValueError" {
        say("refused: \(exception.message)")  // Python's exception
    }
    try await account.withdraw(120)
    say("there is \(try await account.balance())")
}
