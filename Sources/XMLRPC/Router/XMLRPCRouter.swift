/// Swift functions by the names under which peers call them.
///
/// A router is a value without input or output: it takes a document's bytes and gives an answer's bytes, and whoever holds a
/// socket carries them. Fill it once, then share it between tasks.
///
///     var router = XMLRPCRouter<Void>()
///     router.register("greet", help: "A greeting by name.") { (name: String) in "Hello, \(name)!" }
///     let answer = await router.answer(document)
///
/// The functions of introspection, `system.multicall` and `system.getCapabilities` are always there: see <doc:Calls>.
///
/// `Context` is what a function has to know of its caller beside the parameters: a peer's address, a user. It is `Void` for
/// functions that need none.
public struct XMLRPCRouter<Context: Sendable>: Sendable {
    /// Takes what a caller is not told: the method's name, and an error of a function that is no ``XMLRPCFault``, or the
    /// ``XMLRPCEncodingError`` of its result.
    public typealias ErrorHook = @Sendable (_ method: String, _ error: any Error) -> Void

    let limits: XMLRPCLimits
    let multicallLimits: XMLRPCMulticallLimits
    let onError: ErrorHook
    var methods: [String: Method] = [:]

    /// A router that knows the functions of introspection alone.
    /// - Parameters:
    ///   - limits: Of the documents that are read.
    ///   - multicall: Of `system.multicall`.
    ///   - onError: Is called in the task of the call, before its answer is made.
    public init(
        limits: XMLRPCLimits = .init(), multicall: XMLRPCMulticallLimits = .init(),
        onError: @escaping ErrorHook = { _, _ in }
    ) {
        self.limits = limits
        self.multicallLimits = multicall
        self.onError = onError
        addSystemMethods()
    }

    /// Lets peers call a function. Its signature is told to them by `system.methodSignature`, and `help` by
    /// `system.methodHelp`.
    ///
    /// A name may be registered again, with other parameters: of the functions under one name the first is called whose
    /// parameters are as many as those that came, and can be made from them. Their help is told one below the other, the same
    /// words once.
    ///
    /// An ``XMLRPCFault`` that the function throws is the answer. Any other error, `CancellationError` too, is told as -32500
    /// without its words, and handed to the router's hook. The function runs where the caller of ``answer(_:in:)`` does.
    /// - Precondition: The name is made of `A-Z a-z 0-9 _ . : /`, and does not begin with `system.`.
    @inlinable
    public mutating func register<each Parameter: XMLRPCConvertible, Result: XMLRPCConvertible>(
        _ name: String, help: String = "",
        _ function: @escaping @Sendable (Context, repeat each Parameter) async throws -> Result
    ) {
        var parameters: [XMLRPCType] = []
        repeat parameters.append((each Parameter).xmlrpcType)
        add(name, help: help, parameters, Result.xmlrpcType) { _, context, values in
            var arguments = Arguments(values)
            let converted = (repeat try arguments.next(as: (each Parameter).self))
            return try await function(context, repeat each converted).xmlrpcValue
        }
    }

    /// Calls the function of this name whose parameters fit.
    /// - Throws: -32601 when there is none of this name, -32600 when no method can have this name, -32602 when the parameters
    ///   fit none, -32500 when the function failed with another error than a fault; else the function's own fault.
    public func call(
        _ name: String, _ parameters: [XMLRPCValue], in context: Context
    ) async throws(XMLRPCFault) -> XMLRPCValue {
        guard let method = methods[name] else { throw .unknownMethod(name) }
        var mismatch: ArgumentMismatch?
        for signature in method.signatures where signature.parameters.count == parameters.count {
            do {
                return try await signature.invoke(self, context, parameters)
            } catch let error as ArgumentMismatch {
                mismatch = mismatch ?? error
            } catch let fault as XMLRPCFault {
                throw fault
            } catch {
                onError(name, error)
                throw .applicationError("\(name) failed")
            }
        }
        throw method.refusal(of: parameters, to: name, because: mismatch)
    }
}

/// Functions without a context.
extension XMLRPCRouter where Context == Void {
    /// Lets peers call a function: as for routers of any context.
    ///
    /// The function runs on no actor, not even that of the caller of ``answer(_:)``.
    @inlinable
    public mutating func register<each Parameter: XMLRPCConvertible, Result: XMLRPCConvertible>(
        _ name: String, help: String = "",
        _ function: @concurrent @escaping @Sendable (repeat each Parameter) async throws -> Result
    ) {
        // The function is @concurrent because Swift 6.3's compiler crashes on closures that run where the caller does and have
        // nothing but a pack for parameters.
        var parameters: [XMLRPCType] = []
        repeat parameters.append((each Parameter).xmlrpcType)
        add(name, help: help, parameters, Result.xmlrpcType) { _, _, values in
            var arguments = Arguments(values)
            let converted = (repeat try arguments.next(as: (each Parameter).self))
            return try await function(repeat each converted).xmlrpcValue
        }
    }

    /// Calls the function of this name whose parameters fit: see ``XMLRPCRouter/call(_:_:in:)``.
    public func call(_ name: String, _ parameters: [XMLRPCValue]) async throws(XMLRPCFault) -> XMLRPCValue {
        try await call(name, parameters, in: ())
    }

    /// The answer to a document: see ``XMLRPCRouter/answer(_:in:)``.
    public func answer(_ document: [UInt8]) async -> [UInt8] {
        await answer(document, in: ())
    }
}
