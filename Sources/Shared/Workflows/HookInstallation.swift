package import Basics
package import Git

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Puts the suite's hook into a repository, and takes it out.
///
/// Hooks that others wrote are left alone or, when asked for, kept and run first; the one of real
/// `dvc install` is replaced and comes back.
package struct HookInstallation {
    let session: Session
    let program: FilePath
    private let scripts: FilePath

    static let name = "pre-push"
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

    // MARK: Installing

    /// Installs the hook in the way that suits the version of Git, or changes nothing and throws.
    ///
    /// `chain`: whether a hook file of others is kept and run first.
    package func install(chain: Bool, git version: GitVersion) throws -> Report {
        var report = Report()
        if version >= ConfigurationHook.firstVersion {
            try installInConfiguration(&report)
        } else {
            try installFile(chain: chain, &report)
            // An older Git ignores it; after the next upgrade the hook would run twice.
            if try ConfigurationHook(in: session.repository).remove() {
                report.lines.append("Removed the hook from the configuration: this Git ignores it")
            }
        }
        try InstalledRepositories(session.environment).add(session.repository.mainDirectory)
        return report
    }

    /// Git runs the configured hook and the file, so ours is no file any more.
    private func installInConfiguration(_ report: inout Report) throws {
        try ConfigurationHook(in: session.repository).install(program)
        report.lines.append("Installed the hook '\(Self.name)' in the repository's configuration")
        let directory = try directory()
        for path in paths(in: directory) {
            switch try HookAuthor(of: Self.name, at: path) {
            case .us:
                try remove(path, &report)
                let kept = try bringBack(path, &report)
                // What DVC's hook does is done by ours, as before.
                if kept, try HookAuthor(of: Self.name, at: path) == .dvc {
                    try renameFile(path, to: FilePath(path.string + Self.replaced))
                    report.lines.removeLast()
                }
            case .dvc:
                try renameFile(path, to: FilePath(path.string + Self.replaced))
                report.lines.append(replacedLine)
            case .nobody, .framework, .somebodyElse: break
            }
        }
    }

    private func installFile(chain: Bool, _ report: inout Report) throws {
        let directory = try directory()
        if directory == "/dev/null" { throw HookInstallationError.hooksTurnedOff(directory) }
        if let framework = HookFramework(owning: directory) {
            return try accept(framework, at: directory, &report)
        }
        let path = directory.appending(Self.name)
        let text = try script()
        switch try HookAuthor(of: Self.name, at: path) {
        case .nobody, .us: try write(text, to: path, &report)
        case .dvc:
            try renameFile(path, to: FilePath(path.string + Self.replaced))
            report.lines.append(replacedLine)
            try write(text, to: path, &report)
        case .framework(.preCommit): try installLegacy(text, chain: chain, beside: path, &report)
        case .framework(let framework): try accept(framework, at: path, &report)
        case .somebodyElse:
            guard chain else {
                throw HookInstallationError.foreignHook(
                    name: Self.name, path: path, program: program)
            }
            try keep(path, &report)
            try write(text, to: path, &report)
        }
        try addNotes(on: directory, &report)
    }

    /// A framework's configuration that runs our program is as good as a hook of ours.
    private func accept(
        _ framework: HookFramework, at path: FilePath, _ report: inout Report
    ) throws {
        guard framework.runsOurs(in: session.repository.workTree) else {
            throw HookInstallationError.managed(by: framework, path: path)
        }
        report.lines.append("\(framework.rawValue) runs the hook '\(Self.name)' already")
    }

    /// pre-commit makes its own file anew, but keeps and runs what it calls the legacy hook.
    private func installLegacy(
        _ text: [UInt8], chain: Bool, beside path: FilePath, _ report: inout Report
    ) throws {
        let legacy = FilePath(path.string + Self.legacy)
        let author = try HookAuthor(of: Self.name, at: legacy)
        if author != .us {
            if !chain { return try accept(.preCommit, at: path, &report) }
            if author != .nobody {
                let kept = FilePath(path.string + Self.chained)
                if fileExists(kept) { throw HookInstallationError.chainedTwice(kept) }
                try renameFile(legacy, to: kept)
            }
        }
        try write(text, to: legacy, &report)
        report.notes.append("pre-commit owns the hook '\(Self.name)' and runs ours before its own")
    }

    private func keep(_ path: FilePath, _ report: inout Report) throws {
        let kept = FilePath(path.string + Self.chained)
        if fileExists(kept) { throw HookInstallationError.chainedTwice(kept) }
        try renameFile(path, to: kept)
        report.lines.append("Kept the hook '\(Self.name)'; it runs first")
    }

    private func write(_ text: [UInt8], to path: FilePath, _ report: inout Report) throws {
        try createDirectories(path.parent)
        try writeFile(path, text, mode: 0o777)
        report.lines.append("Installed the hook '\(path.lastComponent)' in '\(path.parent)'")
    }

    private var replacedLine: String {
        "Replaced DVC's hook '\(Self.name)'; uninstalling brings it back"
    }

    private func addNotes(on directory: FilePath, _ report: inout Report) throws {
        if let top = session.repository.workTree, directory.relative(to: top) != nil,
            directory.relative(to: session.repository.commonDirectory) == nil
        {
            report.notes.append(
                "'\(directory)' is part of the working copy, and the hook names a path of this "
                    + "machine: do not commit it")
        }
        if try session.hooksAreShared() {
            report.notes.append(
                "core.hooksPath is set for more than this repository: the hook runs in all of them")
        }
    }

    // MARK: Uninstalling

    /// Removes our hooks, brings back what they replaced, and forgets what the remotes hold.
    package func uninstall() throws -> Report {
        var report = Report()
        if try ConfigurationHook(in: session.repository).remove() {
            report.lines.append("Removed the hook '\(Self.name)' from the configuration")
        }
        let directory = try directory()
        for path in paths(in: directory) {
            switch try HookAuthor(of: Self.name, at: path) {
            case .us:
                try remove(path, &report)
                try bringBack(path, &report)
            case .somebodyElse:
                if let text = try readFileIfPresent(path),
                    String(decoding: text, as: UTF8.self).contains("dvc-hooks")
                {
                    report.notes.append("'\(path)' calls dvc-hooks; remove that line by hand")
                }
            case .nobody:
                // With a hook of the configuration there is no file of ours in its place.
                if path.lastComponent == FilePath(Self.name) { try bringBack(path, &report) }
            case .dvc, .framework: break
            }
        }
        if let framework = try framework(), framework.runsOurs(in: session.repository.workTree) {
            report.notes.append(
                "'\(framework.configurationFiles[0])' calls dvc-hooks; remove that by hand")
        }
        for suffix in ["", "-journal"] {
            try removeFile(FilePath(session.statusFile.string + suffix))
        }
        // Only when nothing of anybody else's is in it.
        _ = session.statusFile.parent.withCString { rmdir($0) }
        try InstalledRepositories(session.environment).remove(session.repository.mainDirectory)
        return report
    }

    private func remove(_ path: FilePath, _ report: inout Report) throws {
        try removeFile(path)
        report.lines.append("Removed the hook '\(path.lastComponent)' from '\(path.parent)'")
    }

    /// Puts the hook that ours has replaced in its place again; returns whether there was one.
    @discardableResult
    private func bringBack(_ path: FilePath, _ report: inout Report) throws -> Bool {
        let base =
            path.string.hasSuffix(Self.legacy)
            ? path.string.dropLast(Self.legacy.count) : path.string[...]
        for suffix in [Self.chained, Self.replaced] {
            let kept = FilePath(base + suffix)
            guard fileExists(kept) else { continue }
            try renameFile(kept, to: path)
            report.lines.append("Brought back the hook '\(Self.name)' that was there before")
            return true
        }
        return false
    }

    // MARK: Hook files

    /// Where a file of ours can be.
    func paths(in directory: FilePath) -> [FilePath] {
        [directory.appending(Self.name), directory.appending(Self.name + Self.legacy)]
    }

    /// The framework that owns the hook, if any.
    func framework() throws -> HookFramework? {
        let directory = try directory()
        if let framework = HookFramework(owning: directory) { return framework }
        guard
            case .framework(let framework) = try HookAuthor(
                of: Self.name, at: directory.appending(Self.name))
        else { return nil }
        return framework
    }

    /// The script with the place of our program written into it.
    func script() throws -> [UInt8] {
        let path = scripts.appending(Self.name)
        guard let bytes = try readFileIfPresent(path, limit: 1 << 20) else {
            throw HookInstallationError.missingPart(path.string)
        }
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("program='") ? "program=\(shellWord(program.string))" : String($0) }
        return Array(lines.joined(separator: "\n").utf8)
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
