import ArgumentParser

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every setting of a server, its value, and where the value came from.",
        discussion:
            "Takes the same flags as serve, and reads the same file and environment. What it prints is a valid file.")

    @OptionGroup var flags: SettingFlags

    func run() throws {
        let settings = try flags.settings()
        _ = try ServerConfiguration(settings)
        let lines = Setting.allCases.map { setting in
            ("\(setting.rawValue): \(yaml(settings[setting].value))", settings[setting].source)
        }
        let width = lines.map(\.0.count).max() ?? 0
        for (line, source) in lines {
            output(line: line + String(repeating: " ", count: width - line.count) + "  # \(source)")
        }
    }

    private func yaml(_ value: String) -> String {
        let isPlain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-:~".contains($0)) }
        return isPlain && !value.isEmpty
            ? value : "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
