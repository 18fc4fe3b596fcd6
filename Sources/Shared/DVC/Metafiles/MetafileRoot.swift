internal import YAML

/// The top-level mapping of a metafile, or `nil` for a file that holds nothing.
///
/// DVC takes every "falsy" document (`null`, `[]`, `''`) for an empty file.
///
/// Source: dvc-compat 3.1; `parse_yaml` in DVC 3.67 `utils/serialize/_yaml.py`.
func metafileRoot<Contents>(
    of bytes: [UInt8], reading: (YAMLNode) throws(MetafileError) -> Contents
) throws(MetafileError) -> Contents? {
    do {
        guard let root = try yamlRoot(of: bytes), !root.isFalsy else { return nil }
        return try reading(root)
    } catch {
        // Looked for only now: the markers are no error in themselves, say inside of a string.
        guard let line = conflictMarkerLine(in: bytes) else { throw error }
        throw MetafileError(.conflictMarkers, line: line)
    }
}

private func yamlRoot(of bytes: [UInt8]) throws(MetafileError) -> YAMLNode? {
    do {
        return try parseYAML(bytes)
    } catch {
        throw MetafileError(.yaml(error.reason), at: error.mark)
    }
}

/// The first line that starts with `<<<<<<< `.
private func conflictMarkerLine(in bytes: [UInt8]) -> Int? {
    let marker = Array("<<<<<<< ".utf8)
    var line = 1
    var start = bytes.startIndex
    while start < bytes.endIndex {
        if bytes[start...].starts(with: marker) { return line }
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        start = end + 1
        line += 1
    }
    return nil
}
