import BoardClient
import BoardServer
import BoardStore
import Foundation
import Logging
import ServerModels

/// A server's settings as values of their types.
struct ServerConfiguration {
    /// Where messages are kept.
    enum Storage {
        case disk(directory: String, Durability)
        case memory
    }

    let storage: Storage
    let name: String
    let readyFile: String?
    /// `nil`: off.
    let udp: Endpoint?
    let tcp: Endpoint?
    /// How the TCP road spends its threads; `nil`: in its own way.
    let tcpModel: ModelName?
    let live: Endpoint?
    let http: Endpoint?
    /// Names that the web's requests may have for this server.
    let httpNames: [String]
    let pyro: Endpoint?
    /// Where names of remote objects are served.
    let names: Endpoint?
    let isAnnounced: Bool
    let servesXMLRPCValidator: Bool
    let limits: ServerLimits
    let logLevel: Logger.Level

    /// - Throws: ``SettingError`` for the first value that cannot be used.
    init(_ settings: Settings) throws {
        storage = try Self.storage(settings)
        name = settings[.name].value
        readyFile = settings[.readyFile].value.isEmpty ? nil : Self.path(settings[.readyFile].value)
        udp = try Self.endpoint(.udp, settings)
        tcp = try Self.endpoint(.tcp, settings)
        tcpModel = try Self.model(settings)
        live = try Self.endpoint(.live, settings)
        http = try Self.endpoint(.http, settings)
        pyro = try Self.endpoint(.pyro, settings)
        names = try Self.endpoint(.names, settings)
        guard [udp, tcp, live, http, pyro].contains(where: { $0 != nil }) else {
            throw SettingError(
                "every road is off: nobody could reach the board. Leave --udp, --tcp, --live, --http or --pyro on")
        }
        httpNames = settings[.httpNames].value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard httpNames.allSatisfy({ !$0.isEmpty && !$0.contains { " :/".contains($0) } }) else {
            throw settings.error(.httpNames, "host names, without ports, with commas between")
        }
        isAnnounced = try Self.isOn(.announce, settings)
        servesXMLRPCValidator = try Self.isOn(.xmlrpcValidator, settings)
        var limits = ServerLimits()
        limits.requestBytes = try settings.number(.maxRequest, in: 1...limits.requestBytes)
        limits.connections = try settings.number(.maxConnections, in: 1...1_000_000)
        limits.idleSeconds = Int64(try settings.number(.idleTimeout, in: 1...86_400))
        limits.http.idleSeconds = limits.idleSeconds
        limits.http.bodySeconds = Int64(try settings.number(.requestTimeout, in: 1...86_400))
        limits.http.bodyBytes = min(limits.http.bodyBytes, limits.requestBytes)
        limits.replyBytesPerSecond = try settings.number(.replyRate, in: 1_024...1 << 40)
        limits.replyBurstBytes = try settings.number(.replyBurst, in: 1_024...1 << 40)
        self.limits = limits
        guard let level = Logger.Level(rawValue: settings[.logLevel].value) else {
            throw settings.error(.logLevel, "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        logLevel = level
    }

    /// Where the names are kept; `nil`: in memory.
    var namesFile: String? {
        if case .disk(let directory, _) = storage { directory + "/names.sqlite" } else { nil }
    }

    private static func storage(_ settings: Settings) throws -> Storage {
        let name = settings[.durability].value
        if name == "memory" { return .memory }
        guard let durability = Durability(rawValue: name) else {
            throw settings.error(.durability, "full, relaxed or memory")
        }
        let directory = path(settings[.data].value)
        guard !directory.isEmpty else { throw settings.error(.data, "a directory") }
        return .disk(directory: directory, durability)
    }

    /// A path whose `~/` is the home directory, as in a shell: in a file no shell expands it.
    private static func path(_ text: String) -> String {
        text.hasPrefix("~/") ? NSString(string: text).expandingTildeInPath : text
    }

    private static func isOn(_ setting: Setting, _ settings: Settings) throws -> Bool {
        switch settings[setting].value {
        case "on": true
        case "off": false
        default: throw settings.error(setting, "on or off")
        }
    }

    private static func model(_ settings: Settings) throws -> ModelName? {
        let text = settings[.tcpModel].value
        if text == "built-in" { return nil }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        guard let model = ModelName(text, cores: cores) else {
            let names = ModelName.all(cores: cores).map(\.description).joined(separator: ", ")
            throw settings.error(
                .tcpModel, "built-in, or a model of `mboard lab` (its number is from 1 to 1024): \(names)")
        }
        return model
    }

    private static func endpoint(_ setting: Setting, _ settings: Settings) throws -> Endpoint? {
        let text = settings[setting].value
        if text == "off" { return nil }
        // What is left out of it is as in the road's own default.
        let standard =
            setting == .names
            ? NameServerCommand.standard : Endpoint(setting.defaultValue(environment: [:])) ?? .standard
        guard !text.isEmpty, let endpoint = Endpoint(text, default: standard) else {
            throw settings.error(setting, "HOST:PORT, or off")
        }
        return endpoint
    }
}
