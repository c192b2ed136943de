public import ArgumentParser
import BoardClient
import Foundation
import Lab
public import ServerModels

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

extension ModelName: ExpressibleByArgument {
    /// A model as it is written on the command line.
    public init?(argument: String) {
        self.init(argument, cores: LabCommand.cores)
    }

    /// What the help lists.
    public static var allValueStrings: [String] { all(cores: LabCommand.cores).map(\.description) }
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
