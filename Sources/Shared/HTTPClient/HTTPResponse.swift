/// What a server answered; any status.
package struct HTTPResponse: Equatable, Sendable {
    package var status: Int
    package var headers: ResponseHeaders
    /// Empty when the body went to a file.
    package var body: [UInt8]
    /// How many bytes the body had, wherever they went.
    package var bodyCount: Int64

    package init(
        status: Int, headers: ResponseHeaders = ResponseHeaders(), body: [UInt8] = [],
        bodyCount: Int64? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.bodyCount = bodyCount ?? Int64(body.count)
    }

    /// The value of the first header with this name, in any case.
    package subscript(name: String) -> String? { headers[name] }

    /// How long the server wants to be left alone, from `Retry-After`: seconds, or a date.
    ///
    /// `now`: seconds since 1970, to which a date is compared.
    /// Source: RFC 9110, section 10.2.3.
    package func retryAfter(now: Int64) -> Duration? {
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(seconds) : nil }
        guard let date = HTTPDate(text) else { return nil }
        return .seconds(max(0, date.secondsSince1970 - now))
    }
}

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Source: RFC 9110, section 5.6.7; of the obsolete forms none is read.
package struct HTTPDate: Equatable, Sendable {
    package let secondsSince1970: Int64

    package init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "," || $0 == ":" }
        guard words.count == 8, words[7] == "GMT", let day = Int64(words[1]),
            let month = Self.months.firstIndex(of: String(words[2])), let year = Int64(words[3]),
            let hour = Int64(words[4]), let minute = Int64(words[5]), let second = Int64(words[6]),
            (1...31).contains(day), (1970...9999).contains(year), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        // The year is counted from March, so that the day that leap years add is its last.
        let shifted = month < 2 ? year - 1 : year
        let monthFromMarch = Int64((month + 10) % 12)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let days =
            shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        secondsSince1970 = ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
