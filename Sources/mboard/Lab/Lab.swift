import ArgumentParser
import BoardClient
import Foundation
import Lab
import ServerModels

/// The lab: the same service and the same clients, one server model after another, and a look at who was served.
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Compare server models: who is served, who gives up, what it costs.",
        discussion: """
            One service, the same simulated clients, one server model after another:

              mboard lab compare --preset fig-4.6        an experiment, its outcome, and why
              mboard lab serve --model prefork:4         a server of one model ...
              mboard lab clients --stay 30 --timeout 5   ... clients that come to it ...
              mboard lab watch                           ... and what goes on inside
            """,
        subcommands: [
            LabServe.self, LabClients.self, LabRequests.self, LabCompare.self, LabWatch.self, LabWorker.self,
        ])

    static let cores = ProcessInfo.processInfo.activeProcessorCount

    /// Where a server of the lab listens when nobody says.
    static let server = Endpoint(host: "127.0.0.1", port: 7_790)
}

extension ModelName {
    /// A model as it is written on the command line.
    ///
    /// - Throws: what there is instead.
    static func argument(_ text: String) throws -> ModelName {
        if let model = ModelName(text, cores: LabCommand.cores) { return model }
        let all = ModelName.all(cores: LabCommand.cores)
        guard let named = all.first(where: { $0.name == text.prefix { $0 != ":" } }) else {
            let names = all.map(\.description).joined(separator: ", ")
            throw ValidationError("there is no model \"\(harmless(text))\"; there are \(names)")
        }
        guard named.count != nil else { throw ValidationError("\(named.name) takes no number") }
        throw ValidationError(
            "the number of \(named.name) is from \(workers.lowerBound) to \(workers.upperBound)")
    }
}

/// The process in which `process-pipeline` handles requests: the server starts it, and nobody else.
struct LabWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Handle the requests of a server that started this process.",
        shouldDisplay: false)

    @Option var service: ServiceName

    func run() async throws {
        try runWorker(service.service)
    }
}
