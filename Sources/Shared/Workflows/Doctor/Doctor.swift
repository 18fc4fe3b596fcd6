package import Basics
internal import Digests
internal import Git
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One thing that ``Doctor`` looked at.
package struct Finding: Sendable, Equatable {
    package enum Level: String, Sendable { case ok, warning, error }

    package let level: Level
    /// What was looked at, in a word or two.
    package let topic: String
    /// What was found; never a secret.
    package let text: String
    /// What to do about it.
    package let remedy: String?
}

/// Looks at everything that a push depends on, and changes nothing of it.
///
/// Whatever cannot be looked at is a finding itself.
package struct Doctor {
    let environment: Environment
    let directory: FilePath
    /// The suite's version.
    let version: String
    /// Whether the pre-push hook may be run, to see where it leads.
    let triesHook: Bool
    var findings: [Finding] = []

    package init(
        _ environment: Environment, at directory: FilePath, version: String, triesHook: Bool
    ) {
        self.environment = environment
        self.directory = directory
        self.version = version
        self.triesHook = triesHook
    }

    /// Everything that was found, in the order in which things depend on each other.
    package mutating func examine() async throws -> [Finding] {
        examineSystem()
        examinePrograms()
        do {
            let session = try Session(at: directory, environment: environment)
            examineHook(session)
            examineHelper(session)
            examineSettings(session)
            examineRecords(session)
            try await examineRoots(session)
            try await examinePushes(session)
        } catch let error as CancellationError {
            throw error
        } catch {
            note(error, on: "repository")
        }
        return findings
    }

    // MARK: Noting

    mutating func ok(_ topic: String, _ text: String) {
        findings.append(Finding(level: .ok, topic: topic, text: text, remedy: nil))
    }

    mutating func warn(_ topic: String, _ text: String, _ remedy: String?) {
        findings.append(Finding(level: .warning, topic: topic, text: text, remedy: remedy))
    }

    mutating func fail(_ topic: String, _ text: String, _ remedy: String?) {
        findings.append(Finding(level: .error, topic: topic, text: text, remedy: remedy))
    }

    mutating func note(_ error: any Error, on topic: String) {
        fail(topic, summary(of: error), (error as? any UserFacingError)?.advice)
    }

    // MARK: Programs

    private mutating func examineSystem() {
        ok("git-dvc", version)
        var names = utsname()
        if uname(&names) == 0 {
            let words = [
                text(of: &names.sysname), text(of: &names.release), text(of: &names.machine),
            ]
            ok("system", words.joined(separator: " "))
        }
        ok("libraries", "SQLite \(StatusCache.libraryVersion), \(cryptoLibraryVersion)")
        do {
            let git = try GitProgram(environment: environment)
            let version = try git.version()
            try git.requireSupportedVersion()
            ok("git", "\(version.map(\.description) ?? "unknown version") in '\(git.path.parent)'")
        } catch {
            note(error, on: "git")
        }
    }

    private func text<Field>(of field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private mutating func examinePrograms() {
        guard let running = runningProgram() else {
            return warn("programs", "the system does not tell where this program is", nil)
        }
        for name in ["git-dvc", "dvc-hooks", "git-remote-dvc"] {
            let beside = running.parent.appending(name)
            let onPath = environment.program(named: name)
            if !isExecutableFile(beside) {
                fail("programs", "'\(beside)' is missing", "run install.sh again")
            } else if let onPath, (onPath.resolved ?? onPath) != (beside.resolved ?? beside) {
                warn(
                    "programs", "'\(onPath)' comes first on PATH, and this is '\(beside)'",
                    "remove one of the two, or change PATH")
            } else if onPath == nil, name == "git-dvc" {
                warn("programs", "'\(beside)' is not on PATH", "add '\(beside.parent)' to PATH")
            } else {
                ok("programs", "'\(beside)'")
            }
        }
    }
}
