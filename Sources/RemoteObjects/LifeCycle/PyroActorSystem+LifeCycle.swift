/// Objects that are not always there, and objects that move.
extension PyroActorSystem {
    /// Makes objects of a type when somebody calls them: with the prefix `accounts/`, the first call of `accounts/alice` makes Alice's.
    ///
    /// An object that nobody has called for a while is put away: its state is saved, and the next call makes it again. What changes
    /// between two savings is lost when the process is killed; at a graceful stop of the server all are saved.
    ///
    /// - Parameters:
    ///   - prefix: what the names of these objects begin with.
    ///   - idle: how long an object stays without a call.
    ///   - isMovable: whether other processes that are let in here may send objects of this kind.
    public func activate<Object: Persistent>(
        _ type: Object.Type, under prefix: String, store: any StateStore, idle: Duration = .seconds(60),
        isMovable: Bool = false
    ) async {
        await activations.add(
            ObjectKind(type, prefix: prefix, idle: idle, isMovable: isMovable, store: store), in: self)
    }

    /// Moves an object of a kind that is activated to another server, which has to have the same kind and take objects in.
    ///
    /// Calls that are on their way are answered first. Those that come here afterwards are passed on for as long as this server
    /// lasts; programs of ours call the new place from their second call on. Names
    /// that were given to the object here lead to the new place.
    ///
    /// - Parameters:
    ///   - object: its name, with the prefix.
    ///   - server: the other one's `host:port`.
    /// - Throws: what the other one says when it does not take it. The object stays here then.
    public func move(_ object: String, to server: String) async throws {
        try await activations.move(object, to: server, in: self)
        await registerAnew(object, at: server)
    }
}
