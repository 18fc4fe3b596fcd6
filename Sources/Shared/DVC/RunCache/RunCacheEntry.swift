internal import Digests
internal import YAML

/// What is wrong with a file of the run-cache.
package enum RunCacheFault: Error, Equatable, Sendable {
    /// No YAML map with the parts of a stage in `dvc.lock`.
    case unreadable
    /// The content does not give the name that the file has.
    case wrongName
}

/// One run of a stage as DVC remembers it: what a stage of `dvc.lock` says.
///
/// Source: DVC 3.67.1, `dvc/stage/cache.py` (dvc-compat 5), observed.
package struct RunCacheEntry: Equatable, Sendable {
    /// The name for what went into the run: command, dependencies, parameters and the outs' paths.
    package let key: String
    /// The name for all of it.
    package let value: String

    /// The largest entry that is looked at, in bytes: one has a few lines for each dependency and out.
    package static let maximumSize = 16 << 20

    /// Reads the content of an entry and computes the names that it must have.
    package init(parsing bytes: [UInt8]) throws(RunCacheFault) {
        guard let root = try? parseYAML(bytes), let stage = root.mapping, stage["cmd"] != nil,
            let outs = stage["outs"]?.sequence,
            stage.entries.allSatisfy({ ["cmd", "deps", "params", "outs"].contains($0.key.text) })
        else { throw .unreadable }
        let paths = outs.compactMap { $0.mapping?["path"]?.string }
        guard paths.count == outs.count else { throw .unreadable }

        let json = PythonJSON(leavingOut: ["size", "nfiles"])
        guard let text = json.text(of: root) else { throw .unreadable }
        value = sha256Hex(of: Array(text.utf8))
        let inputs = stage.entries.filter { $0.key.text != "outs" }.map { ($0.key.text, $0.value) }
        var fields: [(String, String)] = []
        for (name, node) in inputs {
            guard let text = json.text(of: node) else { throw .unreadable }
            fields.append((name, text))
        }
        fields.append(("outs", json.list(paths.map { json.quoted($0) })))
        key = sha256Hex(of: Array(json.map(fields).utf8))
    }

    /// Throws when the content is not that of the entry with this name.
    package static func verify(
        _ bytes: [UInt8], key: String, value: String
    ) throws(RunCacheFault) {
        let entry = try RunCacheEntry(parsing: bytes)
        guard entry.key == key, entry.value == value else { throw .wrongName }
    }
}
