internal import Basics
internal import DVC
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One thing to add.
struct AddTarget {
    enum Role {
        /// Not tracked yet.
        case new
        /// An out of a `.dvc` file.
        case tracked(TrackedOut)
        /// Something below a tracked directory.
        case member(TrackedOut)
    }

    /// Relative to the top of the repository.
    let path: FilePath
    let role: Role

    /// The out that is recorded.
    var out: FilePath {
        switch role {
        case .new: path
        case .tracked(let out), .member(let out): out.path
        }
    }

    var metafile: FilePath {
        switch role {
        case .new: FilePath(unchecked: path.bytes + Array(".dvc".utf8))
        case .tracked(let out), .member(let out): out.metafile
        }
    }
}

/// Says what each target is, or why it cannot be added; nothing is changed.
///
/// Source: `get_or_create_stage` in DVC 3.67 `repo/add.py`, `resolve_paths`; observed.
struct AddTargets {
    let recording: RecordingSession
    let outs: [TrackedOut]

    func target(_ word: FilePath) throws -> AddTarget {
        let here = recording.session.directory.resolved ?? recording.session.directory
        let absolute = here.appending(word).normalized
        func refuse(_ reason: AddError.Reason) -> AddError { AddError(path: word, reason: reason) }
        let rootPath = recording.top.appending(recording.root)
        guard absolute.isUTF8 else { throw UnaddableError(path: word, reason: .notUTF8) }
        guard let below = absolute.relative(to: rootPath) else {
            throw refuse(
                rootPath.relative(to: absolute) == nil ? .outsideOfRepository : .holdsRepository)
        }
        if below.isEmpty { throw refuse(.holdsRepository) }
        let path = recording.root.appending(below)
        if below.hasSuffix(".dvc") || below.lastComponent == "dvc.yaml" {
            throw refuse(.isMetafile)
        }
        if let role = try role(of: path, refuse) { return AddTarget(path: path, role: role) }
        try check(below, rootPath, refuse)
        return AddTarget(path: path, role: .new)
    }

    private func role(
        of path: FilePath, _ refuse: (AddError.Reason) -> AddError
    ) throws -> AddTarget.Role? {
        for out in outs {
            if let member = path.relative(to: out.path) {
                guard !out.isPipeline else {
                    throw refuse(
                        .outOfStage(out.stageName, metafile: recording.shown(out.metafile)))
                }
                if out.out.isCloudVersioned {
                    throw refuse(.cloudVersioned(recording.shown(out.metafile)))
                }
                if member.isEmpty { return .tracked(out) }
                guard out.isDirectory else {
                    throw refuse(.insideFile(recording.shown(out.path)))
                }
                return .member(out)
            }
            if out.path.relative(to: path) != nil {
                throw refuse(
                    .holdsOut(
                        recording.shown(out.path), metafile: recording.shown(out.metafile)))
            }
        }
        return nil
    }

    /// `below`: relative to the DVC root.
    private func check(
        _ below: FilePath, _ rootPath: FilePath, _ refuse: (AddError.Reason) -> AddError
    ) throws {
        let rules = try IgnoreRules.ofWorkspace(rootPath, downTo: below)
        let place = rootPath.appending(below)
        let isDirectory = directoryExists(place)
        if rules.ignores(below, isDirectory: isDirectory) { throw refuse(.ignored) }
        let metafile = FilePath(unchecked: below.bytes + Array(".dvc".utf8))
        if rules.ignores(metafile, isDirectory: false) { throw refuse(.ignored) }
        var directory = below.parent
        while !directory.isEmpty {
            guard let status = try fileStatus(rootPath.appending(directory)) else { break }
            if status.st_mode & S_IFMT == S_IFLNK { throw refuse(.insideLinkedDirectory) }
            // Another project: to DVC it is ignored.
            if fileExists(rootPath.appending(directory).appending(".dvc")) {
                throw refuse(.ignored)
            }
            directory = directory.parent
        }
        guard let status = try fileStatus(place) else { throw refuse(.missing) }
        if isDirectory {
            if status.st_mode & S_IFMT == S_IFLNK { throw refuse(.insideLinkedDirectory) }
            if fileExists(place.appending(".dvc")) { throw refuse(.ignored) }
        }
    }

    /// Throws when two targets are in each other's way.
    func checkOverlaps(_ targets: [AddTarget]) throws {
        let new = targets.filter { if case .new = $0.role { true } else { false } }
            .map(\.path).sorted()
        let all = Set(new)
        for path in new {
            var directory = path.parent
            while !directory.isEmpty {
                if all.contains(directory) {
                    throw AddError(
                        path: recording.shown(path),
                        reason: .overlapsTarget(recording.shown(directory)))
                }
                directory = directory.parent
            }
        }
    }
}
