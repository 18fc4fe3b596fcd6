/// A text taken apart into what stands for itself and the expressions of its templates.
///
/// Source: dvc-compat 3.6; `KEYCRE` in DVC 3.67 `parsing/interpolate.py`.
struct TemplateText {
    enum Piece: Equatable {
        case literal(ArraySlice<UInt8>)
        /// What stands between `${` and the next `}`.
        case expression(String)
    }

    private(set) var pieces: [Piece] = []

    /// The one expression that the whole text is; its value keeps its type.
    var onlyExpression: String? {
        if pieces.count == 1, case .expression(let expression) = pieces[0] {
            expression
        } else {
            nil
        }
    }

    var hasExpressions: Bool {
        pieces.contains { if case .expression = $0 { true } else { false } }
    }

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var literalStart = 0
        var position = 0
        while let dollar = bytes[position...].firstIndex(of: UInt8(ascii: "$")) {
            position = dollar + 1
            let isOpening =
                position < bytes.count && bytes[position] == UInt8(ascii: "{")
                && (dollar == 0 || bytes[dollar - 1] != UInt8(ascii: "\\"))
            guard isOpening else { continue }
            // Python's `.` stops at the end of a line; nothing before that can be a template.
            let end = bytes[position...].firstIndex {
                $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n")
            }
            guard let end else { break }
            guard bytes[end] == UInt8(ascii: "}") else {
                position = end
                continue
            }
            if dollar > literalStart { pieces.append(.literal(bytes[literalStart..<dollar])) }
            pieces.append(
                .expression(String(decoding: bytes[(position + 1)..<end], as: UTF8.self)))
            literalStart = end + 1
            position = literalStart
        }
        if literalStart < bytes.count { pieces.append(.literal(bytes[literalStart...])) }
    }
}

extension String {
    /// Whether DVC would replace a part of this text: `${...}` without a backslash before it.
    var hasTemplate: Bool {
        utf8.contains(UInt8(ascii: "$")) && TemplateText(self).hasExpressions
    }

    /// The text with every `\${` turned into the `${` that it stands for.
    var unescapingTemplates: String {
        guard utf8.contains(UInt8(ascii: "\\")) else { return self }
        var result: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.starts(with: "${".utf8) { continue }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
