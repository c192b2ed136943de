// The methods that speak of the router itself:
//
//     system.listMethods()           the names, sorted
//     system.methodSignature(name)   [[result, parameter, ...], ...], or "undef"
//     system.methodHelp(name)        words for a person, maybe none
//     system.methodExist(name)       whether there is a method of this name
//     system.getCapabilities()       {name: {specUrl, specVersion}, ...}
//     system.multicall(calls)        Multicall.swift
//
// After xmlrpc-c's introspection, version 1, https://xmlrpc-c.sourceforge.io/introspection.html, with PHP's methodExist and
// the capabilities of "Specification for Fault Code Interoperability". There is no system.shutdown, and never will be.

extension XMLRPCRouter {
    mutating func addSystemMethods() {
        addSystem("system.listMethods", [], .array, "The names of all methods, sorted.") { router, _, _ in
            .array(router.methods.keys.sorted().map { .string($0) })
        }
        addSystem(
            "system.methodSignature", [.string], .array,
            "The signatures of the method of this name: for each the names of its types, that of the result first. "
                + "The string \"undef\" when there is no such method, or one of its types is not told."
        ) { router, _, values in
            var arguments = Arguments(values)
            return router.signatures(of: try arguments.next(as: String.self))
        }
        addSystem("system.methodHelp", [.string], .string, "What the method of this name does.") { router, _, values in
            var arguments = Arguments(values)
            let name = try arguments.next(as: String.self)
            guard let method = router.methods[name] else { throw XMLRPCFault.unknownMethod(name) }
            return .string(method.help.joined(separator: "\n"))
        }
        addSystem("system.methodExist", [.string], .boolean, "Whether there is a method of this name.") {
            router, _, values in
            var arguments = Arguments(values)
            return .boolean(router.methods[try arguments.next(as: String.self)] != nil)
        }
        addSystem(
            "system.getCapabilities", [], .struct,
            "The specifications that are met here, by their names: for each a struct of specUrl and specVersion."
        ) { _, _, _ in
            Self.capabilities
        }
        addSystem(
            "system.multicall", [.array], .array,
            "Calls methods one after the other: takes an array of structs of methodName and params, and gives for each an "
                + "array of its result alone, or its fault's struct. At most \(multicallLimits.calls) calls."
        ) { router, context, values in
            var arguments = Arguments(values)
            let calls = try arguments.next(as: [XMLRPCValue].self)
            return .array(try await router.multicall(calls, in: context))
        }
    }

    private mutating func addSystem(
        _ name: String, _ parameters: [XMLRPCType], _ result: XMLRPCType, _ help: String, _ invoke: @escaping Invoke
    ) {
        insert(name, help, Signature(parameters: parameters, result: result, invoke: invoke))
    }

    private func signatures(of name: String) -> XMLRPCValue {
        guard let method = methods[name], method.isTyped else { return .string(XMLRPCType.any.rawValue) }
        return .array(
            method.signatures.map { signature in
                .array(([signature.result] + signature.parameters).map { .string($0.rawValue) })
            })
    }

    private static var capabilities: XMLRPCValue {
        func specification(_ url: String, _ version: Int64) -> XMLRPCValue {
            .struct(["specUrl": .string(url), "specVersion": .int(version)])
        }
        return .struct([
            "xmlrpc": specification("http://www.xmlrpc.com/spec", 1),
            "introspect": specification("https://xmlrpc-c.sourceforge.io/introspection.html", 1),
            "faults_interop": specification("http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php", 20_010_516),
            "nil": specification("http://ontosys.com/xml-rpc/extensions.php", 1),
            "system.multicall": specification("http://www.xmlrpc.com/discuss/msgReader$1208", 1),
        ])
    }
}
