package import Basics
internal import CloudStorage
package import Git
internal import HTTPClient
package import Planning
internal import S3Backend
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One run of a command: the repository it works in, and what the user has set.
///
/// The one place below the programs that knows environment variables.
package struct Session: Sendable {
    package let environment: Environment
    package let directory: FilePath
    package let repository: GitRepository
    package let config: GitConfig
    package let trace: Trace
    /// For all remotes that are reached over HTTP; it starts with the first request.
    let transferLoop: TransferLoop
    /// What ``workspaceFiles()`` gives, where it was asked for at the start.
    private let listedFiles: MetafileNames?
    /// For all remotes in S3.
    let s3Identities = RemoteIdentities<CredentialProvider>(decidedBy: [
        "access_key_id", "secret_access_key", "session_token", "profile", "region",
        "allow_anonymous_login", "credentialpath", "configpath", "ssl_verify", "connect_timeout",
        "read_timeout",
    ])
    /// For all remotes in Google Cloud Storage.
    let googleTokens = RemoteIdentities<TokenSource>(decidedBy: ["credentialpath"])
    /// For all remotes in Azure.
    let azureTokens = RemoteIdentities<TokenSource>(decidedBy: [
        "tenant_id", "client_id", "client_secret", "exclude_environment_credential",
        "exclude_managed_identity_credential",
    ])

    /// Finds the repository at `directory` and reads Git's configuration.
    ///
    /// `isHook`: somebody waits for a Git command to end, and `directory` is the top of the working copy,
    /// whose metafiles will be needed. `asked`: what the hook has asked Git already, as
    /// `FirstQuestions` words it. Throws `GitError`, `SubprocessError`, `SystemError`.
    package init(
        at directory: FilePath, environment: Environment, isHook: Bool = false,
        asked: String? = nil
    ) throws {
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        let git = try GitProgram(environment: environment, trace: trace)
        try self.init(at: directory, environment, git) {
            if isHook {
                let answers = try FirstQuestions.answers(at: directory, using: git, asked: asked)
                // Elsewhere than at the top, this was another question.
                let isAtTop = answers.repository.workTree == (directory.resolved ?? directory)
                let files = isAtTop ? MetafileNames(listed: answers.files) : nil
                return (answers.repository, answers.config, files)
            }
            // Starting takes most of the time of these, so they do it side by side.
            let settings = try GitConfig.Question(at: directory, using: git)
            let repository = try GitRepository(at: directory, git: git, findsHead: true)
            return (repository, try settings.answer(), nil)
        }
    }

    /// Goes on with what was begun before.
    ///
    /// Throws as ``init(at:environment:isHook:asked:)``.
    package init(_ start: SessionStart) throws {
        try self.init(at: start.directory, start.environment, start.git) {
            let (repository, config) = try start.answers()
            return (repository, config, nil)
        }
    }

    private init(
        at directory: FilePath, _ environment: Environment, _ git: GitProgram,
        _ answers: () throws -> (GitRepository, GitConfig, MetafileNames?)
    ) throws {
        self.environment = environment
        self.directory = directory
        trace = git.trace
        transferLoop = TransferLoop(trace.httpSettings)
        do {
            (repository, config, listedFiles) = try answers()
        } catch let error as GitError {
            throw error
        } catch {
            // An old Git fails at options it does not know: say that rather than what it said.
            try git.requireSupportedVersion()
            throw error
        }
    }

    /// The metafiles of the working copy, of all DVC roots.
    ///
    /// Throws `SubprocessError`.
    func workspaceFiles() throws -> MetafileNames {
        try listedFiles ?? repository.workspaceFiles()
    }

    /// Where the records of what is where are kept.
    package var statusFile: FilePath { repository.commonDirectory.appending("dvc/status.db") }

    /// Where it is kept what files of the working copy held when they were last read.
    package var fileStatesFile: FilePath { repository.commonDirectory.appending("dvc/files.db") }

    /// DVC's configuration files outside of the repository.
    package var configurationSources: ConfigurationSources { environment.configurationSources }

    /// How many objects to transfer at a time: `-j`, `dvc.jobs`, the remote's `jobs`, the default.
    ///
    /// `usual`: the default of a store that has one of its own.
    package func jobs(
        _ option: Int?, remote: Int?, blocksThreads: Bool, usual: Int? = nil
    ) -> Int {
        let chosen = [option, config["dvc.jobs"].flatMap { Int($0) }, remote].compactMap(\.self)
        if let jobs = chosen.first(where: { $0 > 0 }) { return min(jobs, 1024) }
        if let usual { return usual }
        // Copying files is bound by the processors: more threads only get in each other's way.
        return blocksThreads ? max(2, Self.processors) : 4 * Self.processors
    }

    private static var processors: Int { max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))) }

    /// How many requests at a time go to S3 when nobody says otherwise: as DVC's, but never fewer than
    /// it takes to be waited for by nobody (docs/decisions/0020).
    static var usualS3Requests: Int { max(32, 4 * processors) }

    /// Where progress is shown.
    package func progressOutput(isQuiet: Bool) -> ProgressMeter.Output {
        let file = environment.nonEmpty("DVC_PROGRESS_FILE").map { FilePath($0) }
        let wanted = config.boolean("dvc.progress") ?? (isatty(2) == 1)
        return ProgressMeter.Output(
            showsLine: wanted && !isQuiet, file: file?.isAbsolute == true ? file : nil)
    }

    /// How long a record of presence is believed: `dvc.indexMaxAge`, such as `7.days` or `12.hours`.
    package var recordLifetime: Duration {
        config["dvc.indexmaxage"].flatMap { Duration(gitText: $0) } ?? .seconds(7 * 86400)
    }

    /// The record of what is where, or why it cannot be used.
    func openStatusCache() -> Result<StatusCache, any Error> {
        Result {
            try StatusCache.open(
                statusFile, maximumAge: recordLifetime, now: Int64(time(nil)))
        }
    }
}

