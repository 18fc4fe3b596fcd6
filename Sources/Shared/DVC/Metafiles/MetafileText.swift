internal import Basics
internal import Digests
internal import YAML

/// The text of a `.dvc` file whose outs get new data.
///
/// Source: `Stage.dumpd`, `to_single_stage_file` in DVC 3.67; observed.
package struct MetafileText {
    /// A new file for one out.
    ///
    /// Throws for a path that would be read back as another: DVC's way of writing loses some blanks.
    package static func new(_ out: RecordedOut) throws(MetafileError) -> [UInt8] {
        let bytes = writeYAML(.mapping([YAMLValue.Entry("outs", .sequence([out.entry]))]))
        let read = try? Metafile(bytes).outs.first?.location
        guard read == OutLocation(out.path, in: "") else {
            throw MetafileError(.badPath(key: "path", value: out.path), line: 1)
        }
        return bytes
    }

    /// The file with new data for some of its outs, everything else as it was; comments stay.
    ///
    /// `outs`: found by their places, whatever the file's `wdir` is; an out that the file does not have
    /// takes the place of all that it has, as with DVC. Throws ``MetafileError`` for a file that is none,
    /// or that cannot be changed without losing something.
    package static func updating(
        _ bytes: [UInt8], _ outs: [RecordedOut]
    ) throws(MetafileError) -> [UInt8] {
        // What DVC would refuse is not touched.
        _ = try Metafile(bytes)
        let state = try metafileRoot(of: bytes) { root throws(MetafileError) in
            Self.state(of: root, outs)
        }
        guard let state else { return try outs.first.map(new) ?? bytes }
        let updated: [UInt8]?
        do throws(YAMLError) {
            updated = try YAMLUpdate.apply(state, to: bytes)
        } catch {
            throw MetafileError(.yaml(error.reason), at: error.mark)
        }
        guard let updated else { throw MetafileError(.notUpdatable, line: 1) }
        return updated
    }

    /// What DVC would write: what it knows, less what says nothing.
    private static func state(of root: YAMLNode, _ outs: [RecordedOut]) -> YAMLValue {
        guard let mapping = root.mapping else { return YAMLValue(root) }
        let wdir = mapping["wdir"]?.string ?? ""
        let nodes = mapping["outs"]?.sequence ?? []
        let isKnown = outs.allSatisfy { out in
            nodes.contains { location(of: $0, in: wdir) == out.location }
        }
        var entries: [YAMLValue.Entry] = []
        var isFrozen = false
        for entry in mapping.entries {
            let key = entry.key.text
            switch key {
            case "frozen", "locked":
                isFrozen = isFrozen || !entry.value.isFalsy
                if key == "locked" || entry.value.isFalsy { continue }
            case "wdir":
                // A new out is written as seen from the file.
                if !isKnown || FilePath(wdir).normalized.isEmpty { continue }
            case "outs":
                let values = isKnown ? Self.outs(nodes, outs, in: wdir) : outs.map(\.entry)
                entries.append(YAMLValue.Entry(key, .sequence(values)))
                continue
            default: if entry.value.isFalsy { continue }
            }
            entries.append(YAMLValue.Entry(key, YAMLValue(entry.value)))
        }
        if isFrozen, !entries.contains(where: { $0.key == .string("frozen") }) {
            entries.append(YAMLValue.Entry("frozen", .boolean(true)))
        }
        if !entries.contains(where: { $0.key == .string("outs") }), let out = outs.first {
            entries.append(YAMLValue.Entry("outs", .sequence([out.entry])))
        }
        return .mapping(entries)
    }

    private static func location(of node: YAMLNode, in wdir: String) -> OutLocation? {
        node.mapping?["path"]?.string.map { OutLocation($0, in: wdir) }
    }

    private static func outs(
        _ nodes: [YAMLNode], _ outs: [RecordedOut], in wdir: String
    ) -> [YAMLValue] {
        nodes.map { node in
            state(ofOut: node, outs.first { $0.location == location(of: node, in: wdir) })
        }
    }

    private static func state(ofOut node: YAMLNode, _ out: RecordedOut?) -> YAMLValue {
        guard let mapping = node.mapping else { return YAMLValue(node) }
        var entries: [YAMLValue.Entry] = []
        for entry in mapping.entries {
            let value = YAMLValue(entry.value)
            switch (entry.key.text, value) {
            // What is so anyway is not said.
            case ("cache", .boolean(true)), ("push", .boolean(true)), ("persist", .boolean(false)),
                ("isexec", .boolean(false)):
                continue
            case ("desc", _), ("type", _), ("labels", _), ("meta", _), ("remote", _):
                if entry.value.isFalsy { continue }
            case ("md5", _), ("size", _), ("nfiles", _), ("isexec", _), ("etag", _),
                ("checksum", _),
                ("version_id", _), ("cloud", _), ("files", _):
                guard let out else { break }
                guard let new = out.dataEntries.first(where: { $0.key == .string(entry.key.text) })
                else { continue }
                entries.append(new)
                continue
            case ("hash", _): if out?.oid.scheme == .md5DosToUnix { continue }
            case ("path", .string(let path)) where !path.hasURLScheme:
                let normalized = FilePath(path).normalized.string
                // As Python's `normpath` writes the directory itself.
                entries.append(
                    YAMLValue.Entry("path", .string(normalized.isEmpty ? "." : normalized)))
                continue
            default: break
            }
            entries.append(YAMLValue.Entry(YAMLValue(entry.key), value))
        }
        guard let out else { return .mapping(entries) }
        var added = out.dataEntries
        if out.oid.scheme == .md5 { added.append(YAMLValue.Entry("hash", .string("md5"))) }
        for entry in added where !entries.contains(where: { $0.key == entry.key }) {
            entries.append(entry)
        }
        return .mapping(entries)
    }
}
