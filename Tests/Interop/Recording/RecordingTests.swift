import Basics
import TestSupport
import Testing

/// `init`, `add`, `commit` and `remove` leave behind what DVC leaves behind, byte for byte.
@Suite struct RecordingTests {
    /// Files of all kinds: modes, links, hard links, empty ones.
    private func twinsWithFiles() throws -> TwinRepositories {
        let twins = try TwinRepositories()
        try twins.write("f", "f", mode: 0o600)
        try twins.write("x\n", "x", mode: 0o755)
        try twins.write("ro", "ro", mode: 0o444)
        try twins.write("m", "d/m", mode: 0o600)
        try twins.write("e", "d/e", mode: 0o755)
        try twins.write("h", "d/h")
        try twins.write("dup", "du1")
        try twins.write("dup", "d2/du2")
        try twins.write("", "em")
        try twins.write("", "de/em")
        try twins.shell("ln d/h hh; ln -s ../f d/s; ln -s f lf; mkdir void")
        return twins
    }

    private let everything = ["f", "x", "ro", "d", "d2", "du1", "em", "de", "lf", "void"]

    @Test func `init makes and stages what DVC makes and stages`() throws {
        let sandbox = try Sandbox(inMemory: true)
        for options in [[], ["--subdir"]] {
            var trees: [FileTree] = []
            var indexes: [[String]] = []
            for program in ["dvc", "ours"] {
                let top = try sandbox.makeRepository("\(program)\(options.count)")
                let place = options.isEmpty ? top : top.appending("sub")
                try createDirectories(place)
                let words = ["init", "--quiet"] + options
                let result =
                    program == "dvc"
                    ? try sandbox.start(Sandbox.realDVC(), words, in: place).wait()
                    : try sandbox.start("git", ["dvc"] + words, in: place).wait()
                #expect(result.succeeded, "\(result)")
                trees.append(try FileTree(top, skipping: [".git"]))
                indexes.append(try sandbox.git("ls-files", "-s", in: top).outputLines)
                // Again is an error, but not with -f.
                #expect(
                    try sandbox.run("git", "dvc", "init", in: top).status
                        == (options.isEmpty ? 1 : 0))
                let words2 = ["dvc"] + words + ["-f"]
                #expect(try sandbox.start("git", words2, in: place).wait().succeeded)
            }
            #expect(trees[0].difference(from: trees[1]) == [])
            #expect(trees[0].entries == trees[1].entries)
            #expect(indexes[0] == indexes[1])
        }
    }

    @Test func `init refuses where DVC refuses`() throws {
        let sandbox = try Sandbox(inMemory: true)
        let outside = sandbox.path("outside")
        try createDirectories(outside)
        let top = try sandbox.makeRepository("ignored")
        try sandbox.write(Array(".dvc\n".utf8), to: top.appending(".gitignore"))
        let part = try sandbox.makeRepository("part").appending("sub")
        try createDirectories(part)
        for place in [outside, top, part] {
            let theirs = try sandbox.start(Sandbox.realDVC(), ["init"], in: place).wait()
            let ours = try sandbox.run("git", "dvc", "init", in: place)
            #expect(theirs.status == 1)
            #expect(ours.status == 1, "\(ours)")
            #expect(!directoryExists(place.appending(".dvc")))
        }
        #expect(try sandbox.run("git", "dvc", "init", "--no-scm", in: outside).status == 1)
    }

    @Test(arguments: [
        "", "copy", "hardlink", "symlink", "hardlink,copy", "symlink,copy", "hardlink,symlink",
        "reflink,hardlink,copy",
    ])
    func `add, with every type of link`(types: String) throws {
        let twins = try twinsWithFiles()
        if !types.isEmpty { try twins.configure("cache.type", types) }
        #expect(try twins.run(["add", "--quiet"] + everything).both(0))
        #expect(try twins.differences() == [])
        try twins.shell("rm f d/m; echo new >f; echo new >d/m")
        #expect(try twins.run("add", "--quiet", "f", "d").both(0))
        #expect(try twins.differences() == [])
        try twins.shell("rm x; echo new >x")
        #expect(try twins.run("commit", "--force").both(0))
        #expect(try twins.differences() == [])
        #expect(try twins.run("remove", "f.dvc", "d.dvc", "x.dvc", "em.dvc").both(0))
        #expect(try twins.differences() == [])
    }

    @Test(arguments: [["--no-commit"], ["--no-relink"], ["--glob"]])
    func `add, with its options`(options: [String]) throws {
        let twins = try twinsWithFiles()
        // Of files with the same content DVC links those that it happens to find first.
        if options != ["--no-commit"] { try twins.configure("cache.type", "hardlink,copy") }
        let targets = options == ["--glob"] ? ["r?", "d*/**/du*", "[x]"] : everything
        #expect(try twins.run(["add"] + options + targets).both(0))
        #expect(try twins.differences() == [])
        #expect(try twins.run("commit").both(0))
        #expect(try twins.differences() == [])
    }

    @Test func `a shared cache, and staging`() throws {
        for type in ["copy", "reflink,copy"] {
            let twins = try twinsWithFiles()
            try twins.configure("cache.shared", "group")
            try twins.configure("cache.type", type)
            try twins.configure("core.autostage", "true")
            #expect(try twins.run("add", "f", "x", "d").both(0))
            try twins.shell("git status --porcelain >state")
            #expect(try twins.differences() == [])
        }
    }

    @Test func `parts of a directory`() throws {
        let twins = try twinsWithFiles()
        #expect(try twins.run("add", "d").both(0))
        for (change, target) in [
            ("mkdir d/sub; echo 1 >d/sub/1; echo 2 >d/sub/2", "d/sub"), ("rm d/sub/1", "d/sub/1"),
            ("rm -r d/sub", "d/sub"), ("echo changed >d/m", "d/m"), ("echo more >>d/e", "d/e"),
        ] {
            try twins.shell(change)
            #expect(try twins.run("add", target).both(0))
            #expect(try twins.differences() == [], "\(target)")
        }
        #expect(try twins.run("add", "d/nowhere").both(1))
        #expect(try twins.differences() == [])
    }

    @Test func `a file becomes a directory, and back`() throws {
        let twins = try TwinRepositories()
        for change in ["echo 1 >o", "rm o; mkdir o; echo 1 >o/k", "rm -r o; echo 2 >o; chmod +x o"]
        {
            try twins.shell(change)
            #expect(try twins.run("add", "o").both(0))
            #expect(try twins.differences() == [])
        }
    }

    @Test func `names that are hard to write`() throws {
        let twins = try TwinRepositories()
        let names = [
            "it's [x] #1", "123", "1e5", "caf\u{e9}", "true", "with: colon", "back\\slash",
            "new\nline", "tab\t", String(repeating: "z", count: 100), "!bang", "*", "?", "null",
            String(repeating: "w ", count: 50) + "w", "~", "'q'", "\"d\"", "# h", "\u{1f600}",
        ]
        for name in names { try twins.write(name, name) }
        #expect(try twins.run(["add", "--quiet", "--"] + names).both(0))
        #expect(try twins.differences() == [])
    }

    @Test func `.gitignore files of all kinds`() throws {
        let twins = try TwinRepositories()
        try twins.shell(
            """
            printf 'data/\\nno-end' >.gitignore; mkdir data; echo 1 >data/1; echo 1 >a; echo 1 >b.bin
            mkdir -p deep/er; printf '*.bin\\r\\n' >deep/.gitignore; echo 1 >deep/er/c; echo 1 >deep/d.bin
            """)
        #expect(try twins.run("add", "data", "a", "b.bin", "deep/er/c", "deep/d.bin").both(0))
        #expect(try twins.differences() == [])
        #expect(try twins.run("add", "c", in: "deep/er").both(0))
        #expect(try twins.differences() == [])
    }

    @Test(arguments: [
        ["a.dvc"], [".dvc/config"], [".git/config"], ["."], [".."], ["/etc/passwd"], ["sub"],
        ["a/b"], ["tracked"], ["hidden.tmp"], ["missing"], ["linked"], ["linked/f"], ["broken"],
        ["holds-broken"], ["d", "d/x"], ["out"], ["--glob", "none*"],
    ])
    func `add refuses what DVC refuses`(targets: [String]) throws {
        let twins = try TwinRepositories()
        try twins.shell(
            """
            echo 1 >a; mkdir -p sub d holds-broken; echo 1 >sub/f; echo 1 >tracked; git add tracked
            echo '*.tmp' >.dvcignore; echo 1 >hidden.tmp; ln -s sub linked; ln -s nowhere broken
            ln -s nowhere holds-broken/l; echo 1 >d/x
            printf 'stages:\\n  s:\\n    cmd: echo 1 >out\\n    outs:\\n    - out\\n' >dvc.yaml
            echo 1 >out
            """)
        #expect(try twins.run("add", "--quiet", "a", "sub/f").both(0))
        let results = try twins.run(["add"] + targets)
        #expect(results.both(1), "\(results.theirs) \(results.ours)")
        #expect(results.ours.errorOutput.hasPrefix("error: "))
        #expect(try twins.differences() == [])
    }

    @Test func `comments, order and flags of a .dvc file stay`() throws {
        let twins = try TwinRepositories()
        try twins.write("content", "f", mode: 0o755)
        try twins.write(
            """
            # top
            outs:
            - md5: d41d8cd98f00b204e9800998ecf8427e # the id
              # between
              size: 0   # bytes
              hash: md5
              path: f  # where
              desc: words
              labels: [a, b]
              remote: r
              push: false
              cache: true
            frozen: false
            wdir: .
            meta: {a: 1}
            # end

            """, "f.dvc")
        #expect(try twins.run("add", "f").both(0))
        #expect(try twins.differences() == [])
    }

    /// DVC parses and writes the whole file, which changes quotes, blank lines and indentation.
    @Test func `what does not change keeps its spelling, where DVC changes it`() throws {
        let twins = try TwinRepositories()
        try twins.write("content", "f")
        let text =
            "outs:\n  - md5: d41d8cd98f00b204e9800998ecf8427e\n    hash: md5\n    path: \"f\"\n\nmeta:\n    k: 'v'\n"
        try twins.write(text, "f.dvc")
        #expect(try twins.run("add", "f").both(0))
        let ours = String(decoding: try readFile(twins.ours.appending("f.dvc")), as: UTF8.self)
        let theirs = String(decoding: try readFile(twins.theirs.appending("f.dvc")), as: UTF8.self)
        let id = "9a0364b9e99bb480dd25e1f0284c8555"
        #expect(
            ours
                == "outs:\n  - md5: \(id)\n    hash: md5\n    path: \"f\"\n\n    size: 7\nmeta:\n    k: 'v'\n"
        )
        #expect(theirs != ours)
        // To DVC both say the same.
        try twins.sandbox.dvc("status", "--quiet", in: twins.ours)
    }

    @Test func `what DVC 2 recorded keeps its kind of id until it changes`() throws {
        let twins = try TwinRepositories()
        try twins.write("a\r\n", "f")
        try twins.write(
            "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 3\n  path: f\n", "f.dvc")
        #expect(try twins.run("add", "f").both(0))
        #expect(try twins.differences() == [])
        try twins.write("b\r\n", "f")
        #expect(try twins.run("add", "f").both(0))
        #expect(try twins.differences() == [])
    }

    @Test func `commit records what changed only when told to`() throws {
        let twins = try twinsWithFiles()
        #expect(try twins.run(["add", "--quiet"] + everything).both(0))
        #expect(try twins.run("commit").both(0))
        #expect(try twins.run("commit", "f.dvc").both(0))
        #expect(try twins.run("commit", "nothing").both(1))
        try twins.shell("echo 2 >f; echo 3 >d/m")
        #expect(try twins.run("commit").both(1))
        #expect(try twins.differences() == [])
        #expect(try twins.run("commit", "--force", "f").both(0))
        #expect(try twins.run("commit", "--force").both(0))
        #expect(try twins.differences() == [])
        try twins.shell("rm f")
        #expect(try twins.run("commit", "--force", "f.dvc").both(1))
        #expect(try twins.differences() == [])
    }

    @Test func `commit below a directory`() throws {
        let twins = try TwinRepositories()
        try twins.shell("mkdir -p q/r; echo 1 >q/r/a; echo 2 >q/b; echo 3 >c")
        #expect(try twins.run("add", "--quiet", "q/r/a", "q/b", "c").both(0))
        try twins.shell("echo 4 >q/b; echo 4 >q/r/a; echo 4 >c")
        #expect(try twins.run("commit", "--force", "--recursive", "q").both(0))
        #expect(try twins.differences() == [])
        #expect(try twins.run("commit", "--force", "q").both(1))
    }

    @Test func `remove lets go of data`() throws {
        let twins = try twinsWithFiles()
        #expect(try twins.run(["add", "--quiet"] + everything).both(0))
        for words in [["f"], ["nowhere"], ["nowhere.dvc"]] {
            #expect(try twins.run(["remove"] + words).both(1))
        }
        #expect(try twins.run("remove", "f.dvc", "d.dvc").both(0))
        #expect(try twins.differences() == [])
        #expect(try twins.run("remove", "--outs", "x.dvc", "d2.dvc").both(0))
        #expect(try twins.differences() == [])
        #expect(
            try twins.run(["remove"] + ["ro", "du1", "em", "de", "lf", "void"].map { $0 + ".dvc" })
                .both(0))
        #expect(try twins.differences() == [])
        #expect(!fileExists(twins.ours.appending(".gitignore")))
    }

    /// DVC looks for the line as it would be without escapes, and leaves such a file ignored.
    @Test func `remove finds a line with escapes, and DVC does not`() throws {
        let twins = try TwinRepositories()
        try twins.write("1", "a [1]")
        #expect(try twins.run("add", "a [1]").both(0))
        #expect(try twins.run("remove", "a [1].dvc").both(0))
        #expect(fileExists(twins.theirs.appending(".gitignore")))
        #expect(!fileExists(twins.ours.appending(".gitignore")))
    }

    /// DVC removes it.
    @Test func `remove does not remove what is saved nowhere`() throws {
        let twins = try TwinRepositories()
        try twins.write("1", "f")
        #expect(try twins.run("add", "f").both(0))
        try twins.write("unsaved", "f")
        let results = try twins.run("remove", "--outs", "f.dvc")
        #expect(results.theirs.succeeded)
        #expect(!fileExists(twins.theirs.appending("f")))
        #expect(results.ours.status == 1)
        #expect(fileExists(twins.ours.appending("f")))
    }

    @Test func `remove takes stages out of dvc.yaml and dvc.lock`() throws {
        let twins = try TwinRepositories()
        try twins.write("1", "f")
        try twins.write(
            """
            # top
            stages:
              a:  # first
                cmd: cat f > o1
                deps:
                - f
                outs:
                - o1
              b:
                cmd: cat o1 > o2
                deps:
                - o1
                outs:
                - o2:
                    cache: false
              # about c
              c:
                cmd: cat o2 > o3
                outs:
                - o3

            """, "dvc.yaml")
        try twins.change { try twins.sandbox.dvc("repro", "--quiet", in: $0) }
        for (words, status) in [
            (["a"], 0), (["nowhere"], 1), (["dvc.yaml:c"], 0), (["b"], 0), (["b"], 1),
        ] {
            #expect(try twins.run(["remove"] + words).both(Int32(status)), "\(words)")
            if words != ["a"] { #expect(try twins.differences() == [], "\(words)") }
        }
        #expect(!fileExists(twins.ours.appending("dvc.lock")))
    }
}
