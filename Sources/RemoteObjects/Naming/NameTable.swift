import PyroWire

/// The names of a name server, within their bounds.
struct NameTable {
    private(set) var records: [String: NameRecord] = [:]
    /// Of all names and records.
    private var bytes = 0
    private let limits: NameServerLimits

    init(_ limits: NameServerLimits) {
        self.limits = limits
    }

    subscript(_ name: String) -> NameRecord? { records[name] }

    /// Takes in a name, in place of what it had been.
    ///
    /// - Throws: a `NamingError` with the limit that it does not keep; then nothing is changed.
    mutating func set(_ name: String, to record: NameRecord) throws(PyroException) {
        try check("a name", name.utf8.count, limits.nameBytes)
        try check("a URI", record.text.utf8.count, limits.uriBytes)
        try check("metadata", record.metadataBytes, limits.metadataBytes)
        guard record.metadata.count <= limits.metadataEntries else {
            throw Self.limit("metadata have at most \(limits.metadataEntries) entries, these \(record.metadata.count)")
        }
        let old = records[name]
        guard old != nil || records.count < limits.names else {
            throw Self.limit("there are \(limits.names) names already; remove some")
        }
        let bytes = bytes + record.bytes + name.utf8.count - (old.map { $0.bytes + name.utf8.count } ?? 0)
        guard bytes <= limits.bytes else {
            throw Self.limit("all names together have \(limits.bytes) bytes already; remove some")
        }
        self.bytes = bytes
        records[name] = record
    }

    /// - Returns: `false` when it was not there.
    mutating func remove(_ name: String) -> Bool {
        guard let old = records.removeValue(forKey: name) else { return false }
        bytes -= old.bytes + name.utf8.count
        return true
    }

    /// The names that begin so; an empty text is no filter.
    func names(prefix: String) -> [String] {
        records.keys.filter { $0.hasBytePrefix(prefix) }
    }

    /// The names whose beginning a regular expression describes.
    ///
    /// - Throws: a `NamingError` for what is none, or takes too long.
    func names(regex: String) throws(PyroException) -> [String] {
        var pattern = try NamePattern(regex, limits)
        var names: [String] = []
        for name in records.keys where try pattern.matches(name) { names.append(name) }
        return names
    }

    /// What is told of these names.
    ///
    /// - Throws: a `NamingError` when it is more than one answer holds.
    func list(_ names: some Sequence<String>, withMetadata: Bool) throws(PyroException) -> PyroValue {
        var bytes = 0
        var entries: [PyroEntry] = []
        for name in names.sorted() {
            guard let record = records[name] else { continue }
            bytes += name.utf8.count + (withMetadata ? record.bytes : record.text.utf8.count)
            guard bytes <= limits.listedBytes else {
                throw Self.limit(
                    "one list has at most \(limits.listedBytes) bytes; ask with a longer prefix or a regex")
            }
            entries.append(PyroEntry(key: .string(name), value: record.listed(withMetadata: withMetadata)))
        }
        return .dict(entries)
    }

    private func check(_ what: String, _ bytes: Int, _ limit: Int) throws(PyroException) {
        guard bytes <= limit else { throw Self.limit("\(what) has at most \(limit) bytes, this has \(bytes)") }
    }

    private static func limit(_ reason: String) -> PyroException { .pyro("NamingError", reason) }
}

extension String {
    /// As Python's `startswith`: Swift's own takes a letter and its accent for one.
    fileprivate func hasBytePrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}
