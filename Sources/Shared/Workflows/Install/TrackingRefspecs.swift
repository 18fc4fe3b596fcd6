internal import Basics
internal import Git

/// `dvc.fetchExps`: what becomes of experiments that Git remotes have.
enum FetchExperiments: String {
    /// `git fetch` brings them into tracking refs.
    case tracking
    /// Those become local experiments besides.
    case auto
    case none
}

extension Session {
    /// `dvc.fetchExps`, the default for what is no such value.
    var fetchExperiments: FetchExperiments {
        config["dvc.fetchexps"].flatMap { FetchExperiments(rawValue: $0.lowercased()) } ?? .tracking
    }
}

/// The lines `remote.<name>.fetch = +refs/exps/*:refs/dvc/<name>/exps/*`, by which `git fetch` brings
/// experiments.
///
/// Never into `refs/exps` itself: `git fetch --prune` would delete those that nobody has pushed
/// (git-integration 4, D5).
struct TrackingRefspecs {
    private let session: Session
    private var repository: GitRepository { session.repository }

    init(_ session: Session) { self.session = session }

    /// Makes the lines be what `dvc.fetchExps` asks for, whatever they were.
    ///
    /// Remotes of which somebody wants less or other than all branches are left alone, and so are
    /// shallow repositories: an experiment would bring the history that was to stay away.
    func install(_ report: inout HookInstallation.Report) throws(SubprocessError) {
        var isWanted = session.fetchExperiments != .none
        if isWanted { isWanted = try isWholeWorkingRepository() }
        let lines = try listed()
        let mirrors = Set(
            try values(#"^remote\..*\.mirror$"#).map { $0.key.dropFirst(7).dropLast(7) })
        for name in Set(lines.map(\.remote)).sorted() {
            let present = lines.filter { $0.remote == name }.map(\.refspec)
            let wanted = Self.refspec(for: name)
            let isMine =
                isWanted && name.isRefComponents && !mirrors.contains(name[...])
                && Self.takesAllBranches(present)
            for line in Set(present.filter(Self.isOurs)) where !isMine || line != wanted {
                try remove(line, from: name)
            }
            if isMine, !present.contains(wanted) {
                _ = try repository.output([
                    "config", "--local", "--add", "remote.\(name).fetch", wanted,
                ])
                report.lines.append("'git fetch \(name)' brings experiments, to be looked at")
            }
        }
    }

    /// Takes our lines out; returns whether there were any.
    func remove() throws(SubprocessError) -> Bool {
        let ours = try listed().filter { Self.isOurs($0.refspec) }
        for line in ours { try remove(line.refspec, from: line.remote) }
        return !ours.isEmpty
    }

    private static func refspec(for name: String) -> String {
        "+\(ExperimentRef.namespace)*:refs/dvc/\(name)/exps/*"
    }

    /// Also one that names another remote: `git remote rename` leaves that in place.
    private static func isOurs(_ refspec: String) -> Bool {
        refspec.hasPrefix("+\(ExperimentRef.namespace)*:refs/dvc/") && refspec.hasSuffix("/exps/*")
    }

    /// Whether all branches are fetched, and nobody has said what to do with experiments.
    private static func takesAllBranches(_ refspecs: [String]) -> Bool {
        let sources = refspecs.filter { !isOurs($0) }.map { refspec in
            (refspec.hasPrefix("+") ? refspec.dropFirst() : refspec[...]).prefix { $0 != ":" }
        }
        return sources.contains("refs/heads/*")
            && !sources.contains { $0 == "refs/*" || $0.drops("^").hasPrefix("refs/exps/") }
    }

    private func isWholeWorkingRepository() throws(SubprocessError) -> Bool {
        let answer = try repository.output(
            ["rev-parse", "--is-bare-repository", "--is-shallow-repository"])
        return answer.elementsEqual("false\nfalse\n".utf8)
    }

    private func listed() throws(SubprocessError) -> [(remote: String, refspec: String)] {
        try values(#"^remote\..*\.fetch$"#).map { key, value in
            (String(key.dropFirst(7).dropLast(6)), value)
        }
    }

    /// Removing what is gone already is no error.
    private func remove(_ refspec: String, from name: String) throws(SubprocessError) {
        let pattern = refspec.map { #"\.[]*+?(){}^$|"#.contains($0) ? "\\\($0)" : "\($0)" }
        _ = try repository.command([
            "config", "--local", "--unset-all", "remote.\(name).fetch", "^\(pattern.joined())$",
        ]).run()
    }

    private func values(
        _ pattern: String
    ) throws(SubprocessError) -> [(key: String, value: String)] {
        let answer = try repository.command([
            "config", "--local", "-z", "--get-regexp", pattern,
        ]).run()
        return answer.output.split(separator: 0).compactMap { record in
            guard let end = record.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            return (
                String(decoding: record[..<end], as: UTF8.self),
                String(decoding: record[(end + 1)...], as: UTF8.self)
            )
        }
    }
}

/// What is left to prepare in a repository that `git clone dvc::<url>` made.
package struct CloneCompletion {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// Writes down how experiments are fetched, which Git was not ready for when the clone began.
    ///
    /// Returns whether there was anything to do. Throws `SystemError`, `SubprocessError`.
    package func run() throws -> Bool {
        let directory = session.repository.commonDirectory
        guard CloneMark.isSet(in: directory) else { return false }
        try CloneMark.remove(in: directory)
        var report = HookInstallation.Report()
        try TrackingRefspecs(session).install(&report)
        return true
    }
}

extension Substring {
    fileprivate func drops(_ prefix: String) -> Substring {
        hasPrefix(prefix) ? dropFirst(prefix.count) : self
    }
}
