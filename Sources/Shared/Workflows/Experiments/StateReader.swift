internal import Basics
internal import Digests
internal import Git
internal import Planning

/// Reads what a table of experiments shows of commits and working copies.
final class StateReader {
    private let session: Session
    private let times: [GitOID: Int64]
    private let stageParametersOnly: Bool
    /// By working copy and DVC root: each reads through a process of its own.
    private var readers: [FilePath: RevisionDataReader] = [:]

    /// `times`: when commits were made; those that are not there have none.
    init(_ session: Session, times: [GitOID: Int64], stageParametersOnly: Bool) {
        self.session = session
        self.times = times
        self.stageParametersOnly = stageParametersOnly
    }

    private func reader(
        _ repository: GitRepository, root: FilePath
    ) -> RevisionDataReader {
        let key = repository.gitDirectory.appending(root)
        if let reader = readers[key] { return reader }
        let reader = RevisionDataReader(
            repository, sources: session.configurationSources, root: root
        ) { oid, configuration in
            // What the cache does not give counts as missing, and is shown so.
            configuration.cacheDirectory
                .flatMap { try? readFileIfPresent($0.appending(oid.storagePath)) }
        }
        readers[key] = reader
        return reader
    }

    func state(of commit: GitOID, _ name: String?) throws -> ExperimentState {
        let root = try session.standpoint().root
        let data = try reader(session.repository, root: root).read(
            .commit(commit), stageParametersOnly: stageParametersOnly)
        return ExperimentState(revision: commit.hex, name: name, time: times[commit], data: data)
    }

    /// `root`: the DVC root, from the top of the working copy.
    func workspace(of repository: GitRepository, root: FilePath) throws -> ExperimentState {
        let data = try reader(repository, root: root).read(
            .workspace, stageParametersOnly: stageParametersOnly)
        return ExperimentState(revision: "workspace", name: nil, time: nil, data: data)
    }

    /// What is known of an experiment in the queue; `nil` when that is gone meanwhile.
    func range(of entry: ExperimentRuns.Entry) throws -> ExperimentState.Range? {
        var state: ExperimentState
        switch entry.place {
        case .nowhere:
            guard let start = entry.start, times[start] != nil else { return nil }
            state = try self.state(of: start, entry.name)
            // It begins with the metrics of what was there before, which are not its own.
            if entry.executor.state == .queued { state.data = state.data.map(\.withoutMetrics) }
        case .workspace:
            state = try workspace(of: session.repository, root: session.standpoint().root)
        case .directory(let directory, let root):
            let git = try GitProgram(
                environment: session.environment.outsideOfGit, trace: session.trace)
            // It is removed when the run ends, which may be now.
            guard let repository = try? GitRepository(at: directory, git: git) else { return nil }
            state = try workspace(of: repository, root: root)
        }
        if let start = entry.start { state.revision = start.hex }
        state.name = entry.name
        state.hasFailed = entry.executor.state == .failed
        return .init(name: entry.name, revisions: [state], executor: entry.executor)
    }
}

extension RevisionData {
    fileprivate var withoutMetrics: RevisionData {
        var data = self
        data.metrics = []
        return data
    }
}
