internal import Basics
internal import Planning

/// Experiments as rows, and what is known of them as columns.
///
/// Source: `tabulate` in DVC 3.67 `repo/experiments/show.py`, `TabularData` in `compare.py`.
package struct ExperimentTable: Sendable {
    package enum Kind: Sendable { case fixed, metrics, params, deps }

    package struct Column: Sendable {
        package let name: String
        package let kind: Kind
        package fileprivate(set) var cells: [String] = []
        /// Whether `--keep` names it.
        fileprivate var isKept = false
    }

    /// How values are written.
    package struct Style: Sendable {
        /// What stands where there is nothing.
        package var fill = "-"
        /// Digits of numbers that are not whole; `nil` for all.
        package var precision: Int? = 5
        /// Whether times are written in full.
        package var isISO = false
        package var sort: (name: String, isDescending: Bool)?

        package init() {}
    }

    package private(set) var columns: [Column]
    private let style: Style
    private var positions: [String: Int] = [:]

    /// Throws `UnknownColumn` for a column to sort by that is not there, or several times.
    package init(_ states: [ExperimentState], _ style: Style) throws(UnknownColumn) {
        self.style = style
        let fixed = ["Experiment", "rev", "typ", "Created", "parent", "State", "Executor"]
        let names = ColumnNames(states, besides: fixed)
        columns = fixed.map { Column(name: $0, kind: .fixed) }
        columns += names.metrics.map { Column(name: $0, kind: .metrics) }
        columns += names.params.map { Column(name: $0, kind: .params) }
        columns += names.deps.map { Column(name: $0, kind: .deps) }
        // Where two have one name, the last has the values, as in a map of Python.
        for (index, column) in columns.enumerated() { positions[column.name] = index }
        let order = try style.sort.map { sort throws(UnknownColumn) in
            (column: try names.column(named: sort.name), isDescending: sort.isDescending)
        }
        for baseline in states {
            append(baseline, ["rev": baseline.title, "typ": "baseline"], names)
            var ranges = baseline.experiments
            if let order {
                ranges = ranges.sorted(by: order.column, isDescending: order.isDescending)
            }
            for (index, range) in ranges.enumerated() {
                guard let tip = range.revisions.first else { continue }
                let isLast = index == ranges.count - 1
                var cells = [
                    "Experiment": tip.name ?? "", "rev": tip.shortRevision,
                    "typ": isLast ? "branch_base" : "branch_commit",
                ]
                cells["State"] = range.executor?.state.rawValue.firstCapitalized
                cells["Executor"] = range.executor?.name?.firstCapitalized
                append(tip, cells, names)
            }
        }
    }

    private mutating func append(
        _ state: ExperimentState, _ cells: [String: String], _ names: ColumnNames
    ) {
        var cells = cells
        cells["parent"] = ""
        cells["Experiment"] = cells["Experiment"] ?? ""
        if case .success(let data) = state.data {
            cells["Created"] = state.time.map { written(time: $0, isISO: style.isISO) }
            cells.merge(names.cells(of: data, style)) { $1 }
        }
        for index in columns.indices {
            let name = columns[index].name
            let cell = positions[name] == index ? cells[name] : nil
            columns[index].cells.append(cell ?? style.fill)
        }
    }

    // MARK: Columns

    package mutating func keep(where matches: (String) -> Bool) {
        for index in columns.indices where matches(columns[index].name) {
            columns[index].isKept = true
        }
    }

    package mutating func drop(where matches: (Column) -> Bool) {
        columns.removeAll { !$0.isKept && matches($0) }
    }

    /// Whether nothing stands in a column.
    package func isEmpty(_ column: Column) -> Bool { column.cells.allSatisfy { $0 == style.fill } }

    /// Joins name, id and kind of each row to what people read: `├── 1234567 [exp-1]`.
    package mutating func joinNames() {
        func cells(_ name: String) -> [String] {
            columns.first { $0.name == name }?.cells ?? []
        }
        let (names, ids, kinds) = (cells("Experiment"), cells("rev"), cells("typ"))
        guard let index = columns.firstIndex(where: { $0.name == "Experiment" }) else { return }
        for row in names.indices {
            let branch = ["branch_commit": "├── ", "branch_base": "└── "][kinds[row]] ?? ""
            let isPlain = branch.isEmpty || names[row].isEmpty
            columns[index].cells[row] =
                branch
                + (isPlain
                    ? (names[row].isEmpty ? ids[row] : names[row])
                    : "\(ids[row]) [\(names[row])]")
        }
        drop { ["rev", "typ", "parent"].contains($0.name) }
    }

    package var rowCount: Int { columns.first?.cells.count ?? 0 }
    package var rows: [[String]] { (0..<rowCount).map { row in columns.map { $0.cells[row] } } }
}

extension ExperimentState {
    fileprivate var title: String { name ?? shortRevision }

    fileprivate var shortRevision: String {
        revision == "workspace" ? revision : String(revision.prefix(7))
    }
}

extension String {
    /// As Python's `str.capitalize`, of ASCII.
    fileprivate var firstCapitalized: String { prefix(1).uppercased() + dropFirst().lowercased() }
}
