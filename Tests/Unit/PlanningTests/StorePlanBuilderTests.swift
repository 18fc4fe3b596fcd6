import Basics
import DVC
import Digests
import StatusCache
import TestSupport
import Testing

@testable import Planning

@Suite struct StorePlanBuilderTests {
    private let directory: TemporaryDirectory
    private let remote: DVCRemote
    private let status: StatusCache
    private var cache: FilePath { directory.path.appending("cache") }

    init() throws {
        directory = try TemporaryDirectory()
        let source = ConfigSource(
            level: .repo, bytes: Array("['remote \"s\"']\n    url = /srv/s\n".utf8),
            directory: "/top/.dvc", name: "config")
        remote = try DVCConfig([source], home: nil).remote(named: "s")
        status = try StatusCache.open(
            directory.path.appending("status.db"), maximumAge: .seconds(1000), now: 5000)
    }

    private static func oid(_ number: Int) -> ObjectID { objectID(of: Array("\(number)".utf8)) }

    private func listing(_ numbers: Int...) throws -> DirectoryListing {
        try DirectoryListing(numbers.map { (path: FilePath("m\($0)"), oid: Self.oid($0)) })
    }

    /// Writes a list into the cache, under its own name unless another is given.
    @discardableResult
    private func cached(_ bytes: [UInt8], as name: ObjectID? = nil) throws -> ObjectID {
        let oid = name ?? objectID(of: bytes, isDirectory: true)
        let path = oid.storagePath(below: cache)
        try createDirectories(path.parent)
        try writeFile(path, bytes)
        return oid
    }

    private func record(_ objects: [ObjectID], at place: FilePath, _ list: ObjectID) throws {
        var record = StatusCache.Record(url: remote.canonicalURL)
        record.objects = objects
        record.directories = [(place, list)]
        try status.add([record])
    }

    private func plan(
        _ outs: [(ObjectID, FilePath)], cache: FilePath?, knowing status: StatusCache?,
        onDemand: OnDemand = { _, _ in }
    ) throws -> StorePlan {
        var builder = StorePlanBuilder(remote, cacheDirectory: cache)
        for (oid, path) in outs {
            builder.add(
                NeededOut(
                    oid: oid, path: path, sources: [], revision: .workspace, size: 100))
        }
        return try builder.plan(knowing: status, onDemand: onDemand)
    }

    @Test func `each object is planned once, every out is kept`() throws {
        let list = try listing(1, 2)
        let directory = try cached(list.encoded())
        let plan = try plan(
            [
                (Self.oid(9), "a"), (directory, "d"), (Self.oid(9), "b"), (Self.oid(8), "c"),
                (directory, "e"),
            ], cache: cache, knowing: nil)
        #expect(plan.outs.map(\.path) == ["a", "d", "b", "c", "e"])
        #expect(plan.files == [Self.oid(9), Self.oid(8)])
        #expect(plan.directories.map(\.oid) == [directory])
        #expect(plan.directories.first?.listing == list)
        #expect(plan.directories.first?.wantedMembers == [0, 1])
        #expect(plan.recorded.isEmpty)
        #expect(!plan.isSatisfied)
    }

    @Test func `what is recorded is not asked for`() throws {
        let directory = try cached(try listing(1).encoded())
        try record([Self.oid(9), directory], at: "d", directory)
        let plan = try plan(
            [(Self.oid(9), "a"), (directory, "d")], cache: cache, knowing: status)
        #expect(plan.isSatisfied)
        #expect(plan.recorded == [Self.oid(9), directory])
    }

    @Test func `that a store will be asked is known once, and never of one that is not`() throws {
        try record([Self.oid(9)], at: "d", try cached(try listing(1).encoded()))
        var demands: [DVCRemote] = []
        var sizes: [Int64] = []
        let note: OnDemand = { remote, bytes in
            demands.append(remote)
            sizes.append(bytes)
        }
        _ = try plan([(Self.oid(9), "a")], cache: cache, knowing: status, onDemand: note)
        #expect(demands.isEmpty)
        _ = try plan(
            [(Self.oid(9), "a"), (Self.oid(8), "b"), (Self.oid(7), "c"), (Self.oid(7), "d")],
            cache: cache, knowing: status, onDemand: note)
        // Of two outs with the same content one counts, and none that is recorded.
        #expect(sizes == [200])
        #expect(demands == [remote])
    }

    @Test func `only members that the last list did not have are wanted`() throws {
        let last = try cached(try listing(1, 2, 3).encoded())
        let next = try cached(try listing(2, 3, 4).encoded())
        try record([last], at: "d", last)
        let here = try plan([(next, "d")], cache: cache, knowing: status)
        let members = try #require(here.directories.first)
        #expect(members.wantedMembers.map { members.listing?.oid(at: $0) } == [Self.oid(4)])
        // Elsewhere nothing is known.
        let there = try plan([(next, "other")], cache: cache, knowing: status)
        #expect(there.directories.first?.wantedMembers == [0, 1, 2])
    }

    @Test func `a last list that is not recorded complete, or is damaged, proves nothing`() throws {
        let last = try listing(1, 2)
        let next = try cached(try listing(1, 2, 3).encoded())
        let oid = objectID(of: last.encoded(), isDirectory: true)
        try record([], at: "d", oid)
        try cached(last.encoded())
        let unrecorded = try plan([(next, "d")], cache: cache, knowing: status)
        #expect(unrecorded.directories.first?.wantedMembers.count == 3)
        try record([oid], at: "d", oid)
        try cached(try listing(3).encoded(), as: oid)
        let damaged = try plan([(next, "d")], cache: cache, knowing: status)
        #expect(damaged.directories.first?.wantedMembers.count == 3)
    }

    @Test func `a list that is not intact is told from one that is not there`() throws {
        let oid = objectID(of: try listing(1).encoded(), isDirectory: true)
        let absent = try plan([(oid, "d")], cache: cache, knowing: nil)
        #expect(absent.directories.first?.listing == nil)
        #expect(absent.directories.first?.flaw == nil)
        try cached(Array("[]".utf8), as: oid)
        let damaged = try plan([(oid, "d")], cache: cache, knowing: nil)
        #expect(damaged.directories.first?.listing == nil)
        #expect(damaged.directories.first?.flaw?.contains("is damaged") == true)
        let nonsense = try cached(Array("no list".utf8))
        let unreadable = try plan([(nonsense, "d")], cache: cache, knowing: nil)
        #expect(unreadable.directories.first?.listing == nil)
        #expect(unreadable.directories.first?.flaw != nil)
    }

    @Test func `without a cache directories have no list, files are still asked for`() throws {
        let list = objectID(of: try listing(1).encoded(), isDirectory: true)
        let plan = try plan([(list, "d"), (Self.oid(1), "f")], cache: nil, knowing: nil)
        #expect(plan.directories.first?.listing == nil)
        #expect(plan.files == [Self.oid(1)])
    }

    @Test func `legacy and 3.x objects of one digest are planned apart`() throws {
        let modern = Self.oid(1)
        let legacy = ObjectID(high: modern.high, low: modern.low, scheme: .md5DosToUnix)
        try record([modern], at: "d", modern)
        let plan = try plan([(modern, "a"), (legacy, "b")], cache: cache, knowing: status)
        #expect(plan.recorded == [modern])
        #expect(plan.files == [legacy])
    }
}
