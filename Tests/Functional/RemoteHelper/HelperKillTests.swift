import Basics
import Digests
import TestSupport
import Testing

/// Every program that a push starts, of Git's, of ours and of the server's, killed in turn.
@Suite struct HelperKillTests {
    enum Moment: String, CaseIterable { case before, after }

    let here: ExperimentWorld
    var world: PushWorld { here.world }
    private var folder: FilePath { world.sandbox.path("wrapped") }

    init() throws {
        here = try ExperimentWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
        try world.git("config", "dvc.pushExps", "all")
    }

    /// Puts one script in the place of all programs.
    ///
    /// It counts the calls of each, and kills the one that it is told to, before or after that one's work. A
    /// call has a name of its own (`git cat-file.2`), because several are made at the same time, in another
    /// order each time.
    private func wrapPrograms(_ moment: Moment) throws {
        let real = try world.sandbox.run("git", "--exec-path").outputLines[0]
        let programs = try Sandbox.installedPrefix().appending("bin")
        try createDirectories(folder.appending("ours"))
        try createDirectories(folder.appending("calls"))
        let script = try world.sandbox.write(
            """
            #!/bin/sh
            name=${0##*/}
            case $name in
            git-dvc) real='\(programs)/git-dvc' ;;
            git-remote-dvc) real='\(folder)/ours/git-remote-dvc' ;;
            *) real='\(real)'/$name ;;
            esac
            call="$name ${1##*/}"
            # Only one can make a file that is not there.
            set -C
            number=1
            until { true >'\(folder)/calls/'"$call.$number"; } 2>/dev/null; do number=$((number + 1)); done
            set +C
            [ "$call.$number" = "$VICTIM" ] || exec "$real" "$@"
            [ \(moment) = before ] || "$real" "$@"
            kill -9 $$

            """, to: "wrapped/script", mode: 0o755)
        // git-dvc is looked for beside the helper, which so is in a folder of its own.
        try world.sandbox.run("cp", "\(programs)/git-remote-dvc", "\(folder)/ours").checked()
        try world.sandbox.run(
            "sh", "-c",
            "for path in \"$1\"/git*; do ln -s \"$2\" \"${path##*/}\"; done; "
                + "ln -s \"$2\" git-remote-dvc; ln -s \"$2\" ours/git-dvc",
            "sh", real, script.string, in: folder
        ).checked()
    }

    /// Pushes, and says what was called.
    private func push(victim: String) throws -> (result: ProcessResult, calls: Set<String>) {
        try world.sandbox.run("sh", "-c", "rm -f calls/*", in: folder).checked()
        let result = try world.push(
            "origin", "main", environment: ["GIT_EXEC_PATH": folder.string, "VICTIM": victim])
        return (result, Set(try directoryEntries(folder.appending("calls")).map(\.string)))
    }

    private func tips() throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try world.refs().map { line in
                let words = line.split(separator: " ").map(String.init)
                return (words[1], words[0])
            })
    }

    @Test(arguments: Moment.allCases)
    func `none leaves a ref without its data, or is called a success`(moment: Moment) throws {
        try wrapPrograms(moment)
        var needed: [String: ObjectID] = [:]
        func commit(_ number: Int) throws -> String {
            let oid = try world.commit("content \(number)", as: "file")
            let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
            let trial = try here.makeExperiment("e\(number)", "trial \(number)")[0]
            let ref = ExperimentWorld.ref(head, "e\(number)")
            needed[head] = oid
            needed[try world.sandbox.gitLine("rev-parse", ref, in: world.path)] = trial
            return head
        }
        _ = try commit(0)
        let whole = try push(victim: "nobody")
        #expect(whole.result.status == 0, "\(whole.result)")
        var killed: Set<String> = []
        for (number, victim) in whole.calls.sorted().enumerated() {
            let head = try commit(number + 1)
            let (result, calls) = try push(victim: victim)
            let tips = try tips()
            let stored = try world.stored()
            for (ref, tip) in tips {
                if let oid = needed[tip] {
                    #expect(
                        stored.contains(DVCRepository.key(oid).string),
                        "\(ref) has no data: killed \(moment) \(victim)\(result)")
                }
            }
            #expect(
                !result.succeeded || tips["refs/heads/main"] == head,
                "a wrong success: killed \(moment) \(victim)\(result)")
            // Nothing is in the way of the next one.
            let again = try world.push("origin", "main")
            #expect(again.status == 0, "after \(moment) \(victim): \(again)")
            #expect(
                try self.tips()["refs/heads/main"] == head, "after \(moment) \(victim): \(again)")
            if calls.contains(victim) { killed.insert(victim) }
        }
        // What is known to be started was among them, at each of its first calls.
        for name in [
            "git-remote-dvc origin", "git -c", "git-receive-pack", "git-dvc push", "git send-pack",
        ] {
            #expect(
                killed.contains { $0.hasPrefix(name) && $0.hasSuffix(".1") }, "\(name): \(killed)")
        }
    }
}
