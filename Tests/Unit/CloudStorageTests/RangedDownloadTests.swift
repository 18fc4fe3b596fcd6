import Basics
import CloudStorage
import Digests
import HTTPClient
import Storage
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct RangedDownloadTests {
    private let directory: TemporaryDirectory
    private let ranges = Locked<[Range<Int64>]>([])

    init() throws { directory = try TemporaryDirectory() }

    private func content(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    }

    private var path: FilePath { directory.path.appending("object") }

    /// Gets an object from a service that has `served`, in pieces of so many bytes; what was written.
    private func get(
        _ oid: ObjectID, served: [UInt8], pieceSize: Int64 = 1000
    ) async throws -> [UInt8] {
        let key = ObjectKey(oid)
        var download = RangedDownload(key, store: "storage", threads: BlockingThreads()) { piece in
            guard let wanted = piece.range else {
                throw StoreError(.download, key, store: "storage", .missing)
            }
            ranges.withLock { $0.append(wanted) }
            let range = wanted.lowerBound..<min(wanted.upperBound, Int64(served.count))
            let bytes = Array(served[Int(range.lowerBound)..<Int(range.upperBound)])
            let header =
                "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(served.count)\n"
            var response = HTTPResponse(
                status: 206, headers: ResponseHeaders(header.utf8), bodyCount: Int64(range.count))
            switch piece.destination {
            case .file(let descriptor, let offset, _):
                #expect(pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count)
            case .memoryOrFile(let memory, _) where bytes.count <= memory: response.body = bytes
            case .memoryOrFile(_, let open):
                #expect(pwrite(try open().get(), bytes, bytes.count, 0) == bytes.count)
            case .memory: Issue.record("an object may be larger than memory")
            }
            return response
        } failure: { _ in
            StoreError(.download, key, store: "storage", .missing)
        }
        download.pieceSize = pieceSize
        let size = try await download.get(toFileAt: path, observer: nil)
        #expect(size == Int64(served.count))
        return try readFile(path)
    }

    @Test(arguments: [999, 1000, 1001, 5000, 33_000, 100_001, 1_000_000])
    func `all bytes arrive, each once`(count: Int) async throws {
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            ranges.withLock { $0 = [] }
            let bytes = content(count)
            #expect(try await get(objectID(of: bytes, scheme: scheme), served: bytes) == bytes)
            try removeFile(directory.path.appending("object"))
            var end: Int64 = 0
            for range in ranges.withLock({ $0.sorted { $0.lowerBound < $1.lowerBound } }) {
                #expect(range.lowerBound == end)
                #expect(range.count <= 4000)
                end = range.upperBound
            }
            #expect(end >= count)
        }
    }

    @Test func `a large object takes fewer requests, a smaller one is shared by connections`()
        async throws
    {
        let large = content(1_000_000)
        _ = try await get(objectID(of: large), served: large)
        #expect(ranges.withLock { $0.count } == 1 + 250)
        try removeFile(directory.path.appending("object"))
        ranges.withLock { $0 = [] }
        let small = content(17_000)
        _ = try await get(objectID(of: small), served: small)
        #expect(ranges.withLock { $0.count } == 17)
    }

    @Test(arguments: [1, 4096, 32 << 10, 32 << 10 + 1, 99_999, 100_000, 100_001])
    func `a first piece may stay in memory or not`(count: Int) async throws {
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let bytes = content(count)
            let oid = objectID(of: bytes, scheme: scheme)
            #expect(try await get(oid, served: bytes, pieceSize: 100_000) == bytes)
            try removeFile(path)
        }
    }

    @Test func `what arrived instead of a small object is left to be looked at`() async throws {
        let bytes = content(4096)
        await #expect {
            try await get(objectID(of: [1]), served: bytes, pieceSize: 100_000)
        } throws: { error in
            (error as? StoreError)?.reason == .mismatch(found: objectID(of: bytes))
        }
        #expect(try readFile(path) == bytes)
    }

    @Test func `what cannot be written is an error about the place`() async throws {
        try OpenFile(creating: path).write(Array("somebody's".utf8))
        let bytes = content(4096)
        await #expect(throws: StoreError.self) {
            try await get(objectID(of: bytes), served: bytes, pieceSize: 100_000)
        }
        #expect(try readFile(path) == Array("somebody's".utf8))
    }

    @Test func `what is something else than its name says is no object`() async throws {
        let bytes = content(50_000)
        await #expect {
            try await get(objectID(of: [1]), served: bytes)
        } throws: { error in
            (error as? StoreError)?.reason == .mismatch(found: objectID(of: bytes))
        }
    }
}
