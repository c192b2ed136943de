/// Everything that can be set on a server. A setting has the same name as a flag (`--NAME`), as a key of the
/// configuration file, and as an environment variable (`MBOARD_NAME`, `-` becoming `_`).
enum Setting: String, CaseIterable {
    case data
    case name
    case durability
    case readyFile = "ready-file"
    case udp
    case tcp
    case tcpModel = "tcp-model"
    case live
    case http
    case httpNames = "http-names"
    case pyro
    case names
    case announce
    case maxRequest = "max-request"
    case maxConnections = "max-connections"
    case idleTimeout = "idle-timeout"
    case requestTimeout = "request-timeout"
    case replyRate = "reply-rate"
    case replyBurst = "reply-burst"
    case xmlrpcValidator = "xmlrpc-validator"
    case logLevel = "log-level"

    /// The name of the environment variable.
    var variable: String {
        "MBOARD_" + rawValue.uppercased().replacing("-", with: "_")
    }

    /// What it does, with its unit.
    var help: String {
        switch self {
        case .data: "directory of the board's files"
        case .name: "name of this server, for people"
        case .durability: "full: acknowledged means on disk; relaxed: synced every 100 ms; memory: nothing on disk"
        case .readyFile: "file written once every road listens (JSON: pid, server id, endpoints)"
        case .udp: "where to listen for datagrams: HOST:PORT, port 0 for any free one, or off"
        case .tcp: "where to listen for connections of one request each: HOST:PORT, or off"
        case .tcpModel:
            "how the TCP road spends its threads: built-in, or a model to compare it with, such as prefork:8 (mboard lab)"
        case .live: "where to listen for long-lived connections: HOST:PORT, or off"
        case .http: "where to listen for the web's requests, XML-RPC among them: HOST:PORT, or off"
        case .httpNames: "host names, with commas between, that web requests may name this server by besides addresses"
        case .pyro: "where to listen for calls of remote objects (Python's Pyro5): HOST:PORT, or off"
        case .names:
            "where to run a name server for remote objects, this board among them (9090 by custom): HOST:PORT, or off"
        case .announce: "on: tell the networks that its roads are on that the board is here (mboard discover); or off"
        case .maxRequest: "bytes of one request on a connection"
        case .maxConnections: "connections at a time, on each road"
        case .idleTimeout: "seconds without a byte after which a connection is cut"
        case .requestTimeout: "seconds that a web request's body may take to arrive"
        case .replyRate: "bytes a second by datagram to one network (/24, /64) when bound beyond loopback"
        case .replyBurst: "bytes that may go to it at once"
        case .xmlrpcValidator: "on: serve the methods of the validator1 suite too, for tests of XML-RPC clients; or off"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        }
    }

    /// The value when nobody gives one.
    func defaultValue(environment: [String: String]) -> String {
        switch self {
        case .data:
            environment["XDG_STATE_HOME"].map { $0 + "/mboard" } ?? (environment["HOME"] ?? ".")
                + "/.local/state/mboard"
        case .name: "mboard"
        case .durability: "full"
        case .readyFile, .httpNames: ""
        case .udp, .tcp: "127.0.0.1:7777"
        case .tcpModel: "built-in"
        case .live: "127.0.0.1:7778"
        case .http: "127.0.0.1:7780"
        case .pyro: "127.0.0.1:7781"
        case .names, .announce, .xmlrpcValidator: "off"
        case .maxRequest: "209715200"
        case .maxConnections: "10000"
        case .idleTimeout: "30"
        case .requestTimeout: "120"
        case .replyRate: "65536"
        case .replyBurst: "262144"
        case .logLevel: "info"
        }
    }
}

/// A setting that cannot be used: what, where it came from, and what would do.
struct SettingError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
