package import Basics
internal import Git

/// `dvc.fetchData`: which data is fetched for what `git fetch` brought.
enum FetchData: String {
    case none
    /// That of the commit which the current branch follows.
    case head
    /// That of all branches and tags that came.
    case all
}

/// Fetches data for commits that `git fetch` brought, before anybody checks them out, and makes local
/// experiments of those that it brought.
///
/// Git has no hook after a fetch, so this runs with the next command of ours that could use the data:
/// once for each fetch, whatever comes of it.
package struct PrefetchWorkflow {
    private let session: Session
    private let setting: FetchData

    package init(_ session: Session) {
        self.session = session
        setting =
            session.config["dvc.fetchdata"].flatMap { FetchData(rawValue: $0.lowercased()) }
            ?? .none
    }

    /// What came of it.
    package struct Report: Sendable {
        /// How many objects were fetched.
        package var fetchedCount = 0
        /// How many local experiments were created or brought up to date.
        package var experimentCount = 0
        /// What is missing or went wrong; nobody asked for the data yet, so none of it is an error.
        package var warnings: [any UserFacingError] = []
    }

    /// Fetches into the cache, if there was a fetch since the last time; the working copy stays.
    ///
    /// Throws `CancellationError`; all else is in the report.
    package func run(_ progress: ProgressMeter.Output) async throws -> Report {
        let directory = session.repository.gitDirectory
        var report = Report()
        guard session.repository.workTree != nil, FetchHead.isUnseen(in: directory) else {
            return report
        }
        do {
            // First: what is interrupted or fails is not tried again with every command.
            try FetchHead.markSeen(in: directory)
            if session.fetchExperiments == .auto {
                report.experimentCount = try TrackedExperiments(in: session.repository).adopt()
            }
            guard setting != .none else { return report }
            for (remote, commits) in try wanted(FetchHead(in: directory)) {
                let data = CommitDataFetch(session, from: remote, progress)
                let fetched = try await data.run(try await data.plan(commits))
                report.fetchedCount += fetched.fetchedCount
                report.warnings += fetched.errors + fetched.warnings
            }
        } catch let error as any UserFacingError {
            report.warnings.append(error)
        }
        return report
    }

    /// The commits whose data is to be fetched, by the name of the Git remote that they came from.
    ///
    /// Experiments are left out: there may be thousands, and `git dvc exp pull` brings their data.
    private func wanted(_ fetched: FetchHead) throws -> [(remote: String, commits: [GitOID])] {
        let entries = fetched.entries.filter { entry in
            !entry.name.hasPrefix("'refs/exps/") && (setting == .all || entry.isForMerge)
        }
        let names = session.remoteNamesByURL
        return try Dictionary(grouping: entries) { names[$0.url] ?? "origin" }
            .sorted { $0.key < $1.key }
            .map { name, entries in
                let oids = uniqued(entries.map(\.oid))
                // A tag may be that of a file, which has no data.
                let types = try session.repository.output(
                    ["cat-file", "--batch-check=%(objecttype) %(objectname)"],
                    input: Array(oids.map { "\($0)^{}\n" }.joined().utf8))
                let commits = types.split(separator: UInt8(ascii: "\n")).compactMap { line in
                    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
                    return words.first == "commit" ? words.last.flatMap { GitOID(String($0)) } : nil
                }
                return (name, uniqued(commits))
            }
    }
}

extension Session {
    /// The names of Git remotes by their URLs, spelled as in `FETCH_HEAD`.
    fileprivate var remoteNamesByURL: [String: String] {
        var names: [String: String] = [:]
        for key in config.keys.sorted() where key.hasPrefix("remote.") && key.hasSuffix(".url") {
            guard let url = config[key] else { continue }
            names[Self.fetchHeadURL(url)] = String(key.dropFirst(7).dropLast(4))
        }
        return names
    }

    /// Source: `transport_anonymize_url` and `display_ref`'s caller in `builtin/fetch.c` of Git 2.39.
    private static func fetchHeadURL(_ url: String) -> String {
        var text = url[...]
        if let scheme = text.firstRange(of: "://"),
            let at = text[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
        {
            text = text[..<scheme.upperBound] + text[text.index(after: at)...]
        }
        while text.hasSuffix("/") { text = text.dropLast() }
        return String(text.hasSuffix(".git") ? text.dropLast(4) : text)
    }
}
