internal import Basics

/// What a stage of a `dvc.yaml` says besides its outs, templates filled in.
struct StageSettings: Equatable, Sendable {
    /// The parameters that a stage reads from one file.
    struct Parameters: Equatable, Sendable {
        /// As written; relative to the `wdir` of the stage.
        let file: String
        /// Empty for the whole file.
        let names: [String]
    }

    /// A string, or a list of them.
    let command: ParameterValue
    /// As written; relative to the `wdir` of the stage.
    let dependencies: [String]
    let parameters: [Parameters]
    let isFrozen: Bool
    let isAlwaysChanged: Bool

    /// `entries`: what stands in the stage, whose types are checked.
    init(_ entries: ParameterMap) {
        command = entries["cmd"] ?? .null
        dependencies = entries["deps"]?.elements.compactMap(\.text) ?? []
        parameters = Self.merged(entries["params"]?.elements ?? [])
        isFrozen = entries["frozen"] == .boolean(true)
        isAlwaysChanged = entries["always_changed"] == .boolean(true)
    }

    /// The items of `params` by file; a file that stands anywhere without names is meant as a whole.
    ///
    /// Source: `_merge_params` in DVC 3.67 `dependency/__init__.py`.
    private static func merged(_ items: [ParameterValue]) -> [Parameters] {
        let usual = "params.yaml"
        var whole = ParameterMap()
        for case .map(let map) in items {
            for entry in map.entries where entry.value.isFalsy { whole[entry.key] = .null }
        }
        var files = ParameterMap()
        func add(_ names: [ParameterValue], of file: String) {
            files[file] = .list((files[file]?.elements ?? []) + names)
        }
        for item in items {
            switch item {
            case .string where !whole.has(usual): add([item], of: usual)
            case .map(let map):
                for entry in map.entries {
                    add(whole.has(entry.key) ? [] : entry.value.elements, of: entry.key)
                }
            default: break
            }
        }
        return files.entries.map { entry in
            Parameters(file: entry.key, names: entry.value.elements.compactMap(\.text))
        }
    }
}

extension ParameterValue {
    var elements: [ParameterValue] {
        if case .list(let elements) = self { elements } else { [] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
