package import Basics
package import Git
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Puts the suite's hooks into a repository, and takes them out.
///
/// Without a pre-push hook there is no installation; of the others those are installed that can be.
package struct HookInstallation {
    let session: Session
    let program: FilePath
    private let scripts: FilePath

    static let name = SuiteHook.prePush.name
    /// A chained hook's suffix; the script looks for it.
    static let chained = ".git-dvc-chained"
    /// The suffix of a hook of real DVC that ours has replaced.
    static let replaced = ".dvc-original"
    /// What pre-commit calls the hook that was there before its own, and runs first.
    static let legacy = ".legacy"

    /// Finds the program next to the running one.
    package init(_ session: Session) throws(HookInstallationError) {
        guard let program = suiteProgram(named: "dvc-hooks", session.environment) else {
            throw .missingPart("dvc-hooks")
        }
        self.init(
            session, program: program,
            scripts: program.parent.parent.appending("share/git-dvc/hooks"))
    }

    /// Installs hooks that call `program`, from the texts in the directory `scripts`.
    package init(_ session: Session, program: FilePath, scripts: FilePath) {
        self.session = session
        self.program = program
        self.scripts = scripts
    }

    /// What `install` did, for the user.
    package struct Report: Sendable {
        package var lines: [String] = []
        package var notes: [String] = []
    }

    /// Where Git looks for hook files.
    func directory() throws -> FilePath { try session.repository.path(of: "hooks") }

    func placement(of hook: SuiteHook) -> HookPlacement {
        HookPlacement(hook: hook, session: session, program: program, scripts: scripts)
    }

    // MARK: Installing

    /// Installs the hooks in the way that the version of Git allows, or changes nothing and throws.
    ///
    /// `chain`: whether hook files of others are kept and run as well. `helper`: what goes through the
    /// remote helper besides.
    package func install(
        chain: Bool, helper: HelperUse = .none, git version: GitVersion
    ) throws -> Report {
        var report = Report()
        let directory = try directory()
        if directory == "/dev/null" { throw HookInstallationError.hooksTurnedOff(directory) }
        for hook in SuiteHook.usual {
            try install(hook, in: directory, chain: chain, git: version, &report)
        }
        try addNotes(on: directory, &report)
        try MergeDriver(session, program: program.parent.appending("git-dvc")).install(&report)
        // Hooks of others, Git LFS's for one, cannot do with an address that begins with `dvc::`.
        let path = directory.appending(Self.name)
        let hasOthers =
            try fileExists(FilePath(path.string + Self.chained))
            || HookAuthor(of: Self.name, at: path) == .somebodyElse
        if hasOthers, helper == .pushes {
            report.notes.append(
                "pushes do not go through '\(PushInterposition.helper)', as the hook 'pre-push' of "
                    + "somebody else would get an address that it may not understand")
        }
        try PushInterposition(session).install(
            hasOthers && helper == .pushes ? .none : helper, &report)
        try installTransactionHook(in: directory, chain: chain, &report)
        try installLargeFileHook(in: directory, &report)
        try TrackingRefspecs(session).install(&report)
        try InstalledRepositories(session.environment).add(session.repository.mainDirectory)
        return report
    }

    /// A file, which every Git runs, wherever nobody else's is in the way (decision 0022).
    private func install(
        _ hook: SuiteHook, in directory: FilePath, chain: Bool, git version: GitVersion,
        _ report: inout Report
    ) throws {
        let placement = placement(of: hook)
        do {
            try placement.installFile(in: directory, chain: chain, &report)
            try placement.removeFromConfiguration(&report)
        } catch let error as HookInstallationError
            where error.isAboutOthers && version >= ConfigurationHook.firstVersion
        {
            try placement.installInConfiguration(&report)
        } catch let error as HookInstallationError where hook != .prePush {
            // A push without its data breaks others; without the rest one types a command more.
            report.notes.append(
                "\(error.note(on: hook.name)): \(hook.purpose)" + (error.remedy ?? ""))
        }
    }

    /// Installs the hook that tells of the end of a push, or takes it out where nothing needs it.
    ///
    /// Called when it is settled which pushes go through the helper. Always a file: its text looks for a note
    /// without starting a program, by the process above it.
    private func installTransactionHook(
        in directory: FilePath, chain: Bool, _ report: inout Report
    ) throws {
        let placement = placement(of: .referenceTransaction)
        let git = session.repository.git
        guard hasWorkAfterPushes(session.config, in: directory),
            // The helper's settings are new.
            try needsTransactionHook(
                GitConfig.Question(at: session.directory, using: git).answer(), in: directory)
        else {
            return try placement.uninstall(from: directory, &report)
        }
        do {
            if directory == "/dev/null" { throw HookInstallationError.hooksTurnedOff(directory) }
            try placement.installFile(in: directory, chain: chain, &report)
        } catch let error as HookInstallationError {
            let hook = placement.hook
            report.notes.append(
                "\(error.note(on: hook.name)): \(hook.purpose)" + (error.remedy ?? ""))
        }
    }

    /// Installs the hook that only Git LFS needs, where its users get none from it: our pre-push keeps it
    /// from installing its own.
    private func installLargeFileHook(
        in directory: FilePath, _ report: inout Report
    ) throws {
        let hook = SuiteHook.postCommit
        let path = directory.appending(hook.name)
        let isUser = try session.repository.command([
            "config", "--get-regexp", #"^filter\.lfs\.(clean|process)$"#,
        ]).run().status.isSuccess
        let isFree = [.nobody, .us].contains(try HookAuthor(of: hook.name, at: path))
        if isUser, isFree, HookFramework(owning: directory) == nil {
            try placement(of: hook).installFile(in: directory, chain: false, &report)
        }
    }

    /// Whether something is to follow pushes of which the helper does not know.
    ///
    /// Git calls that hook for every ref that moves, so it is only there where it is of use.
    func needsTransactionHook(_ config: GitConfig, in directory: FilePath) -> Bool {
        hasWorkAfterPushes(config, in: directory) && !config.leadsPushesToHelper
    }

    /// Whether a setting or a hook of the user's asks for something after pushes.
    private func hasWorkAfterPushes(_ config: GitConfig, in directory: FilePath) -> Bool {
        config["dvc.pushdata"]?.lowercased() == "after" || config.followingScope != .none
            || isExecutableFile(directory.appending(PostPushHook.name))
    }

    private func addNotes(on directory: FilePath, _ report: inout Report) throws {
        if let top = session.repository.workTree, directory.relative(to: top) != nil,
            directory.relative(to: session.repository.commonDirectory) == nil
        {
            report.notes.append(
                "'\(directory)' is part of the working copy, and the hooks name a path of this "
                    + "machine: do not commit them")
        }
        if try session.hooksAreShared() {
            report.notes.append(
                "core.hooksPath is set for more than this repository: the hooks run in all of them")
        }
    }

    // MARK: Uninstalling

    /// Removes our hooks, brings back what they replaced, and forgets what the remotes hold.
    package func uninstall() throws -> Report {
        var report = Report()
        // First of all: with the helper gone they would stop every push.
        if try PushInterposition(session).remove() {
            report.lines.append("Pushes no longer go through '\(PushInterposition.helper)'")
        }
        if try TrackingRefspecs(session).remove() {
            report.lines.append("'git fetch' no longer brings experiments")
        }
        let directory = try directory()
        for hook in SuiteHook.allCases.reversed() {
            try placement(of: hook).uninstall(from: directory, &report)
        }
        try MergeDriver(session, program: program).uninstall(&report)
        for file in [session.statusFile, session.fileStatesFile] {
            for suffix in ["", "-journal"] { try removeFile(FilePath(file.string + suffix)) }
        }
        try CloneMark.remove(in: session.repository.commonDirectory)
        let folder = session.repository.commonDirectory.appending("dvc")
        if directoryExists(folder) {
            for name in try directoryEntries(folder)
            where name.string.hasPrefix(SeenExperiments.filePrefix) {
                try removeFile(folder.appending(name))
            }
        }
        for directory in try session.repository.worktreeDirectories() {
            try PushNote.removeAll(in: directory)
            try MaterialisedState.remove(from: directory)
            try PlacedOuts.remove(from: directory)
            // Only when nothing of anybody else's is in it.
            _ = directory.appending("dvc").withCString { rmdir($0) }
        }
        try InstalledRepositories(session.environment).remove(session.repository.mainDirectory)
        return report
    }
}

extension GitRepository {
    /// The directory by which the repository can be found again: the main working tree's top, or the
    /// Git directory itself when that is not in one.
    fileprivate var mainDirectory: FilePath {
        commonDirectory.lastComponent == ".git" ? commonDirectory.parent : commonDirectory
    }
}

extension Session {
    /// Whether the effective hooks directory serves other repositories too.
    fileprivate func hooksAreShared() throws -> Bool {
        let command = repository.command(["config", "--show-scope", "--get", "core.hooksPath"])
        let scope = try command.run().output
        return scope.starts(with: "global".utf8) || scope.starts(with: "system".utf8)
    }
}
