internal import Basics
internal import DVC
internal import Digests
internal import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Does what surveys of outs found to be necessary: first removes, then places.
struct CheckoutWork: Sendable {
    let workspace: WorkspaceDirectory
    let placer: FilePlacer
    let states: FileStates
    let threads: Int
    let executor: BlockingExecutor

    /// What was done for one out.
    fileprivate struct Done: Sendable {
        var counts = CheckoutReport.Counts()
        var isMissing = false
        var errors: [any UserFacingError] = []
        var unlinked: [FilePath] = []
        var isExecutableBitSet = false
        var isDirectoryMade = false
        /// Of the members that were placed; `nil` when one of them cannot be trusted to look different
        /// after the next change.
        var placedStamp: TreeStamp? = TreeStamp()
    }

    /// Some members of one out, side by side in its list: what a thread takes at a time.
    private struct Batch: Sendable {
        let survey: Int
        let range: Range<Int>
        /// Of ``OutSurvey/absent``, or of ``OutSurvey/replaced``.
        let isNew: Bool
    }

    /// How many errors of one out are told.
    private static let mostErrors = 10
    private static let batchSize = 128

    func run(_ surveys: [OutSurvey], _ report: inout CheckoutReport) async throws {
        let done = Locked([Done](repeating: Done(), count: surveys.count))
        for index in surveys.indices { try removeExtras(surveys[index], index, done) }
        let batches = surveys.indices.flatMap { self.batches(of: surveys[$0], index: $0) }
        // A disk that is full, or has no such links, is so for every file.
        let failure = Locked<(any UserFacingError)?>(nil)
        try await forEachIndexConcurrently(batches.count, limit: threads, on: executor) { index in
            if failure.withLock({ $0 != nil }) { return }
            do {
                try await run(batches[index], surveys, done)
            } catch let error as any UserFacingError where isFinal(error) {
                failure.withLock { $0 = error }
            }
        }
        for index in surveys.indices where surveys[index].needsDirectory {
            try makeDirectory(surveys[index], index, done)
        }
        for index in surveys.indices where surveys[index].needsExecutableBit {
            makeExecutable(surveys[index], index, done)
        }
        let results = done.withLock { $0 }
        if failure.withLock({ $0 == nil }) {
            for (survey, result) in zip(surveys, results) { remember(survey, result) }
        }
        for (survey, result) in zip(surveys, results) { note(survey, result, &report) }
        if let error = failure.withLock({ $0 }) { report.errors.append(error) }
    }

    private func batches(of survey: OutSurvey, index: Int) -> [Batch] {
        func cut(_ count: Int, isNew: Bool) -> [Batch] {
            stride(from: 0, to: count, by: Self.batchSize).map { start in
                Batch(
                    survey: index, range: start..<min(count, start + Self.batchSize), isNew: isNew)
            }
        }
        return cut(survey.absent.count, isNew: true) + cut(survey.replaced.count, isNew: false)
    }

    // MARK: Removing

    private func removeExtras(
        _ survey: OutSurvey, _ index: Int, _ done: borrowing Locked<[Done]>
    ) throws {
        var count = 0
        var errors: [any UserFacingError] = []
        for extra in survey.extras {
            try Task.checkCancellation()
            do {
                if try remove(extra) { count += 1 }
            } catch let error as any UserFacingError {
                if errors.count < Self.mostErrors { errors.append(error) }
            }
        }
        for directory in survey.spareDirectories where removeEmpty(directory) {
            // To DVC a directory without files is one that was deleted.
            if survey.extras.isEmpty { count += 1 }
        }
        let (counted, found) = (count, errors)
        done.withLock { done in
            done[index].counts.deleted += counted
            done[index].errors += found
        }
    }

