internal import Basics
internal import FoundationEssentials
internal import Git

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What DVC notes of experiments that wait, run or have run outside of the working copy, and of the one
/// that runs in it: files below `.dvc/tmp/exps`.
///
/// The queue is one of Celery's, in files. What cannot be read there is passed over: it belongs to
/// another program, which may just be writing it.
/// Source: DVC 3.67 `repo/experiments/queue/celery.py`, `tempdir.py` and `workspace.py`; dvc-task 0.40
/// `app/filesystem.py`; observed with both.
struct ExperimentQueue {
    /// `.dvc/tmp/exps` of a working copy.
    let folder: FilePath

    /// An experiment that was given to the queue.
    struct Task {
        let id: String
        /// The commit that has the changes with which it starts.
        let start: GitOID
        let baseline: GitOID
        let name: String?
    }

    /// Those that nobody has begun.
    func waitingTasks() -> [Task] { tasks(in: "celery/broker/in") }

    /// Those that were begun, ended ones among them.
    func begunTasks() -> [Task] { tasks(in: "celery/broker/processed") }

    /// Whether a task that was begun has ended, well or not.
    func hasEnded(_ task: Task) -> Bool {
        struct Answer: Decodable { let status: String }
        let answer: Answer? = read("celery/result/celery-task-meta-\(task.id)")
        return answer.map { ["SUCCESS", "FAILURE", "REVOKED"].contains($0.status) } ?? false
    }

    private func tasks(in subfolder: String) -> [Task] {
        let folder = folder.appending(subfolder)
        guard directoryExists(folder), let names = try? directoryEntries(folder) else { return [] }
        return names.map(\.string).filter { $0.hasSuffix(".msg") }
            .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
            .compactMap { name in
                let message: CeleryMessage? = read("\(subfolder)/\(name)")
                return message?.task
            }
    }

    // MARK: Runs

    /// How a run goes on, by the one who runs it.
    struct Run: Decodable {
        /// Of DVC's states those that count here.
        static let succeeded = 3

        let baseline: String
        let location: String
        /// The working copy in which it runs.
        let directory: String
        /// `.dvc`, from there.
        let settings: String
        let name: String?
        let resultHash: String?
        let resultRef: String?
        let status: Int

        enum CodingKeys: String, CodingKey {
            case baseline = "baseline_rev"
            case location
            case directory = "root_dir"
            case settings = "dvc_dir"
            case name
            case resultHash = "result_hash"
            case resultRef = "result_ref"
            case status
        }
    }

    /// The process of a run.
    struct Process: Decodable {
        let pid: Int32
        /// Where its output goes.
        let log: String?
        let code: Int?

        enum CodingKeys: String, CodingKey {
            case pid
            case log = "stdout"
            case code = "returncode"
        }

        var isAlive: Bool { pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) }
    }

    /// Where runs are noted.
    enum Kind: String {
        /// Those of the queue, and the one in the working copy, which is called `workspace`.
        case usual = "run"
        /// Those of `dvc exp run --temp`.
        case temporary = "standalone/run"
    }

    func run(_ name: String, _ kind: Kind = .usual) -> Run? {
        read("\(kind.rawValue)/\(name)/\(name).run")
    }

    func process(_ name: String, _ kind: Kind = .usual) -> Process? {
        read("\(kind.rawValue)/\(name)/\(name).json")
    }

    /// The names of those of `dvc exp run --temp`: commits as ``Task/start``.
    func temporaryRuns() -> [String] {
        let folder = folder.appending(Kind.temporary.rawValue)
        guard directoryExists(folder), let names = try? directoryEntries(folder) else { return [] }
        return names.map(\.string).sorted()
    }

    private func read<Value: Decodable>(_ name: String) -> Value? {
        guard let bytes = try? readFileIfPresent(folder.appending(name), limit: 1 << 20) else {
            return nil
        }
        return try? JSONDecoder().decode(Value.self, from: Data(bytes))
    }
}

/// A message of Celery's in which DVC asks for an experiment to be run.
///
/// Source: the message protocol 2 of Celery 5: `body` is `[args, kwargs, embed]` in base64.
private struct CeleryMessage: Decodable {
    struct Headers: Decodable {
        let task: String
        let id: String
    }

    struct Properties: Decodable {
        struct Delivery: Decodable {
            let key: String

            enum CodingKeys: String, CodingKey { case key = "routing_key" }
        }

        let delivery: Delivery

        enum CodingKeys: String, CodingKey { case delivery = "delivery_info" }
    }

    let headers: Headers
    let properties: Properties
    let body: String

    /// `nil` for other messages, with which workers talk to each other.
    var task: ExperimentQueue.Task? {
        guard headers.task == "dvc.repo.experiments.queue.tasks.run_exp",
            properties.delivery.key == "celery",
            !headers.id.contains("/"), let body = Data(base64Encoded: body),
            let entry = try? JSONDecoder().decode(CeleryArguments.self, from: body).entry,
            let start = GitOID(entry.start), let baseline = GitOID(entry.baseline)
        else { return nil }
        return .init(id: headers.id, start: start, baseline: baseline, name: entry.name)
    }
}

/// What is asked for: a list whose elements have different types.
private struct CeleryArguments: Decodable {
    struct Entry: Decodable {
        let start: String
        let baseline: String
        let name: String?

        enum CodingKeys: String, CodingKey {
            case start = "stash_rev"
            case baseline = "baseline_rev"
            case name
        }
    }

    private struct Named: Decodable {
        let entry: Entry?

        enum CodingKeys: String, CodingKey { case entry = "entry_dict" }
    }

    let entry: Entry?

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var positional = try list.nestedUnkeyedContainer()
        if positional.isAtEnd {
            entry = try list.decode(Named.self).entry
        } else {
            entry = try positional.decode(Entry.self)
        }
    }
}
