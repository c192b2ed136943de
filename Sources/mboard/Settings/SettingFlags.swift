import ArgumentParser
import Foundation

/// The settings as flags, shared by the commands that have a server's settings.
struct SettingFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "YAML file with settings; its keys are the flags' names ($MBOARD_CONFIG).", valueName: "file"))
    var config: String?

    @Option(help: Self.help(.data, "dir")) var data: String?
    @Option(help: Self.help(.name, "name")) var name: String?
    @Option(help: Self.help(.durability, "level")) var durability: String?
    @Option(name: .customLong("ready-file"), help: Self.help(.readyFile, "file")) var readyFile: String?
    @Option(help: Self.help(.udp, "endpoint")) var udp: String?
    @Option(help: Self.help(.tcp, "endpoint")) var tcp: String?
    @Option(name: .customLong("tcp-model"), help: Self.help(.tcpModel, "model")) var tcpModel: String?
    @Option(help: Self.help(.live, "endpoint")) var live: String?
    @Option(help: Self.help(.http, "endpoint")) var http: String?
    @Option(name: .customLong("http-names"), help: Self.help(.httpNames, "names")) var httpNames: String?
    @Option(help: Self.help(.pyro, "endpoint")) var pyro: String?
    @Option(help: Self.help(.names, "endpoint")) var names: String?
    @Option(help: Self.help(.announce, "on|off")) var announce: String?
    @Option(name: .customLong("max-request"), help: Self.help(.maxRequest, "bytes")) var maxRequest: String?
    @Option(name: .customLong("max-connections"), help: Self.help(.maxConnections, "count")) var maxConnections: String?
    @Option(name: .customLong("idle-timeout"), help: Self.help(.idleTimeout, "seconds")) var idleTimeout: String?
    @Option(name: .customLong("request-timeout"), help: Self.help(.requestTimeout, "seconds"))
    var requestTimeout: String?
    @Option(name: .customLong("reply-rate"), help: Self.help(.replyRate, "bytes")) var replyRate: String?
    @Option(name: .customLong("reply-burst"), help: Self.help(.replyBurst, "bytes")) var replyBurst: String?
    @Option(name: .customLong("xmlrpc-validator"), help: Self.help(.xmlrpcValidator, "on|off"))
    var xmlrpcValidator: String?
    @Option(name: .customLong("log-level"), help: Self.help(.logLevel, "level")) var logLevel: String?

    /// All settings in force.
    func settings() throws -> Settings {
        try Settings(flags: flags, file: config, environment: ProcessInfo.processInfo.environment)
    }

    private var flags: [Setting: String] {
        let given: [Setting: String?] = [
            .data: data, .name: name, .durability: durability, .readyFile: readyFile, .udp: udp, .tcp: tcp,
            .tcpModel: tcpModel, .live: live, .http: http, .httpNames: httpNames, .pyro: pyro, .names: names,
            .announce: announce,
            .maxRequest: maxRequest,
            .maxConnections: maxConnections,
            .idleTimeout: idleTimeout, .requestTimeout: requestTimeout, .xmlrpcValidator: xmlrpcValidator,
            .replyRate: replyRate, .replyBurst: replyBurst, .logLevel: logLevel,
        ]
        return given.compactMapValues { $0 }
    }

    private static func help(_ setting: Setting, _ valueName: String) -> ArgumentHelp {
        let standard = setting.defaultValue(environment: ["HOME": "~"])
        return ArgumentHelp(
            "\(setting.help)\(standard.isEmpty ? "" : " (default: \(standard))").", valueName: valueName)
    }
}