    private func remove(_ extra: OutSurvey.Extra) throws -> Bool {
        guard let directory = try workspace.openExisting(extra.path.parent) else { return false }
        let name = extra.path.lastComponent
        var status = stat()
        let parent = directory.descriptor
        guard name.withCString({ fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            return false
        }
        guard extra.stamp.hasSameContent(as: FileStamp(status)) else {
            throw ConcurrentChangeError(path: extra.path)
        }
        guard name.withCString({ unlinkat(parent, $0, 0) }) == 0 else {
            if errno == ENOENT { return false }
            throw SystemError("remove", extra.path)
        }
        return true
    }

    /// Removes a directory if nothing is in it; what is left in it keeps it.
    private func removeEmpty(_ path: FilePath) -> Bool {
        guard let directory = try? workspace.openExisting(path.parent) else { return false }
        let parent = directory.descriptor
        return path.lastComponent.withCString { unlinkat(parent, $0, AT_REMOVEDIR) } == 0
    }

    // MARK: Placing

    private func run(
        _ batch: Batch, _ surveys: [OutSurvey], _ done: borrowing Locked<[Done]>
    ) async throws {
        let survey = surveys[batch.survey]
        var result = Done()
        var records: [FileStates.Record] = []
        var opened: (path: FilePath, descriptor: CInt)?
        defer { if let opened { close(opened.descriptor) } }
        for position in batch.range {
            try Task.checkCancellation()
            let replaced = batch.isNew ? nil : survey.replaced[position]
            let member = replaced.map { Int($0.index) } ?? Int(survey.absent[position])
            let path = survey.path(at: member)
            do {
                let parent = path.parent
                if opened?.path != parent {
                    let directory = try workspace.openDirectory(parent)
                    let kept = fcntl(directory.descriptor, F_DUPFD_CLOEXEC, 0)
                    guard kept >= 0 else { throw SystemError("open", parent) }
                    if let opened { close(opened.descriptor) }
                    opened = (parent, kept)
                }
                guard let opened else { continue }
                let target = FilePlacer.Target(
                    directory: opened.descriptor, name: path.lastComponent, path: path,
                    old: replaced?.stamp, isExecutable: survey.out.isExecutable)
                let outcome = try await placer.place(survey.listing.oid(at: member), at: target)
                try note(outcome, path, replaced, &result, &records)
                if case .placed(let record, _) = outcome {
                    survey.listing.withPathBytes(at: member) { result.placed($0, record) }
                }
            } catch let error as any UserFacingError where isFinal(error) {
                add(result, records, batch.survey, done)
                throw error
            } catch let error as any UserFacingError {
                result.errors.append(error)
            }
        }
        add(result, records, batch.survey, done)
    }

    private func note(
        _ outcome: FilePlacer.Outcome, _ path: FilePath, _ replaced: OutSurvey.Replaced?,
        _ result: inout Done, _ records: inout [FileStates.Record]
    ) throws {
        switch outcome {
        case .placed(let record, let isFallback):
            if let record { records.append(record) }
            if isFallback { result.unlinked.append(path) }
            switch replaced?.isRelink {
            case nil: result.counts.added += 1
            case false?: result.counts.modified += 1
            case true?: break
            }
        case .missing: result.isMissing = true
        case .changed:
            var status = stat()
            let place = workspace.top.appending(path)
            let isDirectory =
                place.withCString { lstat($0, &status) } == 0
                && status.st_mode & S_IFMT == S_IFDIR
            if isDirectory { throw OccupiedPathError(path: path, what: "a directory") }
            throw ConcurrentChangeError(path: path)
        }
    }

    private func add(
        _ result: Done, _ records: [FileStates.Record], _ index: Int,
        _ done: borrowing Locked<[Done]>
    ) {
        states.save(records)
        done.withLock { done in
            done[index].counts += result.counts
            done[index].isMissing = done[index].isMissing || result.isMissing
            let room = max(0, Self.mostErrors - done[index].errors.count)
            done[index].errors += result.errors.prefix(room)
            done[index].unlinked += result.unlinked
            done[index].placedStamp = done[index].placedStamp.flatMap { all in
                result.placedStamp.map { part in
                    var all = all
                    all += part
                    return all
                }
            }
        }
    }

    private func makeExecutable(
        _ survey: OutSurvey, _ index: Int, _ done: borrowing Locked<[Done]>
    ) {
        let path = survey.out.path
        guard let directory = try? workspace.openExisting(path.parent) else { return }
        let parent = directory.descriptor
        let name = path.lastComponent
        var status = stat()
        let isFile =
            name.withCString { fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
            && status.st_mode & S_IFMT == S_IFREG
        // A file system without modes, or another owner: DVC passes over it as well.
        guard isFile,
            name.withCString({ fchmodat(parent, $0, status.st_mode & 0o7777 | 0o100, 0) }) == 0
        else { return }
        done.withLock { $0[index].isExecutableBitSet = true }
    }

    /// Makes a directory in which nothing is; what is still in its place stays.
    private func makeDirectory(
        _ survey: OutSurvey, _ index: Int, _ done: borrowing Locked<[Done]>
    ) throws {
        let path = survey.out.path
        do {
            _ = try workspace.openParent(of: path.appending("member"))
            done.withLock { $0[index].isDirectoryMade = true }
        } catch let error as any UserFacingError {
            done.withLock { $0[index].errors.append(error) }
        }
    }

    /// Remembers a directory that is now what it should be, so that the next look at it is short.
    private func remember(_ survey: OutSurvey, _ result: Done) {
        guard var stamp = survey.rightStamp, let placed = result.placedStamp,
            result.errors.isEmpty, !result.isMissing,
            let status = try? workspace.status(of: survey.out.path)
        else { return }
        stamp += placed
        states.save(stamp, survey.out.oid, at: FileStamp(status))
    }

    // MARK: The report

    private func note(_ survey: OutSurvey, _ result: Done, _ report: inout CheckoutReport) {
        report.errors += result.errors
        report.unlinked += result.unlinked
        if result.isMissing { report.missing.append(survey.out.path) }
        report.counts += result.counts
        if result.isExecutableBitSet { report.counts.modified += 1 }
        let isStale = survey.selected.isEmpty && !survey.out.oid.isDirectory
        guard !result.counts.isEmpty || result.isExecutableBitSet || result.isDirectoryMade,
            !report.entries.contains(where: { $0.path == survey.out.path })
        else { return }
        let change: CheckoutReport.Change =
            isStale ? .deleted : survey.found == .nothing ? .added : .modified
        report.entries.append(
            .init(
                path: survey.out.path, change: change,
                isDirectory: isStale
                    ? survey.found == .directory : survey.out.oid.isDirectory))
    }
}

/// Whether the next file would have the same trouble.
private func isFinal(_ error: any UserFacingError) -> Bool {
    if let error = error as? SystemError {
        return [ENOSPC, EDQUOT, EROFS, EIO].contains(error.code)
    }
    return error is NoLinkTypeError
}

extension CheckoutWork.Done {
    fileprivate mutating func placed(
        _ path: UnsafeBufferPointer<UInt8>, _ record: FileStates.Record?
    ) {
        guard let record else {
            placedStamp = nil
            return
        }
        placedStamp?.insert(path, record.stamp)
    }
}
