/// `bytes 0-99/1000`, with the end after the last byte.
package struct ContentRange: Equatable, Sendable {
    package let start: Int64
    package let end: Int64
    package let total: Int64

    package init?(_ text: String?) {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "/" })
        guard numbers.count == 3, let start = Int64(numbers[0]), let last = Int64(numbers[1]),
            let total = Int64(numbers[2]), start >= 0, last >= start, last < total
        else { return nil }
        (self.start, end, self.total) = (start, last + 1, total)
    }
}
