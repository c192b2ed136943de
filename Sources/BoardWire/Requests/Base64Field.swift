import Base64

extension Base64 {
    /// The bytes of a request's field.
    ///
    /// - Throws: ``RequestError/badFormat`` when it is not base64, or not padded.
    static func field(
        _ field: ArraySlice<UInt8>, _ strictness: Strictness = .alphabetOnly
    ) throws(RequestError) -> [UInt8] {
        guard let bytes = decode(field, strictness) else { throw .badFormat }
        return bytes
    }
}
