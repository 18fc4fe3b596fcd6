internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Planning
internal import Storage
internal import Transfer

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The source of an import that was never downloaded, which cannot be had.
struct PartialImportError: UserFacingError {
    enum Reason {
        case scheme
        case unrecorded
        case notThere
        case otherContent
        case failed(String)
    }

    let place: String
    let source: String
    let reason: Reason

    var summary: String {
        let cause =
            switch reason {
            case .scheme: "only files of this machine can be got here"
            case .unrecorded: "nothing says what it held"
            case .notThere: "there is no such file or directory"
            case .otherContent: "it is not what was imported"
            case .failed(let words): printable(words)
            }
        return "cannot get \(place), which is imported from '\(printable(source))': \(cause)"
    }

    var advice: String? {
        switch reason {
        case .scheme: "get it with 'dvc pull'"
        case .unrecorded, .otherContent, .notThere: "'dvc update' imports it anew"
        case .failed: nil
        }
    }
}

/// Downloads what was imported with `--no-download`: the metafile has no id for it, and stays as it is.
///
/// Source: DVC 3.67, observed (dvc-compat 3.3). Unlike DVC, it takes in directories of this machine as
/// well, and writes the list of each directory.
struct PartialImports {
    let session: Session
    /// Of the working copy, absolute.
    let top: FilePath
    let jobs: Int?
    let isDryRun: Bool

    /// Brings the outs into their caches, and says what each is; what fails is in the report.
    func fetch(
        _ outs: [UnidentifiedOut], _ report: inout PullReport
    ) async throws -> [CollectedOut] {
        var found: [CollectedOut] = []
        for out in outs {
            if isDryRun {
                report.wouldFetch.append("\(out.path)")
                continue
            }
            do {
                found.append(out.identified(as: try await fetch(out, &report)))
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
        return found
    }

    /// Those of the outs whose content is recorded and whole in the cache, so that nobody needs to be
    /// asked for it: they were pulled before.
    ///
    /// Throws `StoreError`, `CancellationError`.
    func inCache(_ outs: [UnidentifiedOut]) async throws -> [CollectedOut] {
        let recorded = outs.compactMap { out -> (UnidentifiedOut, CollectedOut)? in
            guard out.out.isCached, case .content(_, let content) = out.importInput,
                let oid = content.oid(isInside: false)
            else { return nil }
            return (out, out.identified(as: oid))
        }
        if recorded.isEmpty { return [] }
        let jobs = session.jobs(jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: jobs)
        defer { workers.shutDown() }
        var found: [CollectedOut] = []
        for (out, identified) in recorded {
            let cache = cache(of: out)
            if try await identified.needed.isComplete(in: cache, jobs: jobs, on: workers) {
                found.append(identified)
            }
        }
        return found
    }

    private func cache(of out: UnidentifiedOut) -> LocalStore {
        session.cache(
            at: out.configuration.cacheDirectory
                ?? top.appending(out.root).appending(".dvc/cache"),
            isShared: out.configuration.config.isCacheShared)
    }

    private func fetch(
        _ out: UnidentifiedOut, _ report: inout PullReport
    ) async throws -> ObjectID {
        let place = out.revision.place(of: out.path)
        let cache = cache(of: out)
        switch out.importInput {
        case .repository(let source):
            let imports = RepositoryImports(session: session, jobs: jobs, isDryRun: false)
            return try await imports.fetch(place, from: source, into: cache, &report)
        case .content(let location, let recorded):
            return try copy(location, recorded, of: out, into: cache, &report)
        case .other(let text):
            throw PartialImportError(place: place, source: text, reason: .scheme)
        case .parameters, nil: throw NothingRecordedError(out: out)
        }
    }

    // MARK: Files of this machine

    private func copy(
        _ location: OutLocation, _ recorded: RecordedContent, of out: UnidentifiedOut,
        into cache: LocalStore, _ report: inout PullReport
    ) throws -> ObjectID {
        let path: FilePath
        switch location {
        case .inside(let relative):
            path = top.appending(out.metafile.parent).appending(relative).normalized
        case .outside(let text): path = FilePath(text)
        }
        func error(_ reason: PartialImportError.Reason) -> PartialImportError {
            self.error(out, path, reason)
        }
        let hasher = FileHasher()
        guard path.isAbsolute else { throw error(.scheme) }
        // Without it a repository could have any file of this machine copied into its data.
        guard let expected = recorded.oid(isInside: false) else { throw error(.unrecorded) }
        guard let status = try fileStatus(path, followingLinks: true) else {
            throw error(.notThere)
        }
        func taking<Value>(_ body: () throws(TakeInError) -> Value) throws -> Value {
            do throws(TakeInError) {
                return try body()
            } catch {
                switch error {
                case .cancelled: throw CancellationError()
                case .changed: throw self.error(out, path, .failed("it is being written to"))
                case .reading(let cause), .storing(let cause): throw cause
                }
            }
        }
        func name(_ path: FilePath) throws -> ObjectID {
            try taking { () throws(TakeInError) in
                try hasher.name(ofFileAt: path, scheme: .md5) { _ in true }
            }
        }
        func take(_ path: FilePath) throws {
            _ = try taking { () throws(TakeInError) in
                try cache.takeIn(fileAt: path, scheme: .md5) { _ in true }
            }
            report.fetchedCount += 1
        }
        // Hashed before anything is kept.
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard try name(path) == expected else { throw error(.otherContent) }
            try take(path)
            return expected
        }
        let files = try files(below: path)
        let members = try files.map { (path: $0, oid: try name(path.appending($0))) }
        let bytes = try DirectoryListing(members).encoded()
        guard objectID(of: bytes, isDirectory: true) == expected else {
            throw error(.otherContent)
        }
        for file in files { try take(path.appending(file)) }
        try taking { () throws(TakeInError) in try cache.takeIn(bytes, as: expected) }
        return expected
    }

    private func error(
        _ out: UnidentifiedOut, _ path: FilePath, _ reason: PartialImportError.Reason
    ) -> PartialImportError {
        PartialImportError(
            place: out.revision.place(of: out.path), source: path.string, reason: reason)
    }

    /// All files below a directory, links followed to files alone; relative to it.
    private func files(below top: FilePath) throws(SystemError) -> [FilePath] {
        var files: [FilePath] = []
        var pending: [FilePath] = [""]
        while let folder = pending.popLast() {
            for name in try directoryEntries(top.appending(folder)) {
                let path = folder.appending(name)
                guard let status = try fileStatus(top.appending(path)) else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(path)
                } else {
                    files.append(path)
                }
            }
        }
        return files
    }
}
