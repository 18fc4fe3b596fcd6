/// `bytes 0-99/1000`, with the end after the last byte.
package struct ContentRange: Equatable, Sendable {
    package let start: Int64
    package let end: Int64
    package let total: Int64

    package init?(_ text: String?) {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        // Byte by byte: each object that is downloaded has one.
        var bytes = text.utf8.dropFirst(6).makeIterator()
        func number(before end: UInt8?) -> Int64? {
            var number: Int64?
            while let byte = bytes.next(), byte != end {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, isTooLargeNow) =
                    tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                if isTooLarge || isTooLargeNow { return nil }
                number = sum
            }
            return number
        }
        guard let start = number(before: UInt8(ascii: "-")),
            let last = number(before: UInt8(ascii: "/")), let total = number(before: nil),
            last >= start, last < total
        else { return nil }
        (self.start, end, self.total) = (start, last + 1, total)
    }
}
