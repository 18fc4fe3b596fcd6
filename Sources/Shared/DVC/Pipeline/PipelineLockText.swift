internal import YAML

/// The text of a `dvc.lock` in which stages get new entries.
///
/// Source: `Lockfile.dump_stages` in DVC 3.67 `dvcfile.py`.
package struct PipelineLockText {
    package let bytes: [UInt8]
    /// Whether there was nothing before.
    package let isNew: Bool
    /// Whether any entry has become another.
    package let isModified: Bool

    /// The file with the records in the places of the entries that it has, new ones last.
    ///
    /// `old`: `nil` where there is no file. Throws ``MetafileError`` for a file that is none, or that
    /// cannot be changed without losing something.
    package init(
        updating old: [UInt8]?, with records: [StageRecord]
    ) throws(MetafileError) {
        // What DVC would refuse is not touched.
        _ = try PipelineLock(old ?? [])
        let known = try metafileRoot(of: old ?? []) { root throws(MetafileError) in
            guard root.mapping?["schema"] != nil else {
                throw MetafileError(.lockSchema(.missing), at: root.mark)
            }
            return YAMLValue(root)
        }
        isNew = known == nil
        var root = known?.entries ?? [YAMLValue.Entry("schema", .string("2.0"))]
        let place = root.firstIndex { $0.key == .string("stages") } ?? root.count
        if place == root.count { root.append(YAMLValue.Entry("stages", .mapping([]))) }
        var stages = root[place].value.entries ?? []
        var isModified = false
        for record in records {
            if let index = stages.firstIndex(where: { $0.key == .string(record.name) }) {
                if record.isUnchanged { continue }
                isModified = isModified || stages[index].value != record.entry
                stages[index].value = record.entry
            } else {
                isModified = true
                stages.append(YAMLValue.Entry(record.name, record.entry))
            }
        }
        self.isModified = isModified
        root[place].value = .mapping(stages)
        guard let old, let known, writeYAML(known) != old else {
            bytes = writeYAML(.mapping(root))
            return
        }
        bytes = try Self.edited(old, to: .mapping(root))
    }

    /// One that people changed keeps what they wrote.
    private static func edited(
        _ old: [UInt8], to value: YAMLValue
    ) throws(MetafileError) -> [UInt8] {
        let new: [UInt8]?
        do throws(YAMLError) {
            new = try YAMLUpdate.apply(value, to: old)
        } catch {
            throw MetafileError(.yaml(error.reason), at: error.mark)
        }
        guard let new else { throw MetafileError(.notUpdatable, line: 1) }
        return new
    }
}

extension YAMLValue {
    fileprivate var entries: [Entry]? {
        if case .mapping(let entries) = self { entries } else { nil }
    }
}
