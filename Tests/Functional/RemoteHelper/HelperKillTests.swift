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

    /// Puts one script in the place of all programs: it counts the calls, and kills the one that it is told
    /// to, before or after that one's work.
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
            # Only one can make a file that is not there.
            set -C
            number=1
            until { true >'\(folder)/calls/'$number; } 2>/dev/null; do number=$((number + 1)); done
            set +C
            echo "$name $*" >'\(folder)/calls/'$number
            [ $number = "$VICTIM" ] || exec "$real" "$@"
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

    /// What the script was called for, in order; the victim is among them if there were that many.
    private func calls() throws -> [String] {
        let folder = folder.appending("calls")
        let numbers = try directoryEntries(folder).compactMap { Int($0.string) }.sorted()
        return try numbers.map {
            String(decoding: try readFile(folder.appending("\($0)")), as: UTF8.self)
        }
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
        var killed: [String] = []
        for number in 1... {
            let oid = try world.commit("content \(number)", as: "file")
            let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
            let trial = try here.makeExperiment("e\(number)", "trial \(number)")[0]
            let ref = ExperimentWorld.ref(head, "e\(number)")
            needed[head] = oid
            needed[try world.sandbox.gitLine("rev-parse", ref, in: world.path)] = trial
            try world.sandbox.run("sh", "-c", "rm -f calls/*", in: folder).checked()
            let result = try world.push(
                "origin", "main",
                environment: ["GIT_EXEC_PATH": folder.string, "VICTIM": "\(number)"])
            let calls = try calls()
            let victim = number <= calls.count ? calls[number - 1] : "nobody"
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
            if victim == "nobody" { break }
            killed.append(victim.split(separator: " ").prefix(2).joined(separator: " "))
        }
        // What is known to be started was among them.
        for name in [
            "git-remote-dvc origin", "git -c", "git-receive-pack", "git-dvc push", "git send-pack",
        ] { #expect(killed.contains { $0.hasPrefix(name) }, "\(name): \(killed)") }
    }
}
