import ArgumentParser
import Lab

struct LabRequests: AsyncParsableCommand {
    /// Requests of one client.
    private static let requests = 1...1_000_000_000

    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "Simulate clients that ask, one request after the other on a connection.",
        discussion: """
            Each client connects, sends a request, waits for the answer and checks it, and so on; or gives up when one answer \
            takes longer than its time-out. The defaults are those of the notes' heavy requests. A load:

              mboard lab requests --clients 64 --requests 10000

            The options of `mboard lab clients` mean the same here.
            """)

    @OptionGroup var options: SimulatorOptions

    @Option(help: ArgumentHelp("What the server offers: echo-after or factor.", valueName: "service"))
    var service: ServiceName = .echoAfter(0)

    @Option(help: ArgumentHelp("Seconds that a client waits for each answer.", valueName: "seconds"))
    var timeout = 10.0

    @Option(help: ArgumentHelp("Requests of each client.", valueName: "n"))
    var requests = 1

    func validate() throws {
        guard service != .hold else {
            throw ValidationError(
                "--service hold answers no requests; take echo-after or factor here, hold with `mboard lab clients`")
        }
        guard LabTimes.seconds.contains(timeout) else {
            throw ValidationError("--timeout takes seconds, from 0.001 to 86400")
        }
        guard Self.requests.contains(requests) else { throw ValidationError("--requests takes 1 to 1000000000") }
    }

    func run() async throws {
        try await options.simulate(service, timeout: timeout, .requests(requests))
    }
}
