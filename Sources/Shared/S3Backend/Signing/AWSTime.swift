/// A moment, in whole seconds, as AWS writes it.
package struct AWSTime: Comparable, Hashable, Sendable {
    package let secondsSince1970: Int64

    package init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    package static func < (left: AWSTime, right: AWSTime) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// `20150830T123600Z`, the form that signatures use; the first eight characters are the day.
    ///
    /// Years before 0 and after 9999 do not exist here.
    package var basicFormat: String {
        let days = secondsSince1970.dividedDown(by: 86_400)
        let seconds = secondsSince1970 - days * 86_400
        let (year, month, day) = Self.date(daysSince1970: days)
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(year, 4) + digits(month, 2) + digits(day, 2) + "T"
            + digits(seconds / 3600, 2) + digits(seconds / 60 % 60, 2) + digits(seconds % 60, 2)
            + "Z"
    }

    /// `2015-08-30T12:36:00Z`, the form of files.
    package var extendedFormat: String {
        let text = Array(basicFormat)
        func piece(_ range: Range<Int>) -> String { String(text[range]) }
        return "\(piece(0..<4))-\(piece(4..<6))-\(piece(6..<11)):\(piece(11..<13)):"
            + piece(13..<16)
    }

    /// Proleptic Gregorian calendar, whose years are counted from March here, so that the day which
    /// leap years add is the last one.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSince1970 + 719_468
        let era = days.dividedDown(by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension AWSTime {
    /// A moment in ISO 8601 with date and time: `2015-08-30T12:36:00Z`, the same with a fraction
    /// (which is cut), an offset (`+02:00`) or without any, which means UTC as `Z` does.
    ///
    /// A blank in place of the `T` and `UTC` in place of the `Z` are taken too: the SSO cache of old
    /// versions of the AWS CLI has them. `nil` for anything else.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        func number(_ count: Int, after separator: String = "") -> Int64? {
            if !separator.isEmpty {
                guard let next = rest.first, separator.utf8.contains(next) else { return nil }
                rest = rest.dropFirst()
            }
            let digits = rest.prefix(count)
            guard digits.count == count,
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
            rest = rest.dropFirst(count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        guard let year = number(4), let month = number(2, after: "-"),
            let day = number(2, after: "-"), let hour = number(2, after: "Tt "),
            let minute = number(2, after: ":"), let second = number(2, after: ":"),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(1 + digits.count)
        }
        var offset: Int64 = 0
        switch String(rest) {
        case "", "Z", "z", "UTC": break
        default:
            let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
            guard let hours = number(2, after: "+-"),
                let minutes = number(2, after: rest.first == UInt8(ascii: ":") ? ":" : ""),
                rest.isEmpty, hours < 24, minutes < 60
            else { return nil }
            offset = sign * (hours * 60 + minutes) * 60
        }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        self.init(
            secondsSince1970: ((days * 24 + hour) * 60 + minute) * 60 + second - offset)
    }

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return year * 365 + year.dividedDown(by: 4) - year.dividedDown(by: 100)
            + year.dividedDown(by: 400) + dayOfYear - 719_468
    }
}

extension Int64 {
    /// The quotient, rounded towards minus infinity.
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
