import Distributed

/// The parts of a distributed function's name as Swift writes it: `Module.Type.method(label:_:)`.
struct MethodName: Sendable, Hashable {
    /// With its module: `Bank.Account`; empty for a function of a protocol's stub.
    let type: String
    /// Without its parameters: `deposit`.
    let method: String
    /// Of each parameter, `_` where it has none.
    let labels: [String]

    /// - Parameter identifier: the function's mangled name.
    init?(identifier: String) {
        // The only reader of mangled names that the standard library has.
        let text = "\(RemoteCallTarget(identifier))"
        guard text.last == ")", let open = text.firstIndex(of: "(") else { return nil }
        let name = text[..<open]
        let dot = name.lastIndex(of: ".")
        method = String(name[(dot.map { name.index(after: $0) } ?? name.startIndex)...])
        type = dot.map { String(name[..<$0]) } ?? ""
        let inside = text[text.index(after: open)...].dropLast()
        labels = inside.split(separator: ":").map(String.init)
        isStub = type.split(separator: ".").last?.hasPrefix("$") == true || identifier.contains("ActorStub")
        guard !method.isEmpty else { return nil }
    }

    /// Whether it is what the compiler makes of a `@Resolvable` protocol to call others with.
    let isStub: Bool
}
