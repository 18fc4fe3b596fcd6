internal import Basics
internal import Digests
internal import YAML

/// The `md5` that DVC writes into the `.dvc` file of an import, by which it sees later edits.
///
/// Source: `compute_md5`, `get_dump` in DVC 3.67 `stage/utils.py`, `dict_md5` in `utils/__init__.py`:
/// the MD5 of what matters of the file as JSON.
enum StageChecksum {
    /// Whether the file says another MD5 than it has; one that is no import has none.
    static func isChanged(
        _ root: Fields, _ dependencies: [YAMLNode], isImport: Bool
    ) -> Bool {
        let written = root.mapping["md5"]?.scalar.flatMap { $0.value == .null ? nil : $0.text }
        guard isImport else { return written?.isEmpty == false }
        return written?.lowercased() != checksum(root, dependencies)
    }

    private static func checksum(_ root: Fields, _ dependencies: [YAMLNode]) -> String {
        var stage = ParameterMap()
        let wdir = FilePath(root.mapping["wdir"]?.string ?? "").normalized
        if !wdir.isEmpty { stage["wdir"] = .string(wdir.string) }
        stage["deps"] = .list(dependencies.map(dependency))
        stage["outs"] = .list((root.mapping["outs"]?.sequence ?? []).map(out))
        if root.mapping["always_changed"]?.scalar?.value == .boolean(true) {
            stage["always_changed"] = .boolean(true)
        }
        var text: [UInt8] = []
        ParameterValue.map(stage).appendJSON(to: &text)
        return objectID(of: text).description
    }

    private static func dependency(_ node: YAMLNode) -> ParameterValue {
        guard let mapping = node.mapping else { return .null }
        let kept: [String]? =
            mapping["db"] != nil ? ["db"] : mapping["repo"] != nil ? ["path", "repo"] : nil
        var entries = significant(mapping, only: kept)
        let isOutside =
            mapping["path"]?.string.map { OutLocation($0, in: "").isInside } == false
        if kept == nil, isOutside { entries["hash"] = .string("md5") }
        return .map(entries)
    }

    private static func out(_ node: YAMLNode) -> ParameterValue {
        .map(node.mapping.map { significant($0, only: nil) } ?? ParameterMap())
    }

    /// What is not what DVC would take for granted, or for a remark.
    private static func significant(_ mapping: YAMLMapping, only kept: [String]?) -> ParameterMap {
        var map = ParameterMap()
        for entry in mapping.entries where kept?.contains(entry.key.text) ?? true {
            let key = entry.key.text
            if insignificant.contains(key) { continue }
            let value = value(entry.value)
            let isUsual = ["cache", "push"].contains(key) ? value == .boolean(true) : value.isFalsy
            if isUsual { continue }
            map[key] = value
        }
        return map
    }

    private static func value(_ node: YAMLNode) -> ParameterValue {
        switch node.content {
        case .scalar(let scalar):
            if case .integer = scalar.value { return .string(scalar.text) }
            return ParameterValue(scalar)
        case .sequence(let elements): return .list(elements.map(value))
        case .mapping(let mapping): return .map(significant(mapping, only: nil))
        }
    }

    private static let insignificant: Set<String> = [
        "desc", "type", "labels", "meta", "locked", "frozen", "metric", "persist", "isexec", "size",
        "nfiles",
    ]
}

extension ParameterValue {
    /// Appends this as Python's `json.dumps(..., sort_keys=True)` writes it.
    fileprivate func appendJSON(to output: inout [UInt8]) {
        func appendString(_ text: String) {
            output.append(UInt8(ascii: "\""))
            DirectoryListing.appendEscaped(Array(text.utf8)[...], to: &output)
            output.append(UInt8(ascii: "\""))
        }
        switch self {
        case .boolean(let boolean): output += (boolean ? "true" : "false").utf8
        case .integer(let digits): output += digits.utf8
        case .float(let number): output += pythonDigits(number).utf8
        case .string(let text): appendString(text)
        case .list(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output += ", ".utf8 }
                element.appendJSON(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .map(let map):
            output.append(UInt8(ascii: "{"))
            let sorted = map.entries.sorted {
                $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
            }
            for (index, entry) in sorted.enumerated() {
                if index > 0 { output += ", ".utf8 }
                appendString(entry.key)
                output += ": ".utf8
                entry.value.appendJSON(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .null, .bytes, .unsupported: output += "null".utf8
        }
    }
}
