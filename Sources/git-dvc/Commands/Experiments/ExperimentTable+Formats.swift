import Basics
import Workflows

extension ExperimentTable {
    /// As Python's `csv` writes it.
    var csv: String {
        ([columns.map(\.name)] + rows).map { row in
            row.map(\.quotedCSV).joined(separator: ",") + "\r\n"
        }.joined()
    }

    /// As `tabulate` writes GitHub's tables.
    var markdown: String {
        let rows = rows.map { $0.map(\.onOneLine) }
        let names = columns.map(\.name.onOneLine)
        let widths = names.indices.map { index in
            ([names[index].columnCount + 2] + rows.map { $0[index].columnCount }).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            "| " + zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: " | ") + " |\n"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|")
        return line(names) + rule + "|\n" + rows.map(line).joined() + "\n"
    }

    /// For a terminal: lines above and below, numbers of metrics on the right.
    var text: String {
        let rows = rows.map { $0.map { printable($0.onOneLine) } }
        let names = columns.map { printable($0.name.onOneLine) }
        let widths = names.indices.map { index in
            ([names[index].columnCount] + rows.map { $0[index].columnCount }).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { index in
                cells[index].padded(to: widths[index], onLeft: columns[index].kind == .metrics)
            }
            return "  " + padded.joined(separator: "   ") + "  \n"
        }
        let width = widths.reduce(0) { $0 + $1 + 3 } - 1
        let rule = " " + String(repeating: "─", count: max(0, width)) + " \n"
        return rule + line(names) + rule + rows.map(line).joined() + rule
    }
}

extension String {
    /// Source: `QUOTE_MINIMAL` of Python's `csv`.
    fileprivate var quotedCSV: String {
        guard utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return self }
        return "\"" + replacing("\"", with: "\"\"") + "\""
    }

    fileprivate var onOneLine: String {
        let spaces: Set<Character> = ["\n", "\r", "\r\n", "\t", "\u{b}", "\u{c}"]
        guard contains(where: { spaces.contains($0) || $0 == " " }) else { return self }
        let text = map { spaces.contains($0) ? " " : $0 }.drop { $0 == " " }
        return String(String(text.reversed().drop { $0 == " " }.reversed()))
    }

    fileprivate func padded(to width: Int, onLeft: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - columnCount))
        return onLeft ? padding + self : self + padding
    }

    /// How many columns of a terminal it takes.
    fileprivate var columnCount: Int { unicodeScalars.reduce(0) { $0 + $1.columnCount } }
}

extension Unicode.Scalar {
    /// Two for what East Asian scripts and emoji take, none for what goes onto the character before.
    fileprivate var columnCount: Int {
        switch value {
        case 0x20..<0x300: return 1
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
            0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: break
        }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }
}
