/// How many requests to a service may be under way at once: half as many each time it says that it
/// is overloaded, then slowly more again ("additive increase, multiplicative decrease").
///
/// Pure: what the outcomes are, and who waits, is elsewhere.
package struct AdaptiveLimit: Equatable, Sendable {
    /// What is never exceeded.
    package let most: Int
    private var allowed: Double
    private var period = 0

    /// When a request was sent, as far as this is concerned: before or after a slow-down.
    package struct Period: Equatable, Sendable {
        fileprivate let number: Int
    }

    package enum Outcome: Equatable, Sendable {
        /// An answer that says nothing of overload.
        case answered
        /// `429`, `503`, or none in time.
        case overloaded
        /// Says nothing about the service: cancelled, or no connection at all.
        case unknown
    }

    /// `most`: at least one.
    package init(most: Int) {
        self.most = max(1, most)
        allowed = Double(self.most)
    }

    /// How many may be under way now; at least one.
    package var count: Int { max(1, Int(allowed)) }

    /// To be kept with a request that starts now.
    package var now: Period { Period(number: period) }

    /// Learns from the outcome of a request.
    ///
    /// Those that were sent before the last slow-down complain about what has been changed since.
    package mutating func take(_ outcome: Outcome, ofRequestSentIn sent: Period) {
        switch outcome {
        case .answered: allowed = min(Double(most), allowed + 1 / allowed)
        case .overloaded where sent.number == period:
            allowed = max(1, allowed / 2)
            period += 1
        case .overloaded, .unknown: break
        }
    }
}
