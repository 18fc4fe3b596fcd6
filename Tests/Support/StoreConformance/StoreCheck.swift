internal import Basics
internal import Digests
package import Storage
internal import Testing

/// A store that is to be checked, and the two things only its maker can do.
package struct StoreUnderTest: Sendable {
    package let store: any ObjectStore
    /// Puts bytes under a key behind the store's back, as damage does.
    package let damage: @Sendable (ObjectKey, [UInt8]) async throws -> Void

    package init(
        _ store: any ObjectStore,
        damage: @escaping @Sendable (ObjectKey, [UInt8]) async throws -> Void
    ) {
        self.store = store
        self.damage = damage
    }
}

/// One rule of the ``ObjectStore`` contract.
///
/// A backend's test runs them all, each against an empty store:
///
///     @Test(arguments: StoreCheck.all)
///     func conforms(to check: StoreCheck) async throws {
///         try await check.run { scratch in StoreUnderTest(MyStore()) { key, bytes in … } }
///     }
package struct StoreCheck: Sendable, CustomTestStringConvertible {
    /// What a check works with.
    struct Context: Sendable {
        let subject: StoreUnderTest
        let scratch: ScratchDirectory
        var store: any ObjectStore { subject.store }
        var name: String { store.traits.name }
    }

    package let testDescription: String
    let body: @Sendable (Context) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Context) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Every rule.
    package static let all: [StoreCheck] =
        absence + presence + storing + refusing + concurrency + observing

    /// Runs the check against the empty store that `make` returns.
    ///
    /// The directory is the check's own; the store may keep what it likes below its `store/`.
    package func run(
        against make: (ScratchDirectory) async throws -> StoreUnderTest
    ) async throws {
        let scratch = try ScratchDirectory()
        try await body(Context(subject: try await make(scratch), scratch: scratch))
    }
}

extension StoreCheck.Context {
    /// Writes a file to upload and returns its path and the key it has.
    func source(
        _ bytes: [UInt8], isDirectory: Bool = false, scheme: HashScheme = .md5
    ) throws -> (path: FilePath, key: ObjectKey) {
        let oid = objectID(of: bytes, isDirectory: isDirectory, scheme: scheme)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
    }

    /// Where a download may go; nothing is there yet.
    func target() throws -> FilePath {
        let directory = scratch.path.appending("target")
        try createDirectories(directory)
        return temporaryPath(in: directory)
    }

    /// Expects the request to throw a `StoreError` with this reason that names key and store.
    func expectFailure<Result>(
        _ operation: StoreError.Operation, _ key: ObjectKey,
        _ reason: (StoreError.Reason) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ request: () async throws -> Result
    ) async throws {
        do {
            _ = try await request()
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch let error as StoreError {
            #expect(error.operation == operation, sourceLocation: sourceLocation)
            #expect(error.key == key, sourceLocation: sourceLocation)
            #expect(error.store == name, sourceLocation: sourceLocation)
            #expect(
                reason(error.reason), "\(error.reason)", sourceLocation: sourceLocation)
        }
    }
}

/// Bytes that differ from one seed to the next and do not repeat soon.
package func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}
