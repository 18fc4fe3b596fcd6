package import Basics
package import DVC
internal import Digests
package import LocalBackend
package import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Compares what metafiles say of stages with what the working copy and the cache hold.
///
/// Changes nothing but ``FileStates``. May be used from several tasks at a time.
package struct StageComparison: Sendable {
    /// The DVC root, absolute.
    private let root: FilePath
    private let cache: LocalStore?
    private let states: FileStates
    private let threads: Int

    /// Compares below a DVC root.
    ///
    /// `root`: absolute. `cache`: `nil` when no out has an object. `threads`: how many
    /// files to read at a time.
    package init(root: FilePath, cache: LocalStore?, states: FileStates, threads: Int) {
        self.root = root
        self.cache = cache
        self.states = states
        self.threads = threads
    }

    /// What has changed of a stage; what cannot be compared is told besides.
    ///
    /// Says nothing of the sources of imports, and of a frozen stage only what it makes. `directory`:
    /// that of the metafile, relative to the DVC root. `part`: only outs that it is, or lies in,
    /// relative to the DVC root. Throws `CancellationError`.
    ///
    /// Source: `Stage.status` in DVC 3.67 `stage/__init__.py`, `Output.status` in `output.py`.
    package func changes(
        of stage: Stage, in directory: FilePath, part: FilePath? = nil
    ) async throws -> StageChanges {
        var changes = StageChanges()
        let inputs = stage.state.isFrozen ? [] : stage.state.inputs
        for input in inputs {
            try await collecting(&changes.errors) {
                guard let entry = try await change(of: input, in: directory) else { return }
                changes.inputs.append(entry)
            }
        }
        for out in stage.outs {
            let place = place(of: out.location, in: directory)
            if let part, !place.holds(part) { continue }
            try await collecting(&changes.errors) {
                guard let change = try await change(of: out, at: place) else { return }
                changes.outs.append(.init(place.subject, change))
            }
        }
        changes.isAlwaysChanged = stage.state.isAlwaysChanged
        changes.isCommandChanged = stage.state.isCommandChanged
        changes.isChecksumChanged = stage.state.isChecksumChanged
        return changes
    }

    private func collecting(
        _ errors: inout [any UserFacingError], _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            guard let error = error as? any UserFacingError else { throw error }
            errors.append(error)
        }
    }

    // MARK: Outs

    private func change(
        of out: Out, at place: StagePlace
    ) async throws -> StageChanges.Change? {
        guard out.isCached, place.isInside, let oid = out.content.oid(isInside: true), let cache
        else { return try await change(of: out.content, at: place) }
        let objects = CachedObjects(cache)
        // Before anything is read that takes long.
        guard try await objects.has(oid) else { return .notInCache }
        let change = try await change(of: out.content, at: place)
        if oid.isDirectory {
            guard let listing = try objects.listing(oid), try await objects.hasMembers(of: listing)
            else { return .notInCache }
        }
        return change
    }

    // MARK: Inputs

    private func change(
        of input: StageInput, in directory: FilePath
    ) async throws -> StageChanges.Entry? {
        switch input {
        case .content(let location, let recorded):
            let place = place(of: location, in: directory)
            return try await change(of: recorded, at: place).map { .init(place.subject, $0) }
        case .parameters(let parameters):
            let place = place(of: parameters.file, in: directory)
            return try change(of: parameters, at: place).map { .init(place.subject, $0) }
        case .repository: return nil
        case .other(let name): throw UncheckableError(name: name, reason: .elsewhere)
        }
    }

    private func change(
        of parameters: ParameterDependency, at place: StagePlace
    ) throws -> StageChanges.Change? {
        let path = try path(of: place)
        guard try fileStatus(path) != nil else { return .deleted }
        if parameters.isNew { return .new }
        let name = place.name
        guard !directoryExists(path) else {
            throw UncheckableError(name: name, reason: .directoryOfParameters)
        }
        let bytes = try readFile(path)
        do throws(ParameterFileError) {
            let changes = try parameters.changes(in: bytes, named: path.lastComponent)
                .map { StageChanges.Parameter(name: $0.name, change: $0.change) }
            return changes.isEmpty ? nil : .parameters(changes)
        } catch {
            throw UncheckableError(name: name, reason: .parameters(error))
        }
    }

    /// Compares the content, reading no more than is needed.
    private func change(
        of recorded: RecordedContent, at place: StagePlace
    ) async throws -> StageChanges.Change? {
        let path = try path(of: place)
        guard try fileStatus(path) != nil else { return .deleted }
        // As in DVC: what was never recorded counts as modified.
        guard let oid = recorded.oid(isInside: place.isInside) else { return .modified }
        if directoryExists(path) != oid.isDirectory, fileExists(path) || !oid.isDirectory {
            return .modified
        }
        let name: ObjectID?
        if case .inside(let inner) = place {
            let rules =
                oid.isDirectory
                ? try IgnoreRules.ofWorkspace(root, downTo: inner) : IgnoreRules()
            name = try await reader(at: root).name(
                of: inner, scheme: oid.scheme, ignoring: rules)
        } else {
            name = try await reader(at: path.parent).name(
                of: path.lastComponent, scheme: oid.scheme, ignoring: IgnoreRules())
        }
        guard let name else { return .deleted }
        return name == oid ? nil : .modified
    }

    private func reader(at directory: FilePath) -> WorkspaceReader {
        WorkspaceReader(root: directory, states: states, threads: threads)
    }

    // MARK: Places

    private func place(of location: OutLocation, in directory: FilePath) -> StagePlace {
        StagePlace(location, in: directory, root: root)
    }

    private func path(of place: StagePlace) throws(UncheckableError) -> FilePath {
        switch place {
        case .inside(let path): return root.appending(path)
        case .outside(let path, _): return path
        case .elsewhere(let name): throw UncheckableError(name: name, reason: .elsewhere)
        }
    }
}
