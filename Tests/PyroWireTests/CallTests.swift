import PyroWire
import Testing

/// Sections 4, 5, 7 and 8 of the protocol: handshake, calls, exceptions, batches.
struct CallTests {
    private static let call = PyroCall(
        object: "board", method: "publish", arguments: ["hi"], keywords: [PyroCall.Keyword(name: "tag", value: 3)])

    @Test(
        arguments: [
            (.serpent, Array("# serpent utf-8 python3.2\n('board','publish',('hi',),{'tag':3})".utf8)),
            (.json, Array(#"{"object":"board","method":"publish","params":["hi"],"kwargs":{"tag":3}}"#.utf8)),
            (.msgpack, hex("94 a5626f617264 a77075626c697368 91a26869 81a374616703")),
        ] as [(PyroSerializer, [UInt8])])
    func `a call is written and read in every serializer`(serializer: PyroSerializer, payload: [UInt8]) throws {
        #expect(try Self.call.payload(serializer) == payload)
        #expect(try PyroCall(payload: payload, serializer: serializer) == Self.call)
    }

    @Test(
        arguments: [
            (.serpent, "('a','__getattr__',('x',),None)"), (.serpent, "['a','__getattr__',['x'],{}]"),
            (.json, #"{"kwargs": null, "params": ["x"], "method": "__getattr__", "object": "a"}"#),
            (.json, #"{"params": ["x"], "method": "__getattr__", "object": "a"}"#),
        ] as [(PyroSerializer, String)])
    func `no keywords come as None too, and as nothing`(serializer: PyroSerializer, text: String) throws {
        let call = try PyroCall(payload: Array(text.utf8), serializer: serializer)
        #expect(call == PyroCall(object: "a", method: PyroNames.getAttribute, arguments: ["x"]))
    }

    @Test(
        arguments: [
            (.serpent, "1"), (.serpent, "('a','b',())"), (.serpent, "('a','b',(),{},1)"), (.serpent, "(1,'b',(),{})"),
            (.serpent, "('a','b',1,{})"),
            (.serpent, "('a','b',(),{1:2})"), (.serpent, "('a','b',(),())"), (.json, "[1]"),
            (.json, #"["a","b",[],{}]"#), (.json, #"{"object":"a","method":"b"}"#),
            (.json, #"{"object":"a","method":"b","params":{}}"#), (.serpent, "{'object':'a','method':'b','params':()}"),
            (.marshal, "z"),
        ] as [(PyroSerializer, String)])
    func `what is no call is refused`(serializer: PyroSerializer, text: String) {
        #expect(throws: PyroDataError.self) { try PyroCall(payload: Array(text.utf8), serializer: serializer) }
    }

    @Test(arguments: [PyroSerializer.serpent, .json, .msgpack]) func `a batch carries its calls`(
        serializer: PyroSerializer
    ) throws {
        let calls = [Self.call, PyroCall(object: "board", method: "last")]
        let batch = PyroCall(object: "board", batch: calls)
        #expect(try PyroCall(payload: try batch.payload(serializer), serializer: serializer).calls == calls)
        #expect(Self.call.calls == nil)
    }

    @Test func `a batch as Pyro5's client sends it is read`() throws {
        let payload = "('a','<batch>',[('m',(1,),{}),('n',(),{'k':2})],None)"
        let calls = try PyroCall(payload: Array(payload.utf8), serializer: .serpent).calls
        #expect(
            calls?.map(\.method) == ["m", "n"] && calls?[0].arguments == [1] && calls?[1].keywords.first?.value == 2)
        for wrong in ["[1]", "[('m',())]", "[(1,(),{})]", "[('m',1,{})]"] {
            #expect(
                try PyroCall(payload: Array("('a','<batch>',\(wrong),None)".utf8), serializer: .serpent).calls == nil)
        }
    }

    @Test func `marshal calls are not written`() {
        #expect(throws: PyroDataError.self) { try Self.call.payload(.marshal) }
    }

    @Test(arguments: [PyroSerializer.serpent, .json, .msgpack]) func `a handshake goes both ways`(
        serializer: PyroSerializer
    ) throws {
        let connect = PyroConnect(handshake: ["token": "x"], object: "board")
        #expect(try PyroConnect(payload: try connect.payload(serializer), serializer: serializer) == connect)
        let answer = PyroConnected(metadata: PyroMetadata(methods: ["b", "a"], oneway: ["a"]))
        #expect(try PyroConnected(payload: try answer.payload(serializer), serializer: serializer) == answer)
        let short = PyroConnected(handshake: .none, metadata: nil)
        #expect(try PyroConnected(payload: try short.payload(serializer), serializer: serializer) == short)
    }

    @Test func `metadata are written in order, an empty set as an empty tuple`() throws {
        let answer = PyroConnected(metadata: PyroMetadata(methods: ["b", "a"]))
        let text =
            "# serpent utf-8 python3.2\n{'handshake':'hello','meta':{'methods':{'a','b'},'oneway':(),'attrs':()}}"
        #expect(try answer.payload(.serpent) == Array(text.utf8))
    }

    @Test(arguments: [
        "1", "{'handshake':1}", "{'object':1}", "{'meta':1}", "{'meta':{'methods':1,'oneway':(),'attrs':()}}",
    ])
    func `what is no handshake is refused`(text: String) {
        #expect(throws: PyroDataError.self) { try PyroConnect(payload: Array(text.utf8), serializer: .serpent) }
        if !text.contains("handshake"), !text.contains("object") {
            #expect(throws: PyroDataError.self) { try PyroConnected(payload: Array(text.utf8), serializer: .serpent) }
        }
    }

    @Test func `an exception as Pyro5's daemon sends it is read`() throws {
        let text =
            "{'__class__':'builtins.ValueError','__exception__':True,'args':('bad value',42),'attributes':{'_pyroTraceback':['Traceback\\n','x\\n'],'code':7}}"
        let exception = try #require(PyroException(try PyroSerializer.serpent.decode(text)))
        #expect(
            exception.className == "builtins.ValueError" && exception.name == "ValueError"
                && exception.arguments == ["bad value", 42])
        #expect(
            exception.traceback == ["Traceback\n", "x\n"] && exception.attributes == [PyroEntry(key: "code", value: 7)])
        #expect(exception.message == "('bad value',42)" && exception.description == "ValueError: ('bad value',42)")
        #expect(PyroException(exception.value()) == exception)
        #expect(PyroException(exception.wrapped()) == exception)
        #expect(
            PyroException.builtin("KeyError", "x").description == "KeyError: x"
                && PyroException.stopIteration.description == "StopIteration")
    }

    @Test(
        arguments: [
            .none, "text", [:], ["__class__": "builtins.ValueError"], ["__class__": "a.B", "args": []],
            ["__class__": "builtins.ValueError", "args": []],
            ["__class__": "Pyro5.core._ExceptionWrapper"],
        ] as [PyroValue])
    func `what is no exception is none`(value: PyroValue) {
        #expect(PyroException(value) == nil)
        #expect(PyroException(["__class__": "Pyro5.errors.NamingError", "args": ["x"]]) == .pyro("NamingError", "x"))
    }

    @Test func `a batch's results end with its exception`() throws {
        let failure = PyroException.builtin("ValueError", "x")
        let results = try #require(PyroException.batchResults([1, 2, failure.wrapped()]))
        #expect(results.values == [1, 2] && results.failure == failure)
        #expect(try #require(PyroException.batchResults(.tuple([1]))).failure == nil)
        #expect(PyroException.batchResults(1) == nil)
    }
}
