internal import YAML

/// The text of a `dvc.yaml` or `dvc.lock` from which a stage is taken.
package enum PipelineText {
    /// The stage under this name in `dvc.yaml`.
    package enum Stage: Equatable, Sendable {
        /// One that stands there as it is.
        case plain
        /// One of a `foreach` or `matrix`, or with something in it to be filled in.
        case templated
    }

    /// How a stage stands in a `dvc.yaml`; `nil` when it does not.
    package static func stage(
        _ name: String, in bytes: [UInt8]
    ) throws(MetafileError) -> Stage? {
        try metafileRoot(of: bytes) { root throws(MetafileError) -> Stage? in
            let group = name.split(separator: "@").first.map { String($0) } ?? name
            guard let stages = root.mapping?["stages"]?.mapping,
                let node = stages[name] ?? stages[group]
            else { return nil }
            let isGroup = node.mapping?["foreach"] != nil || node.mapping?["matrix"] != nil
            return isGroup || holdsTemplate(node) ? .templated : .plain
        } ?? nil
    }

    private static func holdsTemplate(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar(let scalar): scalar.text.contains("${")
        case .sequence(let elements): elements.contains { holdsTemplate($0) }
        case .mapping(let mapping):
            mapping.entries.contains { $0.key.text.contains("${") || holdsTemplate($0.value) }
        }
    }

    /// The text without the stage; `nil` when nothing is left, and the file can go.
    ///
    /// DVC removes the file with its last stage, whatever else it says.
    package static func removing(
        _ name: String, from bytes: [UInt8]
    ) throws(MetafileError) -> [UInt8]? {
        let state =
            try metafileRoot(of: bytes) { root throws(MetafileError) -> YAMLValue? in
                guard case .mapping(var entries) = YAMLValue(root),
                    let index = entries.firstIndex(where: { $0.key == .string("stages") }),
                    case .mapping(let stages) = entries[index].value
                else { return YAMLValue(root) }
                let kept = stages.filter { $0.key != .string(name) }
                if kept.isEmpty {
                    entries.remove(at: index)
                    // `schema` says only how a lock file is written.
                    return entries.allSatisfy { $0.key == .string("schema") }
                        ? nil : .mapping(entries)
                }
                entries[index].value = .mapping(kept)
                return .mapping(entries)
            } ?? nil
        guard let state else { return nil }
        do throws(YAMLError) {
            guard let text = try YAMLUpdate.apply(state, to: bytes) else {
                throw YAMLError(.unsupportedTag(""), at: YAMLMark(line: 1, column: 1))
            }
            return text
        } catch {
            if case .unsupportedTag("") = error.reason {
                throw MetafileError(.notUpdatable, at: error.mark)
            }
            throw MetafileError(.yaml(error.reason), at: error.mark)
        }
    }
}
