package import Basics
internal import Digests
internal import YAML

/// What a stage of a `dvc.yaml` reads and makes now: its entry in the `dvc.lock`.
///
/// Source: `to_single_stage_lockfile` in DVC 3.67 `stage/serialize.py`.
package struct StageRecord: Sendable {
    package let name: String
    let entry: YAMLValue
    /// Whether nothing has changed, so that an entry that is there stays as it is.
    package var isUnchanged = false
    /// What the run-cache keeps of this; `nil` for a stage whose outs it does not remember.
    ///
    /// Source: `_can_hash` in DVC 3.67 `stage/cache.py`.
    package let runCacheEntry: (bytes: [UInt8], name: RunCacheEntry)?

    /// The entry of a stage.
    ///
    /// `inputs`, `outs`: under the paths of ``Stage/inputPaths`` and ``Stage/outPaths``.
    /// `nil` for what is no stage of a `dvc.yaml`.
    package init?(
        _ stage: Stage, inputs: [RecordedOut], parameters: [ParameterValues], outs: [RecordedOut]
    ) {
        guard let definition = stage.definition else { return nil }
        name = definition.name
        var entries = [YAMLValue.Entry("cmd", YAMLValue(definition.settings.command))]
        func add(_ key: String, _ list: [RecordedOut]) {
            guard !list.isEmpty else { return }
            let sorted = list.sorted { $0.path.isBefore($1.path) }
            entries.append(YAMLValue.Entry(key, .sequence(sorted.map(\.lockEntry))))
        }
        add("deps", inputs)
        if !parameters.isEmpty {
            // The usual file first.
            let sorted = parameters.sorted { left, right in
                if left.isUsual != right.isUsual { return left.isUsual }
                return left.file.isBefore(right.file)
            }
            entries.append(
                YAMLValue.Entry(
                    "params", .mapping(sorted.map { YAMLValue.Entry($0.file, $0.value) })))
        }
        add("outs", outs)
        entry = .mapping(entries)
        let isRemembered =
            !stage.state.isAlwaysChanged && !definition.settings.command.isFalsy
            && !(inputs.isEmpty && parameters.isEmpty) && !outs.isEmpty
            && !parameters.contains { $0.value == .mapping([]) }
            && !definition.outs.contains(where: \.flags.isPersistent)
        let bytes = writeYAML(entry)
        let names = isRemembered ? try? RunCacheEntry(parsing: bytes) : nil
        runCacheEntry = names.map { (bytes, $0) }
    }
}

extension Stage {
    /// The paths of dependencies as they stand in the `dvc.yaml`, in the order of the inputs.
    package var inputPaths: [String] { definition?.settings.dependencies ?? [] }
    /// The paths of outs as they stand in the `dvc.yaml`, in the order of the outs.
    package var outPaths: [String] { definition?.outs.map(\.path) ?? [] }
    /// The files of parameters as they stand in the `dvc.yaml`, in the order of the inputs.
    package var parameterPaths: [String] { definition?.settings.parameters.map(\.file) ?? [] }
}

/// The values that a stage reads from one file now.
package struct ParameterValues: Sendable {
    /// As it stands in the `dvc.yaml`.
    let file: String
    let value: YAMLValue

    var isUsual: Bool { file == "params.yaml" }
}

extension ParameterDependency {
    /// The values that the file has now.
    ///
    /// `bytes`: the file's content. `path`: its name says what kind of file it is. `written`: as the
    /// `dvc.yaml` names it. Throws ``ParameterFileError``, also for a value that has no place in YAML.
    ///
    /// Source: `ParamsDependency.get_hash` in DVC 3.67 `dependency/param.py`.
    package func values(
        in bytes: [UInt8], named path: FilePath, as written: String
    ) throws(ParameterFileError) -> ParameterValues {
        let file = try parameterFile(bytes, named: path, keepingKeys: true)
        var actual = ParameterMap()
        if names.isEmpty {
            guard case .map(let map) = file else {
                throw ParameterFileError(problem: "it holds \(file.kind), not a map", line: nil)
            }
            actual = map
        }
        for name in names {
            guard let value = file.parameter(name) else {
                throw ParameterFileError(problem: "it has no '\(name)'", line: nil)
            }
            actual[name] = value
        }
        let sorted = actual.entries.sorted { $0.key.isBefore($1.key) }
        for entry in sorted {
            if let kind = entry.value.unsupportedPart {
                throw ParameterFileError(
                    problem: "'\(entry.key)' holds \(kind), which cannot be recorded", line: nil)
            }
        }
        return ParameterValues(
            file: written, value: .mapping(sorted.map { .init(.key($0.key), YAMLValue($0.value)) }))
    }
}

extension RecordedOut {
    /// Source: `_dumpd` in DVC 3.67 `stage/serialize.py`.
    fileprivate var lockEntry: YAMLValue {
        let scheme = oid.scheme == .md5 ? [YAMLValue.Entry("hash", .string("md5"))] : []
        return .mapping([YAMLValue.Entry("path", .string(path))] + scheme + dataEntries)
    }
}

extension YAMLValue {
    init(_ value: ParameterValue) {
        switch value {
        case .null, .bytes, .unsupported: self = .null
        case .boolean(let boolean): self = .boolean(boolean)
        case .integer(let digits): self = .number(digits)
        case .float(let number):
            let text = pythonDigits(number)
            self = .number(number.isNaN ? ".nan" : text.replacing("inf", with: ".inf"))
        case .string(let text): self = .string(text)
        case .list(let elements): self = .sequence(elements.map { YAMLValue($0) })
        case .map(let map):
            self = .mapping(map.entries.map { Entry(.key($0.key), YAMLValue($0.value)) })
        }
    }

    /// A key; what is no string is kept as a NUL and its text.
    fileprivate static func key(_ text: String) -> YAMLValue {
        text.utf8.first == 0
            ? YAMLValue(YAMLScalar(plain: String(text.unicodeScalars.dropFirst()))) : .string(text)
    }
}

extension String {
    /// Whether this comes first in Python's order: by code points, which is that of UTF-8.
    fileprivate func isBefore(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
