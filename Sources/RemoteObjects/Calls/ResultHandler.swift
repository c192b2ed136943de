public import Distributed
import PyroWire

/// What a call came to, on its way back.
public final class ResultHandler: DistributedTargetInvocationResultHandler {
    /// What can be a result.
    public typealias SerializationRequirement = any Codable

    /// A result, or a stream of them.
    enum Outcome {
        case value(PyroValue)
        case stream(any OutgoingStream)
        case failure(any Error)
    }

    private let system: PyroActorSystem
    private let client: ClientID?
    private(set) var outcome = Outcome.value(.none)

    init(_ system: PyroActorSystem, for client: ClientID?) {
        self.system = system
        self.client = client
    }

    /// The function's result.
    public func onReturn<Success: Codable>(value: Success) async throws {
        if let plain = PyroValueEncoder.plain(value) {
            outcome = .value(plain)
        } else if let stream = value as? any OutgoingStream {
            outcome = .stream(stream)
        } else {
            outcome = .value(try system.encode(value, for: client))
        }
    }

    /// It has none.
    public func onReturnVoid() async throws {}

    /// The function's own error.
    public func onThrow<Failure: Error>(error: Failure) async throws {
        outcome = .failure(error)
    }
}
