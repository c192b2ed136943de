import Distributed
import PyroWire

/// How references travel. A distributed actor is encoded as its id, and decoded from one, by the compiler.
extension RemoteObjectID: Codable {
    /// As a proxy, which Pyro5 makes usable by itself; without a system, as the URI's text.
    ///
    /// - Throws: ``RemoteObjectError/notSent(_:reason:)`` for an object of a process that has no server.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        guard let system = encoder.userInfo[.actorSystemKey] as? PyroActorSystem else {
            return try container.encode(description)
        }
        let told = system.told(self)
        guard let uri = PyroURI("\(told)") else {
            throw RemoteObjectError.notSent(
                self,
                reason: "a reference to it cannot be given away: this process has no server that others could call")
        }
        let methods = system.objects[object]?.methods
        if location == nil, let client = encoder.userInfo[.receivingClient] as? ClientID {
            try system.objects.hold(object, for: client)
        }
        try container.encode(
            PyroReference(uri: uri, metadata: methods?.metadata ?? PyroMetadata(methods: [])).value())
    }

    /// From a proxy, a URI, or the text of one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(PyroValue.self)
        let uri: PyroURI? =
            if let reference = PyroReference(value) { reference.uri } else {
                PyroURI(value) ?? value.asText.flatMap { PyroURI($0) }
            }
        guard let uri else {
            throw DecodingError.typeMismatch(
                RemoteObjectID.self,
                .init(codingPath: decoder.codingPath, debugDescription: "a reference to an object is wanted"))
        }
        let system = decoder.userInfo[.actorSystemKey] as? PyroActorSystem
        let id = try RemoteObjectID(uri)
        guard let system, let place = id.location else {
            self = id
            return
        }
        guard place != system.location else {
            self = system.reference(to: id)
            return
        }
        let isCounted = decoder.userInfo[.sendingPlace] as? String == place
        self.init(
            object: id.object, location: place,
            lease: system.leases.received(id.object, at: place, isCounted: isCounted))
    }
}

extension CodingUserInfoKey {
    /// Who is given the references in a value: a ``ClientID``.
    static let receivingClient = CodingUserInfoKey(rawValue: "RemoteObjects.receivingClient")!
    /// The server that sent a value, as `host:port`.
    static let sendingPlace = CodingUserInfoKey(rawValue: "RemoteObjects.sendingPlace")!
}
