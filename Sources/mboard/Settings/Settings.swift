/// The values of all settings, and where each came from: a flag, else the environment, else the file, else the default.
struct Settings {
    /// Where a value came from.
    enum Source: CustomStringConvertible {
        case flag
        case environment(variable: String)
        case file(path: String, line: Int)
        case standard

        var description: String {
            switch self {
            case .flag: "flag"
            case .environment(let variable): "environment (\(variable))"
            case .file(let path, let line): "file (\(path):\(line))"
            case .standard: "default"
            }
        }
    }

    private let values: [Setting: (value: String, source: Source)]

    /// Puts the sources together.
    ///
    /// - Throws: ``SettingError`` when the file cannot be used.
    init(flags: [Setting: String], file path: String?, environment: [String: String]) throws {
        let path = path ?? environment["MBOARD_CONFIG"]
        let file = try path.map(SettingsFile.read) ?? [:]
        var values: [Setting: (value: String, source: Source)] = [:]
        for setting in Setting.allCases {
            values[setting] =
                if let value = flags[setting] {
                    (value, .flag)
                } else if let value = environment[setting.variable] {
                    (value, .environment(variable: setting.variable))
                } else if let entry = file[setting] {
                    (entry.value, .file(path: path ?? "", line: entry.line))
                } else {
                    (setting.defaultValue(environment: environment), .standard)
                }
        }
        self.values = values
    }

    subscript(setting: Setting) -> (value: String, source: Source) {
        values[setting]!  // the initialiser gives every setting a value
    }

    /// The value as a whole number within bounds.
    func number(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(self[setting].value), range.contains(number) else {
            throw error(setting, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// What is wrong with a value.
    func error(_ setting: Setting, _ expected: String) -> SettingError {
        let (value, source) = self[setting]
        return SettingError("\(setting.rawValue) is \"\(value)\" (from \(source)), but has to be \(expected)")
    }
}
