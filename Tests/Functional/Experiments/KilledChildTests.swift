import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc exp push` and `pull` of which each command of Git dies by SIGKILL, one after the other: those
/// that we start, those that they start, and those of the other side.
@Suite struct KilledChildTests {
    private let lab: ExperimentWorld
    private let object: ObjectID
    private var world: PushWorld { lab.world }
    private var commands: FilePath { world.sandbox.path("commands") }

    init() throws {
        lab = try ExperimentWorld()
        object = try lab.makeExperiment("one", "1")[0]
        try standInForGit()
    }

    /// Puts scripts before Git's programs that write down which command is run, and kill themselves instead of
    /// running one, or after that.
    private func standInForGit() throws {
        let script = """
            #!/bin/sh
            case ${0##*/} in git) ;; *) set -- "${0##*/git-}" "$@" ;; esac
            value= command=
            for word; do
                case $value$word in -C | -c) value=- ;; -C* | -c*) value= ;; -*) value= ;;
                *) [ -n "$value" ] || { command=$word; break; }; value= ;;
                esac
            done
            echo "$command" >>"$COMMANDS"
            [ "$command" = "$KILLED" ] || exec "$GIT" "$@"
            [ "$WHEN" = before ] || "$GIT" "$@"
            kill -9 $$

            """
        let core = try world.sandbox.gitLine("--exec-path", in: lab.path)
        try createDirectories(world.sandbox.path("bin"))
        try world.sandbox.start(
            "sh", ["-c", "mkdir core && ln -s '\(core)'/* core && rm -f core/git core/git-*-pack"]
        ).wait().checked()
        for path in ["bin/git", "core/git", "core/git-upload-pack", "core/git-receive-pack"] {
            try world.sandbox.write(
                Array(script.utf8), to: world.sandbox.path(path), mode: 0o755)
        }
    }

    private func exp(
        _ words: [String], in place: FilePath, killing command: String = "none", _ when: String = ""
    ) throws -> ProcessResult {
        let path = try #require(world.sandbox.environment["PATH"])
        return try world.sandbox.start(
            "git-dvc", ["exp"] + words, in: place,
            environment: [
                "GIT": Environment(world.sandbox.environment).program(named: "git")?.string,
                "PATH": "\(world.sandbox.path("bin")):\(path)",
                "GIT_EXEC_PATH": world.sandbox.path("core").string, "KILLED": command, "WHEN": when,
                "COMMANDS": commands.string,
            ]
        ).wait()
    }

    /// What was run last time.
    private func commandsRun() throws -> [String] {
        let lines = String(decoding: try readFile(commands), as: UTF8.self)
        return Set(lines.split(separator: "\n").map(String.init)).sorted()
    }

    /// Does it once, then with each command killed before and after its work, and after each once more.
    private func killEach(
        of words: [String], in place: FilePath, startOver: () throws -> Void,
        isDone: () throws -> Bool, isSound: () throws -> Bool
    ) throws -> [String] {
        try startOver()
        try exp(words, in: place).checked()
        #expect(try isDone())
        let all = try commandsRun()
        for (command, when) in all.flatMap({ [($0, "before"), ($0, "after")] }) {
            try startOver()
            let result = try exp(words, in: place, killing: command, when)
            let what: Comment = "\(command) \(when): \(result)"
            if result.succeeded {
                #expect(try isDone(), what)
            } else {
                #expect(result.status == 255, what)
                #expect(result.errorOutput.contains("error: "), what)
                #expect(!result.errorOutput.contains("ended with code"), what)
                #expect(!result.errorOutput.contains("unexpected answer"), what)
            }
            #expect(try isSound(), what)
            try exp(words, in: place).checked()
            #expect(try isDone(), what)
        }
        return all
    }

    @Test func `whatever is killed in a push, no ref is there without its data`() throws {
        func isThere() throws -> Bool { try lab.names() == ["one"] }
        let all = try killEach(
            of: ["push", "origin", "one"], in: lab.path,
            startOver: {
                try world.sandbox.git("update-ref", "-d", lab.ref("one"), in: world.bare)
                try world.sandbox.git("prune", "--expire=now", in: world.bare)
                let storage = try #require(world.repository.storage)
                try removeFile(storage.appending(DVCRepository.key(object)))
                try removeFile(lab.path.appending(".git/dvc/status.db"))
            },
            isDone: { try isThere() && world.repository.remoteHolds(object) },
            isSound: { try !isThere() || world.repository.remoteHolds(object) })
        #expect(Set(["config", "cat-file", "push", "receive-pack"]).isSubset(of: all))
    }

    @Test func `whatever is killed in a pull, the next one succeeds`() throws {
        try lab.exp("push", "origin", "one").checked()
        let clone = try lab.clone()
        let data = clone.appending(".dvc/cache").appending(DVCRepository.key(object))
        let all = try killEach(
            of: ["pull", "origin", "one"], in: clone,
            startOver: {
                try world.sandbox.git("update-ref", "-d", lab.ref("one"), in: clone)
                try world.sandbox.git("prune", "--expire=now", in: clone)
                try removeFile(data)
            },
            isDone: { try lab.names(in: clone) == ["one"] && fileExists(data) },
            isSound: {
                try world.sandbox.git("fsck", "--connectivity-only", in: clone).succeeded
            })
        #expect(Set(["config", "fetch", "upload-pack", "update-ref"]).isSubset(of: all))
    }

    @Test(arguments: [
        ("config", "'git -C ", "' was ended by signal 9\n"),
        ("cat-file", "'git -C ", " cat-file --batch' was ended by signal 9\n"),
        ("fetch", "cannot use Git remote 'origin': ", "'git fetch' was ended by signal 9\nhint: "),
    ])
    func `what died is named, and by which signal`(
        command: String, start: String, end: String
    ) throws {
        try lab.exp("push", "origin", "one").checked()
        let clone = try lab.clone()
        try world.sandbox.git("prune", "--expire=now", in: clone)
        let result = try exp(["pull", "origin", "one"], in: clone, killing: command, "before")
        #expect(result.status == 255)
        #expect(result.errorOutput.hasPrefix("error: \(start)"))
        #expect(result.errorOutput.contains(end), "\(result)")
    }

    @Test(arguments: ["upload-pack", "receive-pack"])
    func `where ssh is killed nothing moves, and the next push succeeds`(service: String) throws {
        let script = """
            #!/bin/sh
            for word; do command=$word; done
            case $command in *$KILLED*) kill -9 $$ ;; esac
            sh -c "$command"

            """
        let ssh = world.sandbox.path("ssh-stand-in")
        try world.sandbox.write(Array(script.utf8), to: ssh, mode: 0o755)
        func push(killing service: String) throws -> ProcessResult {
            try world.sandbox.start(
                "git-dvc", ["exp", "push", "ssh://host\(world.bare)", "one"], in: lab.path,
                environment: ["GIT_SSH_COMMAND": ssh.string, "KILLED": service]
            ).wait()
        }
        let result = try push(killing: service)
        #expect(result.status == 255)
        let words = [
            "the program that makes the connection was ended by a signal (Killed)",
            "the connection was closed before the server had answered",
        ]
        #expect(words.contains { result.errorOutput.contains($0) }, "\(result)")
        #expect(try lab.names() == [])
        try push(killing: "none").checked()
        #expect(try lab.names() == ["one"] && world.repository.remoteHolds(object))
    }
}
