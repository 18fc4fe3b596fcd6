package import Basics
package import Digests

/// A store in memory, for tests of everything that uses stores.
///
/// It keeps the whole contract (content is verified both ways), records every request, and fails
/// when it is told to.
package final class MemoryStore: ObjectStore {
    /// One request, in the order of arrival.
    package struct Request: Hashable, Sendable {
        package let operation: StoreError.Operation
        package let key: ObjectKey

        package init(_ operation: StoreError.Operation, _ key: ObjectKey) {
            self.operation = operation
            self.key = key
        }
    }

    private struct Failure {
        let operation: StoreError.Operation?
        let reason: StoreError.Reason
        var remaining: Int
    }

    private struct State {
        var objects: [ObjectKey: [UInt8]] = [:]
        var failures: [ObjectKey: [Failure]] = [:]
        var requests: [Request] = []
        var durableCount = 0
    }

    package let traits: StoreTraits
    private let state = Locked(State())
    private let onRequest: (@Sendable (Request) async throws -> Void)?

    /// An empty store.
    ///
    /// `onRequest` is called at the start of each request; it may suspend, throw, or count.
    /// `answersRuns`: then a run is one request, for its first object.
    package init(
        name: String = "memory", answersRuns: Bool = false, putsOnlyNew: Bool = false,
        onRequest: (@Sendable (Request) async throws -> Void)? = nil
    ) {
        var traits = StoreTraits(name: name, blocksThreads: false, answersRuns: answersRuns)
        traits.putsOnlyNew = putsOnlyNew
        self.traits = traits
        self.onRequest = onRequest
    }

    // MARK: What tests say and ask

    /// Makes the next `times` requests for `key` fail.
    ///
    /// Only those of one operation fail, if one is given.
    package func fail(
        _ key: ObjectKey, with reason: StoreError.Reason, times: Int = .max,
        on operation: StoreError.Operation? = nil
    ) {
        state.withLock {
            $0.failures[key, default: []].append(
                Failure(operation: operation, reason: reason, remaining: times))
        }
    }

    /// Stores bytes without verifying them, as damage on a server would.
    package func insert(_ bytes: [UInt8], as key: ObjectKey) {
        state.withLock { $0.objects[key] = bytes }
    }

    /// Stores bytes under the name they have, and returns it.
    @discardableResult
    package func insert(
        _ bytes: [UInt8], isDirectory: Bool = false, scheme: HashScheme = .md5
    ) -> ObjectKey {
        let key = ObjectKey(objectID(of: bytes, isDirectory: isDirectory, scheme: scheme))
        insert(bytes, as: key)
        return key
    }

    package func remove(_ key: ObjectKey) { state.withLock { $0.objects[key] = nil } }

    /// Everything that is stored.
    package var objects: [ObjectKey: [UInt8]] { state.withLock { $0.objects } }

    /// Every request so far, those that failed included.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How often ``makeDurable()`` was called.
    package var durableCount: Int { state.withLock { $0.durableCount } }

    /// How many requests of one kind came so far.
    package func count(of operation: StoreError.Operation) -> Int {
        requests.count { $0.operation == operation }
    }

    // MARK: ObjectStore

    package func size(of key: ObjectKey) async throws -> Int64? {
        try await begin(.find, key)
        return state.withLock { $0.objects[key].map { Int64($0.count) } }
    }

    package func presence(of run: ObjectRun) async throws -> [Bool] {
        if traits.answersRuns {
            try await begin(.find, run.first)
        } else {
            for oid in run.oids { try await begin(.find, ObjectKey(oid)) }
        }
        return state.withLock { state in
            run.oids.map { state.objects[ObjectKey($0)] != nil }
        }
    }

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await begin(.upload, key)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try readFile(path)
        } catch {
            throw StoreError(key, store: traits.name, readingSource: error)
        }
        try verify(bytes, .upload, key)
        insert(bytes, as: key)
        observer?(Int64(bytes.count))
        return Int64(bytes.count)
    }

    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await begin(.download, key)
        let bytes = try verifiedObject(.download, key)
        do throws(SystemError) {
            let file = try OpenFile(creating: path)
            do throws(SystemError) {
                try file.write(bytes)
            } catch {
                try? removeFile(path)  // the first error is the one to tell
                throw error
            }
        } catch {
            throw StoreError(.download, key, store: traits.name, writing: error)
        }
        observer?(Int64(bytes.count))
        return Int64(bytes.count)
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await begin(.read, key)
        let bytes = try verifiedObject(.read, key)
        guard bytes.count <= limit else {
            throw StoreError(.read, key, store: traits.name, .tooLarge(limit: limit))
        }
        return bytes
    }

    package func makeDurable() async throws { state.withLock { $0.durableCount += 1 } }

    private func begin(_ operation: StoreError.Operation, _ key: ObjectKey) async throws {
        let request = Request(operation, key)
        let failure = state.withLock { state -> StoreError.Reason? in
            state.requests.append(request)
            let index = state.failures[key]?.firstIndex {
                $0.remaining > 0 && ($0.operation == nil || $0.operation == operation)
            }
            guard let index else { return nil }
            state.failures[key]?[index].remaining -= 1
            return state.failures[key]?[index].reason
        }
        try await onRequest?(request)
        try Task.checkCancellation()
        if let failure { throw StoreError(operation, key, store: traits.name, failure) }
    }

    private func verifiedObject(
        _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) -> [UInt8] {
        guard let bytes = state.withLock({ $0.objects[key] }) else {
            throw StoreError(operation, key, store: traits.name, .missing)
        }
        try verify(bytes, operation, key)
        return bytes
    }

    private func verify(
        _ bytes: [UInt8], _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) {
        let found = objectID(
            of: bytes, isDirectory: key.oid.isDirectory, scheme: key.oid.scheme)
        guard found == key.oid else {
            throw StoreError(operation, key, store: traits.name, .mismatch(found: found))
        }
    }
}
