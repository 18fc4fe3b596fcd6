internal import Basics
internal import Git

/// Puts one hook of the suite into a repository, and takes it out.
///
/// Hooks that others wrote are left alone or, when asked for, kept and run besides; the one of real
/// `dvc install` is replaced and comes back.
struct HookPlacement {
    let hook: SuiteHook
    let session: Session
    let program: FilePath
    /// The directory with the texts of the hooks.
    let scripts: FilePath

    private typealias Names = HookInstallation
    typealias Report = HookInstallation.Report

    // MARK: Installing

    /// Names our program in the configuration: Git runs that and the file, which is not ours.
    func installInConfiguration(_ report: inout Report) throws {
        try ConfigurationHook(hook.name, in: session.repository).install(program)
        report.lines.append("Installed the hook '\(hook.name)' in the repository's configuration")
    }

    /// Where Git or something else runs the file it would run twice.
    func removeFromConfiguration(_ report: inout Report) throws {
        if try ConfigurationHook(hook.name, in: session.repository).remove() {
            report.lines.append("Removed the hook '\(hook.name)' from the configuration")
        }
    }

    /// `chain`: whether a hook file of others is kept and run as well.
    func installFile(
        in directory: FilePath, chain: Bool, _ report: inout Report
    ) throws {
        if let framework = HookFramework(owning: directory) {
            return try accept(framework, at: directory, &report)
        }
        let path = directory.appending(hook.name)
        let text = try script()
        switch try HookAuthor(of: hook.name, at: path) {
        case .nobody, .us: try write(text, to: path, &report)
        case .dvc:
            try renameFile(path, to: FilePath(path.string + Names.replaced))
            report.lines.append(replacedLine)
            try write(text, to: path, &report)
        case .framework(.preCommit): try installLegacy(text, chain: chain, beside: path, &report)
        case .framework(let framework): try accept(framework, at: path, &report)
        case .somebodyElse:
            guard chain else {
                throw HookInstallationError.foreignHook(
                    name: hook.name, path: path, program: program)
            }
            try keep(path, &report)
            try write(text, to: path, &report)
        }
    }

    /// A framework's configuration that runs our program is as good as a hook of ours.
    private func accept(
        _ framework: HookFramework, at path: FilePath, _ report: inout Report
    ) throws {
        guard framework.runs(hook, in: session.repository.workTree) else {
            throw HookInstallationError.managed(by: framework, path: path)
        }
        report.lines.append("\(framework.rawValue) runs the hook '\(hook.name)' already")
    }

    /// pre-commit makes its own file anew, but keeps and runs what it calls the legacy hook.
    private func installLegacy(
        _ text: [UInt8], chain: Bool, beside path: FilePath, _ report: inout Report
    ) throws {
        let legacy = FilePath(path.string + Names.legacy)
        let author = try HookAuthor(of: hook.name, at: legacy)
        if author != .us {
            if !chain { return try accept(.preCommit, at: path, &report) }
            if author != .nobody {
                let kept = FilePath(path.string + Names.chained)
                if fileExists(kept) { throw HookInstallationError.chainedTwice(kept) }
                try renameFile(legacy, to: kept)
            }
        }
        try write(text, to: legacy, &report)
        report.notes.append("pre-commit owns the hook '\(hook.name)' and runs ours before its own")
    }

    private func keep(_ path: FilePath, _ report: inout Report) throws {
        let kept = FilePath(path.string + Names.chained)
        if fileExists(kept) { throw HookInstallationError.chainedTwice(kept) }
        try renameFile(path, to: kept)
        let place = hook.script == "post-checkout" ? "last" : "first"
        report.lines.append("Kept the hook '\(hook.name)'; it runs \(place)")
    }

    private func write(_ text: [UInt8], to path: FilePath, _ report: inout Report) throws {
        try createDirectories(path.parent)
        try writeFile(path, text, mode: 0o777)
        report.lines.append("Installed the hook '\(path.lastComponent)' in '\(path.parent)'")
    }

    private var replacedLine: String {
        "Replaced DVC's hook '\(hook.name)'; uninstalling brings it back"
    }

    // MARK: Uninstalling

    /// Removes what is ours and brings back what it replaced.
    func uninstall(from directory: FilePath, _ report: inout Report) throws {
        try removeFromConfiguration(&report)
        for path in paths(in: directory) {
            switch try HookAuthor(of: hook.name, at: path) {
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
                if path.lastComponent == FilePath(hook.name) { try bringBack(path, &report) }
            case .dvc, .framework: break
            }
        }
        if let framework = try framework(in: directory),
            framework.runs(hook, in: session.repository.workTree)
        {
            let file = framework.configurationFiles(for: hook)[0]
            let note = "'\(file)' calls dvc-hooks; remove that by hand"
            if !report.notes.contains(note) { report.notes.append(note) }
        }
    }

    private func remove(_ path: FilePath, _ report: inout Report) throws {
        try removeFile(path)
        report.lines.append("Removed the hook '\(path.lastComponent)' from '\(path.parent)'")
    }

    /// Puts the hook that ours has replaced in its place again; returns whether there was one.
    @discardableResult
    private func bringBack(_ path: FilePath, _ report: inout Report) throws -> Bool {
        let base =
            path.string.hasSuffix(Names.legacy)
            ? path.string.dropLast(Names.legacy.count) : path.string[...]
        for suffix in [Names.chained, Names.replaced] {
            let kept = FilePath(base + suffix)
            guard fileExists(kept) else { continue }
            try renameFile(kept, to: path)
            report.lines.append("Brought back the hook '\(hook.name)' that was there before")
            return true
        }
        return false
    }

    // MARK: Hook files

    /// Where a file of ours can be.
    func paths(in directory: FilePath) -> [FilePath] {
        [directory.appending(hook.name), directory.appending(hook.name + Names.legacy)]
    }

    /// The framework that owns the hook, if any.
    func framework(in directory: FilePath) throws -> HookFramework? {
        if let framework = HookFramework(owning: directory) { return framework }
        guard
            case .framework(let framework) = try HookAuthor(
                of: hook.name, at: directory.appending(hook.name))
        else { return nil }
        return framework
    }

    /// The script with the place of our program written into it.
    func script() throws -> [UInt8] {
        let path = scripts.appending(hook.script)
        guard let bytes = try readFileIfPresent(path, limit: 1 << 20) else {
            throw HookInstallationError.missingPart(path.string)
        }
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("program='") ? "program=\(shellWord(program.string))" : String($0) }
        return Array(lines.joined(separator: "\n").utf8)
    }
}
