internal import Basics
internal import Git
internal import Planning

extension ExperimentState {
    /// Who runs an experiment, will run it, or ran it.
    package struct Executor: Sendable {
        enum State: String { case success, queued, running, failed }

        /// What is known of it on this machine.
        struct Local {
            var root: String?
            var log: String?
            var pid: Int32?
            var code: Int?
            var task: GitOID?
        }

        let state: State
        let name: String?
        let local: Local?
    }
}

/// The experiments of DVC's queue, and what becomes of them.
struct ExperimentRuns {
    /// One that waits, runs or has failed.
    struct Entry {
        enum Place {
            /// Its data is that of the commit ``Entry/start``.
            case nowhere
            case workspace
            /// A working copy of its own, and the DVC root in that.
            case directory(FilePath, root: FilePath)
        }

        let baseline: GitOID
        let name: String?
        /// `nil` in the working copy.
        let start: GitOID?
        let place: Place
        let executor: ExperimentState.Executor
    }

    private let queue: ExperimentQueue
    /// Those that run, first the one in the working copy.
    private(set) var running: [Entry] = []
    private(set) var waiting: [Entry] = []
    private(set) var failed: [Entry] = []
    /// Of experiments that came of the queue, by their refs.
    private(set) var succeeded: [ExperimentRef: ExperimentState.Executor] = [:]

    /// Reads what there is now; `root`: the absolute path of a DVC root.
    init(below root: FilePath) {
        queue = ExperimentQueue(folder: root.appending(".dvc/tmp/exps"))
        guard directoryExists(queue.folder) else { return }
        addWorkspace()
        for name in queue.temporaryRuns() {
            guard let run = queue.run(name, .temporary), run.status <= ExperimentQueue.Run.succeeded
            else { continue }
            addRunning(name, run, queue.process(name, .temporary), named: run.name, isTask: false)
        }
        for task in queue.begunTasks() { add(task) }
        waiting = queue.waitingTasks().map { task in
            entry(task, "dvc-task", .init(task: task.start), .queued)
        }
    }

    /// The commits with which those start that wait or have failed.
    var commits: [GitOID] { (waiting + failed).compactMap(\.start) }

    private mutating func addWorkspace() {
        let name = "workspace"
        guard let process = queue.process(name), process.isAlive, let run = queue.run(name),
            run.status < ExperimentQueue.Run.succeeded, let baseline = GitOID(run.baseline)
        else { return }
        running.append(
            Entry(
                baseline: baseline, name: run.name, start: nil, place: .workspace,
                executor: .init(
                    state: .running, name: name,
                    local: .init(root: run.directory, pid: process.pid))))
    }

    private mutating func add(_ task: ExperimentQueue.Task) {
        let run = queue.run(task.start.hex)
        let process = queue.process(task.start.hex)
        guard queue.hasEnded(task) else {
            if let run {
                addRunning(task.start.hex, run, process, named: task.name, isTask: true)
            }
            return
        }
        let local = process.map { process in
            ExperimentState.Executor.Local(
                log: process.log, pid: process.pid, code: process.code, task: task.start)
        }
        if run?.resultHash == nil {
            failed.append(entry(task, nil, local, .failed))
        } else if let ref = run?.resultRef.flatMap({ ExperimentRef($0) }) {
            succeeded[ref] = .init(state: .success, name: "dvc-task", local: local)
        }
    }

    private mutating func addRunning(
        _ commit: String, _ run: ExperimentQueue.Run, _ process: ExperimentQueue.Process?,
        named name: String?, isTask: Bool
    ) {
        // The note may be a file of the repository: it must not lead to other places, and what is tracked
        // has no `.git`.
        guard let start = GitOID(commit), let baseline = GitOID(run.baseline),
            FilePath(run.directory).isAbsolute,
            let directory = FilePath(run.directory).resolved,
            let own = queue.folder.resolved, directory.relative(to: own)?.isEmpty == false,
            directoryExists(directory.appending(".git")),
            FilePath(run.settings).lastComponent == ".dvc"
        else { return }
        let local = process.map { process in
            ExperimentState.Executor.Local(
                root: run.directory, log: process.log, pid: process.pid,
                task: isTask ? start : nil)
        }
        running.append(
            Entry(
                baseline: baseline, name: name, start: start,
                place: .directory(directory, root: FilePath(run.settings).parent),
                executor: .init(state: .running, name: run.location, local: local)))
    }

    private func entry(
        _ task: ExperimentQueue.Task, _ name: String?, _ local: ExperimentState.Executor.Local?,
        _ state: ExperimentState.Executor.State
    ) -> Entry {
        Entry(
            baseline: task.baseline, name: task.name, start: task.start, place: .nowhere,
            executor: .init(state: state, name: name, local: local))
    }
}
