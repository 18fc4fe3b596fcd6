import Basics
import HTTPClient
import Testing

/// Requests that line up before a service.
@Suite struct RequestGateTests {
    /// Time that passes when somebody sleeps, and only then.
    private final class Time: Sendable {
        private let start = ContinuousClock.now
        let slept = Locked<[Duration]>([])

        var now: ContinuousClock.Instant { slept.withLock { $0.reduce(start, +) } }
    }

    private let time = Time()

    private func gate(most: Int) -> RequestGate {
        var settings = RequestGate.Settings(most: most, systemTime: { 0 })
        settings.now = { [time] in time.now }
        settings.sleep = { [time] duration in time.slept.withLock { $0.append(duration) } }
        return RequestGate(settings)
    }

    private func answer(_ status: Int, retryAfter: String? = nil) -> HTTPResponse {
        let line = retryAfter.map { "Retry-After: \($0)\r\n" } ?? ""
        return HTTPResponse(status: status, headers: ResponseHeaders(Array(line.utf8)))
    }

    @discardableResult
    private func send(
        _ response: HTTPResponse, through gate: RequestGate
    ) async throws -> HTTPResponse {
        try await gate.pass {
            await Task.yield()
            return response
        }
    }

    @Test(arguments: [1, 3])
    func `no more than allowed are under way`(most: Int) async throws {
        let gate = gate(most: most)
        let counts = Locked((now: 0, most: 0, total: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    _ = try await gate.pass {
                        counts.withLock { counts in
                            counts.now += 1
                            counts.most = max(counts.most, counts.now)
                            counts.total += 1
                        }
                        for _ in 0..<5 { await Task.yield() }
                        counts.withLock { $0.now -= 1 }
                        return HTTPResponse(status: 200)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.withLock { $0.most } <= most)
        #expect(counts.withLock { $0.total } == 200)
    }

    @Test func `an overloaded service gets fewer at a time, and more again`() async throws {
        let gate = gate(most: 8)
        try await send(answer(503), through: gate)
        #expect(gate.limit == 4)
        try await send(answer(429), through: gate)
        #expect(gate.limit == 2)
        try await send(answer(404), through: gate)
        try await send(answer(500), through: gate)
        try await send(answer(200), through: gate)
        #expect(gate.limit == 3)
    }

    @Test(arguments: [
        (TransportError.Reason.stalled(.seconds(1)), 4), (.connectTimeout, 4),
        (.interrupted("reset"), 8), (.hostNotFound, 8),
    ])
    func `no answer in time is overload, another failure is not`(
        reason: TransportError.Reason, limit: Int
    ) async throws {
        let gate = gate(most: 8)
        await #expect(throws: TransportError.self) {
            _ = try await gate.pass {
                throw TransportError(host: "h", reason)
            }
        }
        #expect(gate.limit == limit)
    }

    @Test func `a pause that was asked for holds everybody back, once`() async throws {
        let gate = gate(most: 8)
        try await send(answer(503, retryAfter: "7"), through: gate)
        #expect(time.slept.withLock { $0 }.isEmpty)  // the one who got it waits elsewhere
        for _ in 0..<3 { try await send(answer(200), through: gate) }
        #expect(time.slept.withLock { $0 } == [.seconds(7)])
    }

    @Test func `a pause longer than anybody's patience holds nobody back`() async throws {
        let gate = gate(most: 8)
        try await send(answer(503, retryAfter: "301"), through: gate)
        try await send(answer(200, retryAfter: "5"), through: gate)  // says nothing of overload
        try await send(answer(200), through: gate)
        #expect(time.slept.withLock { $0 }.isEmpty)
    }

    @Test func `who is cancelled in the line leaves it, and the others come through`() async throws
    {
        let gate = gate(most: 1)
        let (stream, opener) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await gate.pass {
                    for await _ in stream { break }
                    return HTTPResponse(status: 200)
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { waiting in
                for _ in 0..<5 {
                    waiting.addTask { [self] in
                        await #expect(throws: CancellationError.self) {
                            try await send(answer(200), through: gate)
                        }
                    }
                }
                for _ in 0..<20 { await Task.yield() }
                waiting.cancelAll()
                try await waiting.waitForAll()
            }
            opener.yield()
            opener.finish()
            try await group.waitForAll()
        }
        try await send(answer(200), through: gate)
    }
}
