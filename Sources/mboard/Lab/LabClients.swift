import ArgumentParser
import Lab

struct LabClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Simulate clients that stay connected (figs. 4.5 to 4.11).",
        discussion: """
            Each client connects, waits for being served, keeps the server busy, and leaves; or gives up after its time-out. \
            The defaults are figure 4.6's. The same in 0.02 of the time:

              mboard lab clients --scale 0.02

            In the drawing . is waiting, # being served, x giving up, - being refused, ~ a client that misbehaves. \
            A client leaves a little after its time-out (a sixth of it, half a second at most), as it does in the notes: whom a server turns \
            to at that very moment is served.
            """)

    @OptionGroup var options: SimulatorOptions

    @Option(help: ArgumentHelp("What the server offers: hold, echo-after or factor.", valueName: "service"))
    var service: ServiceName = .hold

    @Option(help: ArgumentHelp("Seconds that a client waits for being served.", valueName: "seconds"))
    var timeout = 15.0

    @Option(help: ArgumentHelp("Seconds that a client keeps the server busy.", valueName: "seconds"))
    var stay = 5.0

    func validate() throws {
        guard LabTimes.seconds.contains(timeout), LabTimes.seconds.contains(stay) else {
            throw ValidationError("--timeout and --stay take seconds, from 0.001 to 86400")
        }
    }

    func run() async throws {
        try await options.simulate(service, timeout: timeout, .stay(seconds: stay))
    }
}
