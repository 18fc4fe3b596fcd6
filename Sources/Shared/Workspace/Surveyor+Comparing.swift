internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Surveyor {
    /// Sorts what was found into what is right, what must be replaced and what must go.
    func compare(_ files: [SeenFile], _ survey: inout OutSurvey) async throws {
        let names = try await names(of: files, in: survey)
        for (file, name) in zip(files, names) {
            switch file.place {
            case .member(let index) where name == survey.listing.oid(at: index):
                if try needsRelink(file, survey.listing.oid(at: index)) {
                    survey.replaced.append(
                        .init(index: Int32(index), stamp: file.own, isRelink: true, isSaved: true))
                } else if survey.out.isExecutable, file.mode & 0o100 == 0, file.isFile {
                    survey.needsExecutableBit = true
                }
            case .member(let index):
                if case .special = file.kind {
                    throw OccupiedPathError(
                        path: survey.path(at: index), what: "something that is no file")
                }
                if case .otherLink(let target) = file.kind, !isInCache(target),
                    options.unsaved != .replace
                {
                    throw OccupiedPathError(path: survey.path(at: index), what: "a symbolic link")
                }
                survey.replaced.append(
                    .init(
                        index: Int32(index), stamp: file.own, isRelink: false,
                        isSaved: try await isSaved(file, name, at: survey.path(at: index))))
            case .extra(let path):
                survey.extras.append(
                    .init(
                        path: path, stamp: file.own,
                        isSaved: try await isSaved(file, name, at: path)))
            }
        }
    }

    /// The names of the contents of files; `nil` for what has none that could be found out.
    private func names(of files: [SeenFile], in survey: OutSurvey) async throws -> [ObjectID?] {
        let scheme = survey.listing.scheme
        let readable = files.indices.filter { files[$0].content != nil }
        let known = states.known(readable.compactMap { files[$0].content }, scheme: scheme)
        var names = [ObjectID?](repeating: nil, count: files.count)
        var unread: [Int] = []
        for (index, name) in zip(readable, known) {
            names[index] = name ?? nameOfLink(files[index], in: survey)
            if names[index] == nil { unread.append(index) }
        }
        if unread.isEmpty { return names }
        let found = try await read(unread.map { files[$0] }, survey, scheme)
        for (index, name) in zip(unread, found) { names[index] = name }
        return names
    }

    /// What a link to the very object that should be there holds, without reading it.
    private func nameOfLink(_ file: SeenFile, in survey: OutSurvey) -> ObjectID? {
        guard case .member(let index) = file.place, file.isLink, let content = file.content else {
            return nil
        }
        let oid = survey.listing.oid(at: index)
        guard cache.holds(oid, size: content.size),
            let object = try? fileStatus(cache.path(of: ObjectKey(oid)), followingLinks: true)
        else { return nil }
        return content.hasSameContent(as: FileStamp(object)) ? oid : nil
    }

    private func read(
        _ files: [SeenFile], _ survey: OutSurvey, _ scheme: HashScheme
    ) async throws -> [ObjectID?] {
        let found = Locked([FileStates.Record?](repeating: nil, count: files.count))
        defer { states.save(found.withLock { $0.compactMap(\.self) }) }
        try await forEachIndexConcurrently(files.count, limit: threads, on: executor) { index in
            try Task.checkCancellation()
            let file = files[index]
            guard let content = file.content else { return }
            let path = file.path(in: survey)
            let start = currentNanoseconds()
            do throws(TakeInError) {
                let name = try hasher.name(
                    ofFileAt: workspace.top.appending(path), scheme: scheme
                ) { content.hasSameContent(as: FileStamp($0)) }
                let record = FileStates.Record(content, name, read: start)
                found.withLock { $0[index] = record }
            } catch {
                switch error {
                case .cancelled: throw CancellationError()
                // What cannot be read, or is being written to, is not known to be saved.
                case .reading, .storing, .changed: break
                }
            }
        }
        return found.withLock { $0.map { $0?.oid } }
    }

    /// Whether nothing is lost when this goes.
    private func isSaved(_ file: SeenFile, _ name: ObjectID?, at path: FilePath) async throws
        -> Bool
    {
        switch file.kind {
        case .special: return false
        // What a checkout that was killed left; whoever else could write it waits for the lock.
        case .file where isTemporaryName(path.lastComponent): return true
        case .otherLink(let target): return isInCache(target)
        case .link(_, let target) where isInCache(target): return true
        case .file, .link: break
        }
        guard let name, let size = file.content?.size else { return false }
        if try await cache.size(of: ObjectKey(name)) == size { return true }
        // What DVC 2 recorded has another name in the cache of DVC 3, and the reverse.
        let other: HashScheme = name.scheme == .md5 ? .md5DosToUnix : .md5
        guard let content = file.content,
            let second = try? hasher.name(
                ofFileAt: workspace.top.appending(path), scheme: other,
                isSame: { content.hasSameContent(as: FileStamp($0)) })
        else { return false }  // what cannot be read is not known to be saved
        return try await cache.size(of: ObjectKey(second)) == size
    }

    private func isInCache(_ target: FilePath) -> Bool {
        target.normalized.relative(to: cache.root.normalized) != nil
    }

    /// Whether a file with the right content is not what `cache.type` asks for.
    ///
    /// Source: `_needs_relink` in `hashfile/checkout.py` of dvc-data 3.18.
    private func needsRelink(_ file: SeenFile, _ oid: ObjectID) throws -> Bool {
        guard options.relinks else { return false }
        for type in types {
            switch (type, file.kind) {
            case (.copy, .file(hasOtherNames: false)), (.reflink, .file(hasOtherNames: false)):
                return file.mode & 0o200 == 0
            case (.hardlink, .file(hasOtherNames: true)):
                let object = try fileStatus(cache.path(of: ObjectKey(oid)))
                return object.map { UInt64($0.st_ino) != file.own.inode } ?? true
            case (.symlink, .link(_, let target)):
                return target != cache.path(of: ObjectKey(oid))
            default: continue
            }
        }
        return true
    }
}

extension SeenFile {
    fileprivate var isFile: Bool { if case .file = kind { true } else { false } }

    /// Whether it may be a link of DVC's.
    fileprivate var isLink: Bool {
        switch kind {
        case .file(let hasOtherNames): hasOtherNames
        case .link: true
        case .otherLink, .special: false
        }
    }

    fileprivate func path(in survey: OutSurvey) -> FilePath {
        switch place {
        case .member(let index): survey.path(at: index)
        case .extra(let path): path
        }
    }
}
