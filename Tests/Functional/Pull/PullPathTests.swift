import Basics
import Digests
import TestSupport
import Testing

/// Pulls of repositories whose paths lead elsewhere.
@Suite struct PullPathTests {
    let pulled: PullWorld
    var world: PushWorld { pulled.world }
    var clone: FilePath { pulled.clone }

    init() throws { pulled = try PullWorld() }

    /// Everything outside of the clone's own data, with its content.
    private func surroundings() throws -> String {
        try world.sandbox.run(
            "sh", "-c",
            "find . -path ./clone/.dvc -prune -o -path ./clone/.git/dvc -prune -o -path ./tmp -prune -o -path ./home -prune -o -type f -print0"
                + " | sort -z | xargs -0 md5sum"
        ).output
    }

    @Test(arguments: [
        "../escaped", "../../escaped", "@/escaped", ".git/hooks/post-checkout", ".GIT/config",
        "sub/../../escaped", ".git/x", "git~1/x", ".g\u{200c}it/x", ".dvc/config.local",
    ])
    func `a metafile that leads elsewhere writes nothing there`(path: String) throws {
        let path = path.replacing("@", with: world.sandbox.root.string)
        let oid = try world.repository.storeInCache(Array("evil".utf8))
        try pulled.update(hook: false) {
            try world.write(
                "outs:\n- md5: \(oid)\n  hash: md5\n  path: \"\(path)\"\n", to: "evil.dvc")
            let key = DVCRepository.key(oid)
            try world.sandbox.write(
                Array("evil".utf8), to: world.storage.appending(key), mode: 0o444)
        }
        let before = try surroundings()
        let result = try pulled.pull()
        let added = try Set(surroundings().split(separator: "\n"))
            .subtracting(before.split(separator: "\n"))
        #expect(
            added.allSatisfy { $0.contains("  ./clone/data/") || $0.hasSuffix("  ./clone/file") })
        #expect(try pulled.content("file") == "one")
        #expect(!fileExists(clone.appending(".dvc/config.local")))
        // What lies outside of the repository is passed over, as by DVC.
        if !path.hasSuffix("escaped") {
            #expect(result.status == 1)
            #expect(
                result.errorOutput.contains("error: refusing to write '")
                    || result.errorOutput.contains("' is ignored by"), "\(result)")
        }
    }

    @Test(arguments: ["../escaped", "/escaped", ".git/hooks/x", "sub/.Git/x", "a/../../x"])
    func `a list that leads elsewhere writes nothing there`(member: String) throws {
        let oid = objectID(of: Array("evil".utf8))
        let list = DVCRepository.directoryList([(member, oid)])
        let listID = objectID(of: list, isDirectory: true)
        for (key, bytes) in [
            (DVCRepository.key(oid), Array("evil".utf8)), (DVCRepository.key(listID), list),
        ] {
            try world.sandbox.write(bytes, to: world.storage.appending(key), mode: 0o444)
        }
        try world.write("outs:\n- md5: \(listID)\n  hash: md5\n  path: evil\n", to: "evil.dvc")
        try world.commit()
        try world.push("-q", "--no-verify", "origin", "main").checked()
        try world.sandbox.git("pull", "-q", in: clone)
        let before = try surroundings()
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(result.errorOutput.hasPrefix("error: "), "\(result)")
        let added = try Set(surroundings().split(separator: "\n"))
            .subtracting(before.split(separator: "\n"))
        #expect(
            added.allSatisfy { $0.contains("  ./clone/data/") || $0.hasSuffix("  ./clone/file") })
        #expect(try pulled.content("file") == "one")
    }

    @Test(arguments: ["../outside", ".git/hooks"])
    func `a link in the repository is not followed`(target: String) throws {
        try createDirectories(world.sandbox.path("outside"))
        for (name, path, words) in [
            ("evil", "link/post-checkout", "error: refusing to write 'link'"),
            ("final", "link", "error: cannot put data at 'link': a symbolic link"),
        ] {
            try pulled.update {
                try world.sandbox.run("ln", "-sfn", target, "link", in: world.path).checked()
                let oid = try world.repository.storeInCache(Array(name.utf8))
                try world.write(
                    "outs:\n- md5: \(oid)\n  hash: md5\n  path: \(path)\n", to: "bad.dvc")
            }
            let before = try surroundings()
            let result = try pulled.pull()
            #expect(result.status == 1)
            #expect(result.errorOutput.contains(words), "\(result)")
            let added = try Set(surroundings().split(separator: "\n"))
                .subtracting(before.split(separator: "\n"))
            #expect(
                added.allSatisfy {
                    $0.contains("  ./clone/data/") || $0.hasSuffix("  ./clone/file")
                },
                "\(added)")
        }
        #expect(try pulled.content("file") == "one")
    }
}
