/// The characters of a method's name (XML-RPC specification, "Payload format").
enum MethodName {
    /// `A-Z a-z 0-9 _ . : /`, at least one.
    static func isValid(_ name: some Sequence<UInt8>) -> Bool {
        var isEmpty = true
        for byte in name {
            isEmpty = false
            switch byte {
            case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"):
                continue
            default: return false
            }
        }
        return !isEmpty
    }
}
