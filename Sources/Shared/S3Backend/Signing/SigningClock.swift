internal import Basics

/// The time for signatures: this machine's, corrected once when a server says that it is wrong.
///
/// A server refuses what was signed more than a quarter of an hour away from its own time
/// (`RequestTimeTooSkewed`).
package final class SigningClock: Sendable {
    /// A time, and by how much it was corrected.
    package struct Reading: Sendable {
        package let time: AWSTime
        fileprivate let offset: Int64
    }

    private let systemTime: @Sendable () -> AWSTime
    /// In seconds; `nil` until a server's answer has set it.
    private let offset = Locked<Int64?>(nil)

    package init(systemTime: @escaping @Sendable () -> AWSTime) { self.systemTime = systemTime }

    /// The corrected time.
    package var now: Reading {
        let offset = offset.withLock { $0 ?? 0 }
        return Reading(
            time: AWSTime(secondsSince1970: systemTime().secondsSince1970 + offset), offset: offset)
    }

    /// Takes over the time of a server that refused what was signed at `reading`.
    ///
    /// Returns whether it makes sense to sign again: another request may have corrected the clock
    /// since, but what was signed with the corrected time is not tried a third time.
    package func correct(to serverTime: AWSTime, afterRefusalOf reading: Reading) -> Bool {
        let difference = serverTime.secondsSince1970 - systemTime().secondsSince1970
        return offset.withLock { offset in
            guard let known = offset else {
                offset = difference
                return true
            }
            return known != reading.offset
        }
    }

    /// By how many seconds this machine's time was corrected, or `nil`; for a word of warning.
    package var correction: Int64? { offset.withLock { $0 } }
}