extension Environment {
    /// DVC's configuration files outside of the repository.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 1.2).
    var configurationSources: ConfigurationSources {
        let home = homeDirectory
        #if canImport(Darwin)
        let system: FilePath = "/Library/Application Support/dvc"
        let user = home?.appending("Library/Application Support/dvc")
        #else
        let system: FilePath = "/etc/xdg/dvc"
        let user =
            nonEmpty("XDG_CONFIG_HOME").map { FilePath($0).appending("dvc") }
            ?? home?.appending(".config/dvc")
        #endif
        func directory(_ variable: String, _ usual: FilePath?) -> FilePath? {
            nonEmpty(variable).map { FilePath($0) } ?? usual
        }
        return ConfigurationSources(
            systemFile: directory("DVC_SYSTEM_CONFIG_DIR", system)?.appending("config"),
            globalFile: directory("DVC_GLOBAL_CONFIG_DIR", user)?.appending("config"),
            homeDirectory: home)
    }
}

extension Duration {
    /// A span as Git's settings spell it: a number and a unit, `7.days`, `2 weeks`, `90.minutes`;
    /// with or without `ago`; `now` is none at all, `never` is for ever.
    init?(gitText text: String) {
        var words = text.lowercased().split { $0 == "." || $0 == " " }
        if words.count == 3, words[2] == "ago" { words.removeLast() }
        if words == ["now"] || words == ["0"] {
            self = .zero
            return
        }
        if words == ["never"] {
            self = .seconds(Int64.max >> 16)
            return
        }
        guard words.count == 2, let count = Int64(words[0]), (0...1_000_000).contains(count) else {
            return nil
        }
        switch words[1] {
        case "second", "seconds": self = .seconds(count)
        case "minute", "minutes": self = .seconds(count * 60)
        case "hour", "hours": self = .seconds(count * 3600)
        case "day", "days": self = .seconds(count * 86400)
        case "week", "weeks": self = .seconds(count * 7 * 86400)
        case "month", "months": self = .seconds(count * 30 * 86400)
        case "year", "years": self = .seconds(count * 365 * 86400)
        default: return nil
        }
    }
}

extension Session {
    /// A span as ``recordLifetime`` is written; `nil` for anything else.
    package static func span(_ text: String) -> Duration? { Duration(gitText: text) }
}
