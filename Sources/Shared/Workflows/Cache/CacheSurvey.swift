internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import StatusCache
internal import Storage
internal import Transfer

/// What the files of a cache turn out to be.
struct CacheSurvey: Sendable {
    /// Objects whose content is what their names say.
    private(set) var intact: Set<ObjectID> = []
    /// What others hold instead; `nil` when they cannot be read.
    private(set) var damaged: [(oid: ObjectID, found: ObjectID?, words: String)] = []
    /// Lists with the right name that are no lists.
    private(set) var unlisted: [(oid: ObjectID, words: String)] = []
    private(set) var readCount = 0
    let files: StoredFiles

    /// Reads the objects, several at a time.
    ///
    /// `knowing`: files that were read before and have the same times since are not read again.
    /// Throws `SystemError` when folders cannot be listed, `CancellationError`.
    init(
        of cache: LocalStore, states: FileStates, knowing isFast: Bool, jobs: Int,
        on workers: Workers, meter: (_ count: Int) throws -> ProgressMeter?
    ) async throws {
        files = try cache.files()
        let objects = files.objects
        var known = [Bool](repeating: false, count: objects.count)
        if isFast { known = Self.known(objects, cache, states) }
        let unread = objects.indices.filter { !known[$0] }
        let meter = try meter(unread.count)
        var isDone = false
        defer { meter?.finish(isComplete: isDone) }
        let hasher = FileHasher()
        let answers = try await workers.map(unread.count, limit: jobs) { index in
            let answer = try Self.read(objects[unread[index]], cache, hasher)
            meter?.completeObject(named: "\(ObjectKey(objects[unread[index]].oid))")
            return answer
        }
        isDone = true
        readCount = unread.count
        states.save(answers.compactMap(\.record))
        for index in objects.indices where known[index] { intact.insert(objects[index].oid) }
        for (index, answer) in zip(unread, answers) {
            let oid = objects[index].oid
            switch answer.state {
            case .intact: intact.insert(oid)
            case .other(let found):
                damaged.append((oid, found, "its content has the MD5 \(found)"))
            case .unreadable(let words): damaged.append((oid, nil, words))
            case .gone: continue
            }
        }
        try await checkLists(cache, jobs: jobs, workers)
    }

    private enum State: Sendable {
        case intact
        case other(ObjectID)
        case unreadable(String)
        /// Somebody removed or replaced it meanwhile.
        case gone
    }

    private struct Answer: Sendable {
        let state: State
        var record: FileStates.Record?
    }

    private static func known(
        _ objects: [StoredFiles.Object], _ cache: LocalStore, _ states: FileStates
    ) -> [Bool] {
        var known = [Bool](repeating: false, count: objects.count)
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let indices = objects.indices.filter { objects[$0].oid.scheme == scheme }
            let stamps = indices.map { stamp(of: objects[$0].oid, cache) }
            let there = indices.indices.filter { stamps[$0] != nil }
            let names = states.known(there.compactMap { stamps[$0] }, scheme: scheme)
            for (place, name) in zip(there, names) {
                known[indices[place]] = name?.hasDigest(of: objects[indices[place]].oid) ?? false
            }
        }
        return known
    }

    /// `nil` when it cannot be examined: then it is read, which says why.
    private static func stamp(of oid: ObjectID, _ cache: LocalStore) -> FileStamp? {
        guard let status = try? fileStatus(cache.path(of: ObjectKey(oid)), followingLinks: true)
        else { return nil }
        return FileStamp(status)
    }

    private static func read(
        _ object: StoredFiles.Object, _ cache: LocalStore, _ hasher: FileHasher
    ) throws -> Answer {
        try Task.checkCancellation()
        let oid = object.oid
        let began = currentNanoseconds()
        do throws(TakeInError) {
            let (found, status) = try hasher.nameAndStatus(
                ofFileAt: cache.path(of: ObjectKey(oid)), scheme: oid.scheme
            ) { FileStamp($0).hasSameContent(as: FileStamp($1)) }
            let stamp = FileStamp(status)
            let named = ObjectID(
                high: found.high, low: found.low, isDirectory: oid.isDirectory,
                scheme: oid.scheme)
            // What is wrong may have another file in its place by now.
            if named != oid, Self.stamp(of: oid, cache)?.hasSameContent(as: stamp) != true {
                return Answer(state: .gone)
            }
            return Answer(
                state: named == oid ? .intact : .other(named),
                record: FileStates.Record(stamp, found, read: began))
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .changed: return Answer(state: .gone)
            case .reading(let error), .storing(let error):
                return Answer(state: .unreadable(error.summary))
            }
        }
    }

    private mutating func checkLists(
        _ cache: LocalStore, jobs: Int, _ workers: Workers
    ) async throws {
        let lists = intact.filter(\.isDirectory).sorted()
        let faults = try await workers.map(lists.count, limit: jobs) { index -> String in
            do {
                _ = try await cache.listing(of: lists[index])
                return ""
            } catch let error as DirectoryListingError {
                return error.summary
            } catch let error as StoreError {
                return error.summary
            }
        }
        for (oid, words) in zip(lists, faults) where !words.isEmpty {
            unlisted.append((oid, words))
            intact.remove(oid)
        }
    }
}

extension LocalStore {
    /// The list of a directory, hashed on its way.
    ///
    /// Throws `StoreError`, `DirectoryListingError`, `CancellationError`.
    func listing(of oid: ObjectID) async throws -> DirectoryListing {
        let bytes = try await contents(
            of: ObjectKey(oid), limit: DirectoryListing.largestEncoding)
        return try DirectoryListing(reading: bytes, scheme: oid.scheme)
    }
}
