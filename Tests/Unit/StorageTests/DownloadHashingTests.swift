import Basics
import Digests
import Storage
import TestSupport
import Testing

@Suite struct DownloadHashingTests {
    private let directory: TemporaryDirectory
    private let hashing = DownloadHashing()

    init() throws { directory = try TemporaryDirectory() }

    private func content(_ count: Int, seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
    }

    /// A file with this content, of which nothing was told yet.
    private func target(_ content: [UInt8], _ name: String) throws -> DownloadTarget {
        let target = try DownloadTarget(creating: directory.path.appending(FilePath(name)))
        try target.file.write(content)
        return target
    }

    /// Tells of the content piece by piece, as if it arrived so, and asks for the name.
    private func name(
        of content: [UInt8], _ name: String, pieces: Int, isDirectory: Bool = false
    ) async throws -> ObjectID {
        let file = hashing.begin(try target(content, name))
        defer { hashing.end(file) }
        for piece in 1...pieces {
            hashing.note(
                file, arrivedTo: Int64(content.count * piece / pieces), isWhole: piece == pieces)
            await Task.yield()
        }
        return try await hashing.name(of: file, isDirectory: isDirectory)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 262_143, 262_144, 1_000_000])
    func `one file has the name of its content`(count: Int) async throws {
        let bytes = content(count, seed: 1)
        #expect(try await name(of: bytes, "a", pieces: 3) == objectID(of: bytes))
    }

    @Test func `a list has the name of a list`() async throws {
        let bytes = content(100, seed: 2)
        let found = try await name(of: bytes, "a", pieces: 1, isDirectory: true)
        #expect(found == objectID(of: bytes, isDirectory: true))
    }

    @Test func `files of different lengths are hashed side by side`() async throws {
        let contents = [3_000_001, 262_144, 1_500_000, 77, 2_000_000].enumerated().map {
            content($1, seed: UInt8($0))
        }
        let names = try await withThrowingTaskGroup(of: (Int, ObjectID).self) { group in
            for (index, bytes) in contents.enumerated() {
                group.addTask {
                    (index, try await name(of: bytes, "\(index)", pieces: 7 + index))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (index, bytes) in contents.enumerated() {
            #expect(names[index] == objectID(of: bytes))
        }
    }

    @Test func `one file that waits for its data does not keep another back`() async throws {
        let waiting = hashing.begin(try target(content(500_000, seed: 3), "waiting"))
        defer { hashing.end(waiting) }
        let bytes = content(600_000, seed: 4)
        #expect(try await name(of: bytes, "a", pieces: 2) == objectID(of: bytes))
    }

    @Test func `what is not in the file is an error, and only of that file`() async throws {
        let short = hashing.begin(try target(content(300_000, seed: 5), "short"))
        defer { hashing.end(short) }
        hashing.note(short, arrivedTo: 900_000, isWhole: true)
        let bytes = content(900_000, seed: 6)
        #expect(try await name(of: bytes, "a", pieces: 1) == objectID(of: bytes))
        await #expect(throws: SystemError.self) {
            try await hashing.name(of: short, isDirectory: false)
        }
    }

    @Test func `who waits for a name can be cancelled`() async throws {
        let file = hashing.begin(try target(content(10, seed: 7), "a"))
        defer { hashing.end(file) }
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: ObjectID.self) { group in
                group.addTask { try await hashing.name(of: file, isDirectory: false) }
                group.cancelAll()
                for try await _ in group {}
            }
        }
    }
}
