import CDistributedFunctions
import Distributed

/// A distributed function that is not generic, with what its mangled name says.
///
/// `executeDistributedTarget` reads that name three times for each call: how many parameters there are, their types, and that of the
/// result. Here they are read once, and what it does then is done the same way.
final class DirectTarget: @unchecked Sendable {
    // Unchecked: nothing is written after the initializer.
    private let name: UnsafePointer<UInt8>
    private let nameLength: UInt
    private let parameterTypes: UnsafeMutableBufferPointer<any Any.Type>
    /// The result's type, when it has one.
    private let codableType: (any Codable.Type)?

    /// - Parameters:
    ///   - record: the number of the function's record in the program, whose bytes last as long as it does.
    ///   - nameLength: bytes of the mangled name.
    /// - Returns: `nil` for a generic function, and for one whose name is not understood.
    init?(record: Int, nameLength: Int) {
        guard let mangled = distributed_function_name(record) else { return nil }
        let length = UInt(nameLength)
        let name = UnsafeRawPointer(mangled).assumingMemoryBound(to: UInt8.self)
        guard _getGenericEnvironmentOfDistributedTarget(name, length) == nil else { return nil }
        let count = __getParameterCount(name, length)
        guard count >= 0, let resultType = __getReturnTypeInfo(name, length, nil, nil) else { return nil }
        let types = UnsafeMutableBufferPointer<any Any.Type>.allocate(capacity: max(1, Int(count)))
        let found = __getParameterTypeInfo(name, length, nil, nil, types.baseAddress!._rawValue, Int(count))
        let codableType = resultType as? any Codable.Type
        guard found == count, codableType != nil || resultType == Void.self else {
            types.deallocate()
            return nil
        }
        (self.name, self.nameLength, parameterTypes) = (name, length, types)
        self.codableType = codableType
    }

    deinit { parameterTypes.deallocate() }

    /// Calls the function.
    ///
    /// - Throws: what the handler throws.
    @concurrent
    func execute(
        on actor: any DistributedActor, _ decoder: inout InvocationDecoder, _ handler: ResultHandler
    ) async throws {
        do {
            if let codableType {
                try await execute(on: actor, &decoder, handler, codableType)
            } else {
                // The function writes nothing: it has no result.
                var nothing = ()
                try await executeTarget(actor, &decoder, &nothing)
                try await handler.onReturnVoid()
            }
        } catch {
            try await handler.onThrow(error: error)
        }
    }

    @concurrent
    private func execute<Result: Codable>(
        on actor: any DistributedActor, _ decoder: inout InvocationDecoder, _ handler: ResultHandler,
        _ type: Result.Type
    ) async throws {
        let result = UnsafeMutablePointer<Result>.allocate(capacity: 1)
        defer { result.deallocate() }
        try await executeTarget(actor, &decoder, result)
        try await handler.onReturn(value: result.move())
    }

    @concurrent
    private func executeTarget(
        _ actor: any DistributedActor, _ decoder: inout InvocationDecoder, _ result: UnsafeMutableRawPointer
    ) async throws {
        try await distributedExecuteTarget(
            on: actor as AnyObject, name, nameLength, argumentDecoder: &decoder,
            argumentTypes: UnsafeRawPointer(parameterTypes.baseAddress!), resultBuffer: result, substitutions: nil,
            witnessTables: nil, witnessTableCount: 0)
    }
}

/// What `executeDistributedTarget` calls at last: `_executeDistributedTarget` of Swift's Distributed/DistributedActorSystem.swift.
@concurrent  // otherwise its caller's isolation would be one more argument
@_silgen_name("swift_distributed_execute_target")
private func distributedExecuteTarget<Decoder: DistributedTargetInvocationDecoder>(
    on actor: AnyObject, _ name: UnsafePointer<UInt8>, _ nameLength: UInt, argumentDecoder: inout Decoder,
    argumentTypes: UnsafeRawPointer, resultBuffer: UnsafeMutableRawPointer, substitutions: UnsafeRawPointer?,
    witnessTables: UnsafeRawPointer?, witnessTableCount: UInt
) async throws
