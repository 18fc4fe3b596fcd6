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

    /// Gets an object from a service that has `served`, in pieces of 1000 bytes; what was written.
    private func get(_ oid: ObjectID, served: [UInt8]) async throws -> [UInt8] {
        let path = directory.path.appending("object")
        let key = ObjectKey(oid)
        var download = RangedDownload(key, store: "storage", threads: BlockingThreads()) { piece in
            guard let wanted = piece.range,
                case .file(let descriptor, let offset, _) = piece.destination
            else { throw StoreError(.download, key, store: "storage", .missing) }
            ranges.withLock { $0.append(wanted) }
            let range = wanted.lowerBound..<min(wanted.upperBound, Int64(served.count))
            let bytes = Array(served[Int(range.lowerBound)..<Int(range.upperBound)])
            #expect(pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count)
            let header =
                "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(served.count)\n"
            return HTTPResponse(
                status: 206, headers: ResponseHeaders(header.utf8), bodyCount: Int64(range.count))
        } failure: { _ in
            StoreError(.download, key, store: "storage", .missing)
        }
        download.pieceSize = 1000
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

    @Test func `what is something else than its name says is no object`() async throws {
        let bytes = content(50_000)
        await #expect {
            try await get(objectID(of: [1]), served: bytes)
        } throws: { error in
            (error as? StoreError)?.reason == .mismatch(found: objectID(of: bytes))
        }
    }
}
