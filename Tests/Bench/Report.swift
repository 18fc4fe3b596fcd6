import Basics

extension WorkResult {
    /// A line for every contender, then one for every bar.
    func print() {
        printResult("\n\(title)")
        let width = (measurements.map(\.name.count).max() ?? 0) + 2
        let heads = ["least", "median", "cpu", "peak", "rounds", "to ours"]
        printResult("  " + padded("", to: width) + heads.map { leading($0, to: 10) }.joined())
        for measurement in measurements where !measurement.costs.isEmpty {
            let cells = [
                text(measurement.wall), text(measurement.medianWall), text(measurement.cpu),
                "\(measurement.peakBytes >> 20) MiB", "\(measurement.costs.count)",
                "\(decimal(measurement.wall / (measurements[0].wall), digits: 2))x",
            ]
            printResult(
                "  " + padded(measurement.name, to: width)
                    + cells.map { leading($0, to: 10) }.joined())
        }
        for measurement in measurements {
            guard let count = requests[measurement.name] else { continue }
            printResult("  requests of \(measurement.name): \(count)")
        }
        for case let verdict? in bars.map(verdict) {
            let state = verdict.isMet ? "met" : "NOT MET"
            printResult("  bar: \(verdict.wanted): \(verdict.reached), \(state)")
        }
    }
}

/// All bars in one table.
func printSummary(_ results: [WorkResult]) {
    var rows = [["work", "ours", "bar", "reached", ""]]
    for result in results {
        for case let verdict? in result.bars.map(result.verdict) {
            rows.append([
                result.title, result.measurements.first.map { text($0.wall) } ?? "",
                verdict.wanted, verdict.reached, verdict.isMet ? "met" : "NOT MET",
            ])
        }
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    printResult("")
    for row in rows {
        let cells = zip(row, widths.dropLast() + [0]).map { padded($0, to: $1) }
        printResult(cells.joined(separator: "  "))
    }
}

// MARK: Text

/// A duration with about three digits.
private func text(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    return switch milliseconds {
    case ..<10: "\(decimal(milliseconds, digits: 2)) ms"
    case ..<1000: "\(decimal(milliseconds, digits: 0)) ms"
    default: "\(decimal(milliseconds / 1000, digits: 2)) s"
    }
}

/// A number with so many digits after the point.
func decimal(_ number: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((number * Double(scale)).rounded())
    guard digits > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % scale)"
    return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// The text with blanks after it.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// The text with blanks before it.
private func leading(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
