import Synchronization
import Testing

@testable import Basics

@Suite(.timeLimit(.minutes(5))) struct ConcurrentForEachTests {
    private struct Boom: Error, Equatable { let index: Int }

    /// Suspends until the task is cancelled.
    private static func waitForCancellation() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
        try Task.checkCancellation()
    }

    @Test(arguments: [0, 1, 2, 7, 1000], [1, 3, 5000])
    func `visits every index once, never more than the limit at a time`(
        count: Int, limit: Int
    ) async throws {
        let state = Locked((visits: [Int](repeating: 0, count: count), running: 0, most: 0))
        try await forEachIndexConcurrently(count, limit: limit) { index in
            state.withLock {
                $0.visits[index] += 1
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            await Task.yield()
            state.withLock { $0.running -= 1 }
        }
        let (visits, running, most) = state.withLock { $0 }
        #expect(visits.allSatisfy { $0 == 1 })
        #expect(running == 0)
        #expect(most <= limit)
    }

    @Test func `one at a time goes in order`() async throws {
        let order = Locked<[Int]>([])
        try await forEachIndexConcurrently(50, limit: 1) { index in
            order.withLock { $0.append(index) }
        }
        #expect(order.withLock { $0 } == Array(0..<50))
    }

    @Test func `the first error cancels the others and is the one that is thrown`() async {
        let started = Locked(0)
        await #expect(throws: Boom(index: 2)) {
            try await forEachIndexConcurrently(1000, limit: 4) { index in
                started.withLock { $0 += 1 }
                if index == 2 { throw Boom(index: index) }
                try await Self.waitForCancellation()
            }
        }
        #expect(started.withLock { $0 } <= 4)
    }

    @Test func `workers whose body never looks stop after an error too`() async {
        await #expect(throws: Boom(index: 100)) {
            try await forEachIndexConcurrently(1 << 40, limit: 2) { index in
                if index == 100 { throw Boom(index: index) }
            }
        }
    }

    @Test func `cancelling the caller ends it`() async {
        let task = Task {
            try await forEachIndexConcurrently(1 << 40, limit: 3) { _ in
                try Task.checkCancellation()
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

@Suite(.timeLimit(.minutes(5))) struct BlockingExecutorTests {
    @Test func `bodies that block do not stand in each other's way`() async throws {
        let executor = try BlockingExecutor(threads: 8)
        defer { executor.shutDown() }
        // Eight that wait for each other: on the shared pool of this machine they would never end.
        let counter = SharedCounter()
        try await forEachIndexConcurrently(8, limit: 8, on: executor) { _ in
            counter.value.wrappingAdd(1, ordering: .sequentiallyConsistent)
            while counter.value.load(ordering: .sequentiallyConsistent) < 8 {}
        }
        #expect(counter.value.load(ordering: .relaxed) == 8)
    }

    @Test func `tasks come back to the executor after they were away`() async throws {
        let executor = try BlockingExecutor(threads: 3)
        defer { executor.shutDown() }
        let total = SharedCounter()
        try await forEachIndexConcurrently(2000, limit: 16, on: executor) { _ in
            await Task.yield()
            total.value.wrappingAdd(1, ordering: .relaxed)
            await Task.yield()
        }
        #expect(total.value.load(ordering: .relaxed) == 2000)
    }

    @Test func `errors and cancellation pass through it`() async throws {
        struct Boom: Error {}
        let executor = try BlockingExecutor(threads: 2)
        defer { executor.shutDown() }
        await #expect(throws: Boom.self) {
            try await forEachIndexConcurrently(1 << 40, limit: 4, on: executor) { index in
                if index == 50 { throw Boom() }
            }
        }
    }

    @Test func `shut down right after the last task, it goes away with its threads`() async throws {
        final class Observer: Sendable {
            // Written before the executor is shut down, read after.
            nonisolated(unsafe) weak var executor: BlockingExecutor?
        }
        var observers: [Observer] = []
        for round in 0..<200 {
            let executor = try BlockingExecutor(threads: 1 + round % 4)
            let observer = Observer()
            observer.executor = executor
            observers.append(observer)
            let total = SharedCounter()
            try await forEachIndexConcurrently(round % 7, limit: 3, on: executor) { _ in
                total.value.wrappingAdd(1, ordering: .relaxed)
            }
            executor.shutDown()
            #expect(total.value.load(ordering: .relaxed) == round % 7)
        }
        // A thread lets go of the executor as its last act; one that does not ends the time limit.
        for observer in observers { while observer.executor != nil { await Task.yield() } }
    }
}
