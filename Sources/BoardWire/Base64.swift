import FoundationEssentials

/// The base64 of RFC 4648, section 4, between bytes and bytes.
enum Base64 {
    /// - Throws: ``RequestError/badFormat`` when it is not base64.
    static func decode(_ field: ArraySlice<UInt8>) throws(RequestError) -> [UInt8] {
        if field.isEmpty { return [] }
        guard let data = Data(base64Encoded: Data(field)) else { throw .badFormat }
        return Array(data)
    }

    static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        if bytes.isEmpty { return }
        output.append(contentsOf: Data(bytes).base64EncodedData())
    }
}
