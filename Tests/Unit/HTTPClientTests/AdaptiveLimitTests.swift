import HTTPClient
import Testing

/// How many requests at a time a service gets, by what came of those before.
@Suite struct AdaptiveLimitTests {
    private func limit(
        most: Int, after outcomes: [AdaptiveLimit.Outcome]
    ) -> AdaptiveLimit {
        var limit = AdaptiveLimit(most: most)
        for outcome in outcomes { limit.take(outcome, ofRequestSentIn: limit.now) }
        return limit
    }

    @Test func `it starts with all that is allowed, and never goes above`() {
        #expect(AdaptiveLimit(most: 16).count == 16)
        #expect(limit(most: 16, after: Array(repeating: .answered, count: 100)).count == 16)
        #expect(AdaptiveLimit(most: 0).count == 1)
    }

    @Test(arguments: [(1, 8), (2, 4), (3, 2), (4, 1), (50, 1)])
    func `each slow-down halves it, down to one`(times: Int, count: Int) {
        let overloads = [AdaptiveLimit.Outcome](repeating: .overloaded, count: times)
        #expect(limit(most: 16, after: overloads).count == count)
    }

    @Test func `requests that were under way together slow it down once`() {
        var limit = AdaptiveLimit(most: 16)
        let sent = limit.now
        for _ in 0..<16 { limit.take(.overloaded, ofRequestSentIn: sent) }
        #expect(limit.count == 8)
        limit.take(.overloaded, ofRequestSentIn: limit.now)
        #expect(limit.count == 4)
    }

    /// One more for every round of as many requests as are allowed.
    @Test func `it grows by one for each round of answers, back to the most`() {
        var limit = limit(most: 16, after: [.overloaded, .overloaded])
        var counts: [Int] = []
        while limit.count < 16, counts.count < 100 {
            for _ in 0...limit.count { limit.take(.answered, ofRequestSentIn: limit.now) }
            counts.append(limit.count)
        }
        #expect(counts == Array(5...16))
    }

    @Test func `what says nothing about the service changes nothing`() {
        let slow = limit(most: 16, after: [.overloaded])
        var same = slow
        same.take(.unknown, ofRequestSentIn: same.now)
        #expect(same == slow)
    }
}
