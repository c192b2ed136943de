import Foundation
import Yams

/// The configuration file: one YAML mapping from settings' names to values.
enum SettingsFile {
    /// Reads it.
    ///
    /// - Throws: ``SettingError`` naming the file, the line and the key.
    static func read(_ path: String) throws -> [Setting: (value: String, line: Int)] {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw SettingError("cannot read the configuration file \(path): \(error.localizedDescription)")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw SettingError("\(path) is not YAML: \(error)")
        }
        guard let root, !isEmpty(root) else { return [:] }
        guard case .mapping(let mapping) = root else {
            throw SettingError("\(path): expected lines of the form `key: value`")
        }
        var settings: [Setting: (value: String, line: Int)] = [:]
        for (key, value) in mapping {
            let line = key.mark?.line ?? 0
            guard let name = key.scalar?.string, let setting = Setting(rawValue: name) else {
                let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingError(
                    "\(path):\(line): unknown key \"\(key.scalar?.string ?? "?")\"; the keys are \(known)")
            }
            guard let scalar = value.scalar else {
                throw SettingError("\(path):\(line): \(name) takes one value")
            }
            guard settings.updateValue((scalar.string, line), forKey: setting) == nil else {
                throw SettingError("\(path):\(line): \(name) is given twice")
            }
        }
        return settings
    }

    /// A file of comments alone.
    private static func isEmpty(_ root: Node) -> Bool {
        root.scalar?.string.isEmpty == true
    }
}
