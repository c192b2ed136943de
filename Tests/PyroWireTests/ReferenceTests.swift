import PyroWire
import Testing

/// Section 10 of the protocol: URIs and proxies, as text and as values.
struct ReferenceTests {
    @Test(
        arguments: [
            ("PYRO:board@127.0.0.1:5000", PyroURI(object: "board", host: "127.0.0.1", port: 5000)),
            ("pyro:a.b-c_9@host:1", PyroURI(object: "a.b-c_9", host: "host", port: 1)),
            ("PYRO:obj@[::1]:80", PyroURI(object: "obj", host: "::1", port: 80)),
            ("PYRO:obj@[fe80::1%2]:80", PyroURI(object: "obj", host: "fe80::1%2", port: 80)),
            ("PYRO:obj@./u:/tmp/sock", PyroURI(object: "obj", location: .socket("/tmp/sock"))),
            ("PYRONAME:chat", PyroURI(.name, object: "chat", location: nil)),
            ("PYRONAME:chat@host", PyroURI(.name, object: "chat", location: .host("host", port: 9090))),
            ("PYRONAME:chat@[::1]", PyroURI(.name, object: "chat", location: .host("::1", port: 9090))),
            ("PYROMETA:a,b@host:9", PyroURI(.metadata, object: "a,b", location: .host("host", port: 9))),
            ("PyroMeta:a", PyroURI(.metadata, object: "a", location: nil)),
            ("PYRONAME:a@", PyroURI(.name, object: "a@", location: nil)),
            ("PYRO:@b@c:1", PyroURI(object: "@b", host: "c", port: 1)),
        ] as [(String, PyroURI)])
    func `a URI is read`(text: String, uri: PyroURI) {
        #expect(PyroURI(text) == uri)
        #expect(PyroURI(uri.description) == uri)
        #expect(PyroURI(uri.value()) == uri)
        #expect(PyroURI(PyroValue.string(text)) == uri)
    }

    @Test(arguments: [
        "", "PYRO", "PYRO:", "PYRO:a", "PYRO:a@", "PYRO:a@host", "PYRO:a@host:x", "PYRO:a@host:70000", "PYRO:a@host:-1",
        "PYRO:a b@host:1", "PYROX:a@host:1",
        "HTTP:a@host:1", "PYRO:a@./u:", "PYRO:a@./u:a:b", "PYRO:a@[[::1]]:1", "PYRO:a@[::1", "PYRO:a@[host]:1",
        "PYRO:a@[::1]x1", "PYRO:@", "PYRONAME:",
        "PYRONAME:a@:1", "PYRO:a@host\n:1",
    ])
    func `what is no URI is none`(text: String) {
        #expect(PyroURI(text) == nil)
    }

    @Test func `a URI goes as Pyro5 sends it`() throws {
        let uri = PyroURI(object: "board", host: "127.0.0.1", port: 5000)
        #expect(
            try literal(uri.value()) == "{'__class__':'Pyro5.core.URI','state':('PYRO','board',None,'127.0.0.1',5000)}")
        let meta = try #require(PyroURI("PYROMETA:b,a"))
        #expect(
            try literal(meta.value()) == "{'__class__':'Pyro5.core.URI','state':('PYROMETA',{'b','a'},None,None,None)}")
    }

    @Test(arguments: [
        "1", "{}", "{'__class__':'Pyro5.core.URI','state':('PYRO','a',None,'h')}",
        "{'__class__':'Pyro5.core.URI','state':('X','a',None,'h',1)}",
        "{'__class__':'Pyro5.core.URI','state':('PYRO','a','s','h',1)}",
        "{'__class__':'Pyro5.core.URI','state':('PYRO','a',None,'h',-1)}",
        "{'__class__':'Pyro5.client.Proxy','state':('PYRO','a',None,'h',1)}",
    ])
    func `what is no URI's value is none`(text: String) throws {
        #expect(PyroURI(try PyroSerializer.serpent.decode(text)) == nil)
    }

    @Test func `a proxy goes and comes as Pyro5 sends it`() throws {
        let text = "{'__class__':'Pyro5.client.Proxy','state':('PYRO:id@host:1',('o',),('m','n'),(),'hello',None)}"
        let reference = PyroReference(
            uri: PyroURI(object: "id", host: "host", port: 1),
            metadata: PyroMetadata(methods: ["n", "m"], oneway: ["o"]))
        #expect(try literal(reference.value()) == text)
        for serializer in [PyroSerializer.serpent, .json, .msgpack] {
            #expect(PyroReference(try serializer.decode(try serializer.encode(reference.value()))) == reference)
        }
        var other = reference
        other.serializer = .json
        #expect(PyroReference(other.value()) == other)
        #expect(PyroReference(["__class__": "Pyro5.client.Proxy", "state": .tuple([])]) == nil)
    }
}
