/// The value of an option: text, or a list when it has commas outside of quotes.
package enum ConfigValue: Equatable, Sendable {
    case text(String)
    case list([String])
}

/// Cuts what follows the equals sign into a value and a comment, as ConfigObj does.
///
/// Source: ConfigObj 5.0.9, `_valueexp` and `_listvalueexp`; compared with it by random values.
struct ConfigValueParser {
    private typealias Text = ArraySlice<Unicode.Scalar>

    private let text: ArraySlice<Unicode.Scalar>
    /// Where no reading of the rest was found.
    ///
    /// Without it, quotes and commas in a bad order take time exponential in their number.
    private var deadEnds: Set<Int> = []
    private var depth = 0
    private var isTooLong = false

    /// Longer lists are refused, as reading one takes a stack frame per item.
    ///
    /// ConfigObj knows no limit, but no option of DVC has use for more than four items.
    private static let maximumItems = 100

    private init(_ text: ArraySlice<Unicode.Scalar>) { self.text = text }

    /// The value, or `nil` when its quotes or commas make no sense.
    static func parse(_ text: ArraySlice<Unicode.Scalar>) -> ConfigValue? {
        var parser = ConfigValueParser(text)
        if let (itemsEnd, last) = parser.items(from: text.startIndex) {
            // Only a comma behind the last item shows a list of one.
            guard itemsEnd > text.startIndex else {
                return last.map { .text($0.unquoted.string) }
            }
            guard var list = listItems(text[..<itemsEnd]) else { return nil }
            if let last, !last.isEmpty { list.append(last.unquoted.string) }
            return .list(list)
        }
        let isEmptyList = text.first == "," && text.isRest(text.startIndex + 1)
        return isEmptyList ? .list([]) : nil
    }

    /// Items that end in a comma, as many as possible, then a last one: where the items end, and
    /// the last one, if any.
    private mutating func items(from start: Int) -> (
        itemsEnd: Int, last: ArraySlice<Unicode.Scalar>?
    )? {
        guard !isTooLong, !deadEnds.contains(start) else { return nil }
        isTooLong = depth > Self.maximumItems
        depth += 1
        defer { depth -= 1 }
        for next in commas(from: start) {
            // The space behind a comma belongs to it, but a blank can also start an item.
            let afterSpace = text.skippingSpace(from: next)
            for itemStart in (next...afterSpace).reversed() {
                if let found = items(from: itemStart) { return found }
            }
        }
        guard !isTooLong else { return nil }
        if let last = lastItem(from: start) { return (start, last) }
        if text.isRest(start) { return (start, nil) }
        deadEnds.insert(start)
        return nil
    }

    /// The places behind each comma that can end an item which starts here, the nearest first.
    private func commas(from start: Int) -> [Int] {
        guard start < text.endIndex else { return [] }
        let first = text[start]
        var found: [Int] = []
        switch first {
        case "\"", "'":
            for end in text.indices where end > start && text[end] == first {
                let comma = text.skippingSpace(from: end + 1)
                if text.has(",", at: comma) { found.append(comma + 1) }
            }
        case ",", "#": break
        default:
            let end = text[(start + 1)...].firstIndex { $0 == "," || $0 == "#" } ?? text.endIndex
            if text.has(",", at: end) { found.append(end + 1) }
        }
        return found
    }

    private func lastItem(from start: Int) -> ArraySlice<Unicode.Scalar>? {
        // An empty item is one only where no comma is directly before it.
        let isAfterComma = start > text.startIndex && text[start - 1] == ","
        let empty = !isAfterComma && text.isRest(start) ? text[start..<start] : nil
        guard start < text.endIndex else { return empty }
        let first = text[start]
        switch first {
        case "\"", "'":
            return text.indices.first { $0 > start && text[$0] == first && text.isRest($0 + 1) }
                .map { text[start...$0] }
        case ",", "#": return empty
        default:
            guard !Text.isSpace(first) else { return empty }
            var end = start + 1
            while !text.isRest(end) {
                guard text[end] != "," else { return nil }
                end = max(end + 1, text.skippingSpace(from: end))  // one look per run of blanks
            }
            return text[start..<end]
        }
    }

    /// `_listvalueexp`: the items of text that is known to be items, each with a comma behind it;
    /// `nil` when one turns out to be empty.
    private static func listItems(_ text: ArraySlice<Unicode.Scalar>) -> [String]? {
        var items: [String] = []
        var start = text.startIndex
        while start < text.endIndex {
            guard let (end, comma) = listItem(in: text, from: start) else { break }
            guard end > start else { return nil }
            items.append(text[start..<end].unquoted.string)
            start = text.skippingSpace(from: comma + 1)
        }
        return items
    }

    private static func listItem(
        in text: ArraySlice<Unicode.Scalar>, from start: Int
    ) -> (end: Int, comma: Int)? {
        let first = text[start]
        if first == "\"" || first == "'" {
            for end in text.indices where end > start && text[end] == first {
                let comma = text.skippingSpace(from: end + 1)
                if text.has(",", at: comma) { return (end + 1, comma) }
            }
        }
        // Like `commas(from:)`, but anything goes: the text was matched before.
        let isPlain = first != "\"" && first != "'" && first != "," && first != "#"
        var end = isPlain ? start + 1 : start
        while end < text.endIndex {
            let comma = text.skippingSpace(from: end)
            if text.has(",", at: comma) { return (end, comma) }
            end = max(end + 1, comma)
        }
        return nil
    }
}
