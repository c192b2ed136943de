import Foundation
import NIOCore
import PyroWire

/// The object that every daemon has: what others ask of the place itself.
struct DaemonObject {
    static let methods = ObjectMethods(
        functions: Dictionary(
            uniqueKeysWithValues: [
                "registered", "ping", "info", "get_metadata", "get_next_stream_item", "close_stream", "lease", "adopt",
            ]
            .map { ($0, []) }),
        attributes: [], oneWay: ["close_stream"])

    private let dispatcher: Dispatcher
    private let endpoint: String
    private let client: ClientSession

    init(_ dispatcher: Dispatcher, endpoint: String, client: ClientSession) {
        self.dispatcher = dispatcher
        self.endpoint = endpoint
        self.client = client
    }

    /// A process of ours says that it is there, which references it was passed by others, and which it has done with.
    private func lease(_ added: PyroValue, _ dropped: PyroValue) throws(CallFault) {
        guard case .process(let process) = client.id, let added = added.asEntries, let dropped = dropped.asEntries
        else {
            throw .type("lease() is for processes that say who they are")
        }
        _ = dispatcher.leases.heard(of: process, at: .now())
        for entry in added {
            guard let object = entry.key.asText, let references = entry.value.asInt else { continue }
            for _ in 0..<min(max(references, 0), dispatcher.limits.objectsPerClient) {
                try dispatcher.system.objects.hold(object, for: client.id)
            }
        }
        for entry in dropped {
            guard let object = entry.key.asText, let references = entry.value.asInt else { continue }
            dispatcher.system.objects.release(object, references, by: client.id)
        }
    }

    func perform(_ call: PyroCall) async throws -> PyroValue {
        switch (call.method, call.arguments.first) {
        case ("ping", nil): return .none
        case ("registered", nil):
            return .list(([PyroNames.daemon] + dispatcher.system.objects.names).map { .string($0) })
        case ("info", nil):
            let count = dispatcher.system.objects.names.count + 1
            return .string(
                "Pyro.Daemon bound on \(endpoint), NAT None, \(count) objects registered. Servertype: mboard")
        case ("get_metadata", .string(let object)):
            guard let methods = try await dispatcher.metadata(of: object) else { throw CallFault.unknownObject }
            return methods.value()
        case ("get_next_stream_item", .string(let stream)):
            guard let item = try await dispatcher.streams.next(of: stream, for: client) else {
                throw PyroException.stopIteration
            }
            return item
        case ("close_stream", .string(let stream)):
            dispatcher.streams.close(stream)
            return .none
        case ("lease", let added?) where call.arguments.count == 2:
            try lease(added, call.arguments[1])
            return .none
        case ("adopt", .string(let object)?) where call.arguments.count == 2:
            let state: Data = try dispatcher.system.decode(Data.self, from: call.arguments[1])
            try await dispatcher.system.activations.adopt(object, state, in: dispatcher.system)
            return .none
        default:
            guard Self.methods.functions[call.method] != nil else { throw CallFault.attribute(call.method) }
            throw CallFault.type("\(call.method)() was given other arguments than it takes")
        }
    }
}
