import Basics
import Digests
import TestSupport
import Testing

@testable import StatusCache

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct StatusCacheTests {
    private static let url = "/srv/storage"
    private static let day: Int64 = 86_400

    private let directory: TemporaryDirectory
    private var file: FilePath { directory.path.appending("dvc/status.db") }

    init() throws { directory = try TemporaryDirectory() }

    private func open(now: Int64 = 1_000_000, maximumAge: Duration = .seconds(7 * 86_400)) throws
        -> StatusCache
    {
        try StatusCache.open(file, maximumAge: maximumAge, now: now)
    }

    private func oid(
        _ number: UInt64, isDirectory: Bool = false, _ scheme: HashScheme = .md5
    ) -> ObjectID {
        ObjectID(high: number &<< 60, low: ~number, isDirectory: isDirectory, scheme: scheme)
    }

    private func record(
        _ objects: [ObjectID] = [], directories: [(FilePath, ObjectID)] = [], tips: [String] = [],
        url: String = url
    ) -> StatusCache.Record {
        var record = StatusCache.Record(url: url)
        record.objects = objects
        record.directories = directories.map { (place: $0.0, oid: $0.1) }
        record.tips = tips
        return record
    }

    @Test func `a new file knows nothing`() throws {
        let cache = try open()
        #expect(!cache.wasRebuilt)
        #expect(try !cache.hasRecords(of: Self.url))
        #expect(try cache.present([oid(1)], in: Self.url).isEmpty)
        #expect(try cache.lastDirectory(at: "data", in: Self.url) == nil)
        #expect(try cache.completeTips(in: Self.url).isEmpty)
        try cache.forget(Self.url)
    }

    @Test func `what was written down is known later, for that store only`() throws {
        let list = oid(3, isDirectory: true)
        try open().add([
            record([oid(1), oid(2), list], directories: [("data", list)], tips: ["abc"]),
            record([oid(9)], url: "s3://bucket/'; DROP TABLE objects; --"),
        ])
        let cache = try open()
        #expect(try cache.hasRecords(of: Self.url))
        #expect(try cache.present([oid(1), list, oid(9)], in: Self.url) == [oid(1), list])
        #expect(try cache.lastDirectory(at: "data", in: Self.url) == list)
        #expect(try cache.completeTips(in: Self.url) == ["abc"])
        #expect(
            try cache.present([oid(1), oid(9)], in: "s3://bucket/'; DROP TABLE objects; --")
                == [oid(9)])
        #expect(try cache.present([oid(1)], in: "/srv/other").isEmpty)
    }

    @Test func `3.x and legacy, files and directories of one digest are four objects`() throws {
        let four = [
            oid(1), oid(1, isDirectory: true), oid(1, .md5DosToUnix),
            oid(1, isDirectory: true, .md5DosToUnix),
        ]
        for known in four {
            let cache = try open()
            try cache.forget(Self.url)
            try cache.add([record([known], directories: [("d", known)])])
            #expect(try cache.present(four, in: Self.url) == [known])
            #expect(try cache.lastDirectory(at: "d", in: Self.url) == known)
        }
    }

    @Test func `extreme digests come back as they went in`() throws {
        let extremes = [
            ObjectID(high: 0, low: 0), ObjectID(high: .max, low: .max),
            ObjectID(high: 0x8000_0000_0000_0000, low: 1),
        ]
        let cache = try open()
        for extreme in extremes {
            try cache.add([record([extreme], directories: [("d", extreme)])])
            #expect(try cache.lastDirectory(at: "d", in: Self.url) == extreme)
        }
        #expect(try cache.present(extremes, in: Self.url) == Set(extremes))
    }

    @Test func `a record is believed until it has the age, not longer`() throws {
        let list = oid(1, isDirectory: true)
        let records = [record([list], directories: [("d", list)], tips: ["abc"])]
        try open(now: 1_000_000).add(records)
        let young = try open(now: 1_000_000 + 7 * Self.day - 1)
        #expect(try young.present([list], in: Self.url) == [list])
        #expect(try young.hasRecords(of: Self.url))
        let old = try open(now: 1_000_000 + 7 * Self.day)
        #expect(try old.present([list], in: Self.url).isEmpty)
        #expect(try old.lastDirectory(at: "d", in: Self.url) == nil)
        #expect(try old.completeTips(in: Self.url).isEmpty)
        #expect(try !old.hasRecords(of: Self.url))
        // Seen again is as good as new.
        try old.add(records)
        #expect(try old.present([list], in: Self.url) == [list])
    }

    @Test func `an age of zero believes nothing, one without end everything`() throws {
        try open(maximumAge: .zero).add([record([oid(1)])])
        #expect(try open(maximumAge: .zero).present([oid(1)], in: Self.url).isEmpty)
        let patient = try open(now: .max >> 20, maximumAge: .seconds(Int64.max >> 16))
        #expect(try patient.present([oid(1)], in: Self.url) == [oid(1)])
    }

    @Test func `forgetting a store leaves the others`() throws {
        let cache = try open()
        let list = oid(2, isDirectory: true)
        try cache.add([
            record([oid(1), list], directories: [("d", list)], tips: ["abc"]),
            record([oid(1)], url: "/srv/other"),
        ])
        try cache.forget(Self.url)
        #expect(try !cache.hasRecords(of: Self.url))
        #expect(try cache.present([oid(1), list], in: Self.url).isEmpty)
        #expect(try cache.lastDirectory(at: "d", in: Self.url) == nil)
        #expect(try cache.completeTips(in: Self.url).isEmpty)
        #expect(try cache.present([oid(1)], in: "/srv/other") == [oid(1)])
    }

    @Test func `any path is a place, and the last list there wins`() throws {
        let cache = try open()
        let odd = try #require(FilePath(validating: [0xff, 0x0a, 0x27]))
        let places: [FilePath] = ["", "a\nb", "a", odd, "e\u{301}", "\u{e9}"]
        for (index, place) in places.enumerated() {
            try cache.add([record(directories: [(place, oid(UInt64(index), isDirectory: true))])])
        }
        for (index, place) in places.enumerated() {
            let expected = oid(UInt64(index), isDirectory: true)
            #expect(try cache.lastDirectory(at: place, in: Self.url) == expected)
        }
        try cache.add([record(directories: [("a", oid(9, isDirectory: true))])])
        #expect(
            try cache.lastDirectory(at: "a", in: Self.url) == oid(9, isDirectory: true))
    }

    @Test func `the newest tips come first, at most a thousand`() throws {
        try open(now: 10).add([record(tips: (0..<1200).map { "old\($0)" })])
        try open(now: 20).add([record(tips: ["new"])])
        let tips = try open(now: 30).completeTips(in: Self.url)
        #expect(tips.first == "new")
        #expect(tips.count == 1000)
    }

    @Test func `two connections see what the other wrote`() throws {
        let first = try open()
        let second = try open()
        try first.add([record([oid(1)])])
        try second.add([record([oid(2)])])
        try first.add([record([oid(3)])])
        let all = Set([oid(1), oid(2), oid(3)])
        #expect(try first.present(all, in: Self.url) == all)
        #expect(try second.present(all, in: Self.url) == all)
    }

    @Test func `many connections at once lose nothing`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 as Range<UInt64> {
                group.addTask {
                    for round in 0..<10 as Range<UInt64> {
                        let cache = try open()
                        try cache.add([record([oid(number), oid(16 + round &* 8 &+ number)])])
                        #expect(!cache.wasRebuilt)
                    }
                }
            }
            try await group.waitForAll()
        }
        let all = (0..<8 as Range<UInt64>).map { oid($0) }
        #expect(try open().present(all, in: Self.url) == Set(all))
    }

    @Test func `those who make the file at once lose nothing of each other`() async throws {
        for round in 0..<40 {
            let file = directory.path.appending("\(round)/status.db")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 as Range<UInt64> {
                    group.addTask {
                        let cache = try StatusCache.open(file, maximumAge: .seconds(9), now: 10)
                        try cache.add([record([oid(number)])])
                    }
                }
                try await group.waitForAll()
            }
            let all = Set((0..<8 as Range<UInt64>).map { oid($0) })
            let cache = try StatusCache.open(file, maximumAge: .seconds(9), now: 10)
            #expect(try cache.present(all, in: Self.url) == all)
        }
    }

    @Test(arguments: [
        [UInt8]("this is no database".utf8), [UInt8](repeating: 0xff, count: 8192),
        Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0x55, count: 4096),
    ])
    func `a file that is no database is made anew`(bytes: [UInt8]) throws {
        try createDirectories(file.parent)
        try writeFile(file, bytes)
        let cache = try open()
        #expect(cache.wasRebuilt)
        try cache.add([record([oid(1)])])
        #expect(try open().present([oid(1)], in: Self.url) == [oid(1)])
        #expect(try !open().wasRebuilt)
    }

    @Test func `an empty file is as good as none`() throws {
        try createDirectories(file.parent)
        try writeFile(file, [])
        #expect(try !open().wasRebuilt)
    }

    @Test func `a file cut short or torn is rebuilt or refused, never believed`() throws {
        do { try open().add([record((0..<2000).map { ObjectID(high: $0, low: $0) })]) }
        let whole = try readFile(file)
        var random = SeededGenerator(seed: 7)
        for round in 0..<60 {
            var bytes = whole
            if round % 2 == 0 {
                bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            } else {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                for index in start..<min(start + 300, bytes.count) {
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
            }
            try writeFile(file, bytes)
            // Nothing may trap; what is answered is a subset of what was asked for by construction.
            do {
                let cache = try open()
                _ = try cache.hasRecords(of: Self.url)
                _ = try cache.present([oid(1), oid(2)], in: Self.url)
                _ = try cache.lastDirectory(at: "d", in: Self.url)
                try cache.add([record([oid(3)], directories: [("d", oid(3))], tips: ["abc"])])
            } catch let error as DatabaseError {
                #expect(!error.summary.isEmpty)
            }
        }
    }

    @Test func `a file of another version is made anew`() throws {
        do { try open().add([record([oid(1)])]) }
        do {
            let database = try Database(opening: file)
            try database.execute("ALTER TABLE objects RENAME COLUMN oid TO name")
            try database.execute("PRAGMA user_version = 99")
        }
        let cache = try open()
        #expect(!cache.wasRebuilt)
        #expect(try !cache.hasRecords(of: Self.url))
        try cache.add([record([oid(1)])])
        #expect(try open().present([oid(1)], in: Self.url) == [oid(1)])
    }

    @Test func `a directory that cannot be made is an error that names it`() throws {
        try writeFile(directory.path.appending("dvc"), [])
        #expect(throws: SystemError.self) { try open() }
    }

    @Test func `a file that cannot be opened is an error, and is left alone`() throws {
        try createDirectories(file)
        let error = #expect(throws: DatabaseError.self) { try open() }
        #expect(error?.isCorruption == false)
        #expect(directoryExists(file))
    }

    @Test func `an error undoes the whole of a record`() throws {
        let database = try Database(opening: directory.path.appending("plain.db"))
        try database.execute("CREATE TABLE t (x INTEGER UNIQUE)")
        #expect(throws: DatabaseError.self) {
            try database.transaction { () throws(DatabaseError) in
                try database.execute("INSERT INTO t VALUES (1)")
                try database.execute("INSERT INTO t VALUES (1)")
            }
        }
        #expect(try database.prepare("SELECT x FROM t").rows([]) { $0.integer(0) }.isEmpty)
        try database.transaction { () throws(DatabaseError) in
            try database.execute("INSERT INTO t VALUES (2)")
        }
        #expect(try database.prepare("SELECT x FROM t").rows([]) { $0.integer(0) } == [2])
    }
}

extension StatusCache {
    /// Whether anything is known about the store that is not too old to be believed.
    fileprivate func hasRecords(of url: String) throws -> Bool {
        try !sample(of: url, limit: 1).isEmpty || !completeTips(in: url).isEmpty
    }
}
