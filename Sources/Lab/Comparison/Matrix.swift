package import ServerModels

/// A server that is compared: one of our models, or the reference program in Python of the same name.
package struct Contender: Hashable, Codable, Sendable {
    /// The model as it is written on the command line: `prefork:8`.
    package var model: String
    /// Whether it is the program in Python.
    package var isReference: Bool

    package init(_ model: ModelName, isReference: Bool = false) {
        self.model = model.description
        self.isReference = isReference
    }

    /// For people.
    package var name: String { isReference ? "\(model) in Python" : model }
}

/// One thing to measure: a server, what it serves, and what its clients do.
package struct Cell: Hashable, Codable, Sendable {
    package var server: Contender
    /// The service as it is written on the command line: `echo-after:4.5`.
    package var service: String
    package var load: Load
    /// Times that it is measured, each with a server of its own; the one with the median throughput counts.
    package var rounds: Int

    package init(_ server: Contender, _ service: ServiceName, _ load: Load, rounds: Int) {
        self.server = server
        self.service = service.description
        self.load = load
        self.rounds = rounds
    }

    /// What it is, in a line of text.
    package var name: String { "\(server.name), \(service), \(clients(load.clients))" }
}

/// Every server with every service under every load.
package struct Matrix: Sendable {
    package var servers: [Contender]
    package var services: [ServiceName]
    package var loads: [Load]
    package var rounds = 1

    package init(_ servers: [Contender], _ services: [ServiceName], _ loads: [Load], rounds: Int = 1) {
        self.servers = servers
        self.services = services
        self.loads = loads
        self.rounds = rounds
    }

    /// Services outermost, servers innermost, so that what is to be compared stands together.
    package var cells: [Cell] {
        services.flatMap { service in
            loads.flatMap { load in servers.map { Cell($0, service, load, rounds: rounds) } }
        }
    }
}

extension ServiceName {
    /// The loads of connections go with `hold`, those of requests with the others.
    package func fits(_ visit: Load.Visit) -> Bool {
        switch (self, visit) {
        case (.hold, .stay), (.echoAfter, .requests), (.factor, .requests): true
        case (.hold, .requests), (.echoAfter, .stay), (.factor, .stay): false
        }
    }
}

/// A number of clients in words.
func clients(_ count: Int) -> String { count == 1 ? "1 client" : "\(grouped(count)) clients" }
