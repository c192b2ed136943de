extension XMLRPCValue {
    /// Bytes as what carries them: a string when they are UTF-8 with no character that XML 1.0 leaves out (section 2.2),
    /// else base64.
    public static func text(_ bytes: [UInt8]) -> XMLRPCValue {
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(XMLText.isCarried) else {
            return .base64(bytes)
        }
        return .string(text)
    }
}
