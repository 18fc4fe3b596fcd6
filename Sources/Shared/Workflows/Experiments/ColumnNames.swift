internal import Basics
internal import DVC
internal import Digests
internal import Planning

/// A column to sort by that is not there, or several times.
package struct UnknownColumn: UserFacingError {
    let name: String
    /// Those that are called so, with their files.
    let candidates: [String]

    package var summary: String {
        candidates.isEmpty
            ? "unknown sort column '\(name)'"
            : "ambiguous sort column '\(name)' matched '\(candidates.joined(separator: ", "))'"
    }
    package var advice: String? {
        candidates.isEmpty ? nil : "put the file before it, with a colon"
    }
}

/// The names of all values that states have, by file, in the order in which they come.
struct ColumnNames {
    /// Metrics, or parameters.
    private struct Group {
        var files: [String] = []
        var names: [String: [String]] = [:]
        private var known: [String: Set<String>] = [:]

        mutating func add(_ file: RevisionData.File) {
            guard case .success(let values) = file.values, let cells = values.cells else { return }
            let path = file.path.string
            if names.updateValue(names[path] ?? [], forKey: path) == nil { files.append(path) }
            for cell in cells where known[path, default: []].insert(cell.name).inserted {
                names[path]?.append(cell.name)
            }
        }
    }

    /// A value to sort by.
    struct Column: Hashable {
        let isMetric: Bool
        let file: String
        let name: String
    }

    private var groups = (metrics: Group(), params: Group())
    private(set) var deps: [String] = []
    private var counts: [String: Int] = [:]

    /// `fixed`: names that other columns have.
    init(_ states: [ExperimentState], besides fixed: [String]) {
        var deps: Set<String> = []
        for state in states {
            for one in [state] + state.experiments.flatMap(\.revisions) {
                guard case .success(let data) = one.data else { continue }
                for file in data.metrics { groups.metrics.add(file) }
                for file in data.parameters { groups.params.add(file) }
                deps.formUnion(data.dependencies.map(\.path.string))
            }
        }
        self.deps = deps.sorted {
            $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
        }
        let all = groups.metrics.names.merging(groups.params.names) { $1 }
        for name in all.values.flatMap(\.self) + fixed { counts[name, default: 0] += 1 }
    }

    var metrics: [String] { titles(groups.metrics) }
    var params: [String] { titles(groups.params) }

    private func titles(_ group: Group) -> [String] {
        group.files.flatMap { file in (group.names[file] ?? []).map { title($0, of: file) } }
    }

    /// A name alone, or with its file where several have it.
    private func title(_ name: String, of file: String) -> String {
        counts[name] == 1 ? name : "\(file):\(name)"
    }

    /// The cells of one state, by the titles of their columns.
    func cells(of data: RevisionData, _ style: ExperimentTable.Style) -> [String: String] {
        var cells: [String: String] = [:]
        for (group, files) in [(groups.metrics, data.metrics), (groups.params, data.parameters)] {
            for file in files {
                let path = file.path.string
                var values: [String: ShownValue] = [:]
                var missing = "!"
                if case .success(let shown) = file.values {
                    missing = style.fill
                    for cell in shown.cells ?? [] { values[cell.name] = cell.value }
                }
                for name in group.names[path] ?? [] {
                    cells[title(name, of: path)] =
                        values[name]?.text(precision: style.precision) ?? missing
                }
            }
        }
        for dependency in data.dependencies {
            cells[dependency.path.string] = dependency.hash?.description ?? style.fill
        }
        return cells
    }

    // MARK: Sorting

    /// The one value that a user means: `name`, or `file:name`.
    ///
    /// Source: `_sort_column` in DVC 3.67 `repo/experiments/show.py`.
    func column(named word: String) throws(UnknownColumn) -> Column {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        var found: Set<Column> = []
        for split in parts.indices {
            let file = parts[..<split].joined(separator: ":")
            let name = parts[split...].joined(separator: ":")
            found.formUnion(columns { $0 == file && $1 == name })
        }
        if found.isEmpty {
            let name = word.hasPrefix(":") ? String(word.dropFirst()) : word
            found = columns { $1 == name }
        }
        guard let column = found.first, found.count == 1 else {
            throw UnknownColumn(
                name: word, candidates: found.map { "\($0.file):\($0.name)" }.sorted())
        }
        return column
    }

    private func columns(_ isMeant: (String, String) -> Bool) -> Set<Column> {
        var found: Set<Column> = []
        for (group, isMetric) in [(groups.metrics, true), (groups.params, false)] {
            for (file, names) in group.names {
                for name in names where isMeant(file, name) {
                    found.insert(Column(isMetric: isMetric, file: file, name: name))
                }
            }
        }
        return found
    }
}

extension [ExperimentState.Range] {
    /// In the order of a value; those without it come after all others, or first when descending.
    ///
    /// Those between which there is no order stay as they were.
    func sorted(by column: ColumnNames.Column, isDescending: Bool) -> [Element] {
        let keyed = map { (range: $0, value: $0.value(of: column)) }
        func precedes(_ left: ShownValue?, _ right: ShownValue?) -> Bool {
            guard let left else { return false }
            guard let right else { return true }
            return left.precedes(right) ?? false
        }
        return keyed.enumerated().sorted { left, right in
            let (one, other) = (left.element.value, right.element.value)
            let isBefore = isDescending ? precedes(other, one) : precedes(one, other)
            let isAfter = isDescending ? precedes(one, other) : precedes(other, one)
            return isBefore || (!isAfter && left.offset < right.offset)
        }.map(\.element.range)
    }
}

extension ExperimentState.Range {
    fileprivate func value(of column: ColumnNames.Column) -> ShownValue? {
        guard case .success(let data)? = revisions.first?.data else { return nil }
        let files = column.isMetric ? data.metrics : data.parameters
        guard
            case .success(let values)? = files.first(where: { $0.path.string == column.file })?
                .values
        else { return nil }
        let value = values.cells?.first { $0.name == column.name }?.value
        return value?.isNull == true ? nil : value
    }
}
