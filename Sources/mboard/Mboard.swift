import ArgumentParser
import BoardClient
import BoardServer
import BoardStore
import BoardWire
import Lab
import RemoteObjects
import ServerModels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command. Its options and exit codes are a contract: scripts rely on them.
@main
struct Mboard: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "mboard",
        abstract: "A message board that anything can talk to.",
        discussion: """
            Run a board, publish to it, read it back:

              mboard serve                      a board on 127.0.0.1:7777, kept in ~/.local/state/mboard
              mboard publish 'Hello, world!'    prints the message's number once it is on disk
              mboard last                       the last ten messages
              mboard watch                      messages as they come
              mboard join                       talk: read what others say while you type
              mboard chat --name ada            the same under a name, with words for one user alone
              mboard lab compare --list         experiments with server models: who is served, and why
              mboard nameserver                 Pyro5's name server, for remote objects
              printf '1:hello' | nc -u -w1 127.0.0.1 7777    the same without mboard

            Results go to standard output, everything else to standard error.
            Exit codes: 0 done; 1 the server said no; 64 wrong usage; 65 data damaged; 69 not reachable, timed out,
            or a port in use; 70 internal error; 73 the data directory or a report cannot be created or locked; 74 the disk failed a sync.
            """,
        version: version,
        subcommands: [
            Serve.self, Publish.self, Last.self, Get.self, Watch.self, Join.self, ChatCommandLine.self, Discover.self,
            Config.self,
            Bench.self, LabCommand.self, Fetch.self, NameServerCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            guard let code = exitCode(of: error) else { exit(withError: error) }
            complain("mboard: \(error)")
            systemExit(code)
        }
    }

    /// The exit code of an error of ours; `nil` when it is the argument parser's.
    private static func exitCode(of error: any Error) -> Int32? {
        switch error {
        case let error as StoreError:
            switch error {
            case .damaged: 65
            case .syncFailed: 74
            case .inaccessible, .locked, .newerSchema: 73
            }
        case let error as NameStoreError: if case .damaged = error { 65 } else { 73 }
        case is NameServerBindError, is BindError, is AnnounceError, is NoBoards, is ListenError, is SimulationError: 69
        case is SettingError, is SeveralBoards, is ModelError: 64
        case let error as ClientError:
            switch error {
            case .answer(.refused(_, _)), .messageNotFound, .tooBigForDatagram, .unsendable, .sessionRefused: 1
            case .answer(.unreadable(_)), .unreachable, .timedOut, .sessionLost, .damaged: 69
            }
        case is MessageFileError: 64
        case is OutputError: 73
        case let error as LiveError: if case .replaced = error { 65 } else { 1 }
        case is ExitCode, is CleanExit, is ValidationError: nil
        default: isArgumentParsers(error) ? nil : 70
        }
    }

    /// The parser's own errors have no public type; it knows a code for them that is not that of an unknown error.
    private static func isArgumentParsers(_ error: any Error) -> Bool {
        exitCode(for: error) != ExitCode.failure
    }
}
