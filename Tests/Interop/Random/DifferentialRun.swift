import Basics
import Foundation
import TestSupport

/// Command lines that real DVC and ours run by turns on the same project, each from the same state.
///
/// `differential-run.py` runs them all: DVC is loaded only once. `RANDOM_KEEP` in the environment names
/// a directory that the project is copied to, to look at what differed.
struct DifferentialRun {
    struct Outcome: Decodable {
        let status: Int32
        let output: String
        let errors: String
        /// The objects on all remotes when it was done: `main/files/md5/...`.
        let files: Set<String>
    }

    struct Pair: Decodable {
        let theirs: Outcome
        let ours: Outcome
    }

    private struct Task: Encodable {
        struct Line: Encodable {
            let words: [String]
            let directory: String
        }

        let lines: [Line]
        let ours: [String]
        let reset: String
        let watched: String
    }

    let project: RandomProject

    func run(_ lines: [RandomCommandLine]) throws -> [Pair] {
        let sandbox = project.sandbox
        for name in ["project", "remotes"] {
            try sandbox.run(
                "cp", "-a", sandbox.path(name).string, sandbox.path("first \(name)").string
            ).checked()
        }
        if let place = ProcessInfo.processInfo.environment["RANDOM_KEEP"] {
            try sandbox.run("cp", "-a", sandbox.root.string, place).checked()
        }
        // A site cache would have DVC believe what it saw before, and a list that it downloaded is in
        // the cache from then on.
        let reset = """
            cd '\(sandbox.root)'
            rm -rf project remotes home/dvc-site
            cp -a 'first project' project
            cp -a 'first remotes' remotes
            """
        let task = Task(
            lines: lines.map {
                Task.Line(
                    words: $0.words, directory: project.path.appending($0.directory).string)
            }, ours: ["git", "dvc"], reset: reset, watched: sandbox.path("remotes").string)
        let python = FilePath(try Sandbox.realDVC()).parent.appending("python").string
        let script = FilePath(#filePath).parent.appending("differential-run.py").string
        let result = try sandbox.start(
            python, [script], stdin: Array(try JSONEncoder().encode(task))
        ).wait(upTo: .seconds(600)).checked()
        return try JSONDecoder().decode([Pair].self, from: Data(result.outputBytes))
    }
}
