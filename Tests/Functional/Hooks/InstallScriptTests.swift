import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `install.sh` with stub programs in a temporary prefix.
@Suite struct InstallScriptTests {
    let sandbox: Sandbox
    let prefix: FilePath
    let build: FilePath

    init() throws {
        sandbox = try Sandbox()
        prefix = sandbox.path("new/pre fix")
        build = sandbox.path("build")
        // Stands for the real program: what install.sh relies on is only that both commands exist
        // and that the list of repositories is kept.
        try sandbox.write(
            """
            #!/bin/sh
            list=$XDG_STATE_HOME/git-dvc/repositories
            case $1 in
            install)
                mkdir -p "${list%/*}" && pwd >>"$list"
                : >.git/hooks/pre-push
                ;;
            uninstall)
                [ ! -e refuses ] || { echo "error: refused" >&2; exit 1; }
                rm .git/hooks/pre-push
                grep -vxF "$(pwd)" "$list" >"$list.new"
                mv "$list.new" "$list"
                ;;
            completion) echo "# $2" ;;
            esac

            """, to: "build/git-dvc", mode: 0o755)
        for name in ["dvc-hooks", "git-remote-dvc"] {
            try sandbox.write("#!/bin/sh\n", to: "build/\(name)", mode: 0o755)
        }
    }

    func install(_ arguments: String..., environment: [String: String?] = [:]) throws
        -> ProcessResult
    {
        let script = Sandbox.projectRoot.appending("install.sh").string
        let common = ["--prefix", prefix.string, "--build-dir", build.string]
        return try sandbox.start(script, common + arguments, environment: environment).wait()
    }

    @Test func `installing twice and uninstalling twice leaves nothing`() throws {
        let first = try sandbox.makeRepository("first repository")
        let second = try sandbox.makeRepository("second")
        let before = try sandbox.run("find", ".", in: sandbox.root).outputLines.sorted()

        for _ in 1...2 {
            let result = try install("--repo", first.string, "--repo", second.string).checked()
            let programs = "git-dvc, dvc-hooks and git-remote-dvc"
            #expect(result.output.contains("Installed \(programs) in \(prefix)/bin"))
        }
        for name in ["bin/git-dvc", "bin/git-remote-dvc", "share/git-dvc/hooks/pre-push"] {
            let mode = try #require(try fileStatus(prefix.appending(name))).st_mode
            #expect(mode & 0o777 == 0o755, "\(name)")
        }
        #expect(
            try readFile(prefix.appending("share/git-dvc/hooks/pre-push"))
                == readFile(Sandbox.projectRoot.appending("hooks/pre-push")))
        #expect(fileExists(first.appending(".git/hooks/pre-push")))
        #expect(try directoryEntries(prefix.appending("bin")).count == 5)

        // One of the repositories is gone when its turn comes.
        try sandbox.run("rm", "-rf", second.string).checked()
        let removed = try install("--uninstall").checked()
        #expect(removed.output.contains("Note: \(second) is gone"))
        #expect(try install("--uninstall").checked().output.contains("Nothing is installed"))

        let after = try sandbox.run("find", ".", in: sandbox.root).outputLines.sorted()
        let expected = before.filter { !$0.hasPrefix("./second") }
        // `~/.local` was made by the stub, as any program makes it.
        #expect(after.filter { $0 != "./home/.local" } == expected)
    }

    @Test func `a repository that was renamed is found by its hook`() throws {
        _ = try sandbox.makeRepository("team/alpha/one")
        try install("--repo", sandbox.path("team/alpha/one").string).checked()
        // As the real program writes it.
        let hook = "# git-dvc hook, version 1\nprogram='\(prefix)/bin/dvc-hooks'\n"
        try sandbox.write(hook, to: "team/alpha/one/.git/hooks/pre-push")
        _ = try sandbox.makeRepository("team/gamma/other")
        try sandbox.write("#!/bin/sh\n", to: "team/gamma/other/.git/hooks/pre-push")
        try sandbox.run("mv", "alpha/one", "alpha/1 one", in: sandbox.path("team")).checked()
        try sandbox.run("mv", "alpha", "beta", in: sandbox.path("team")).checked()

        let result = try install("--uninstall").checked()
        #expect(result.output.contains("found our hook in \(sandbox.path("team/beta/1 one"))\n"))
        #expect(!fileExists(sandbox.path("team/beta/1 one/.git/hooks/pre-push")))
        #expect(fileExists(sandbox.path("team/gamma/other/.git/hooks/pre-push")))
        #expect(!fileExists(prefix))
    }

    @Test func `a repository that cannot be cleaned keeps everything installed`() throws {
        let repository = try sandbox.makeRepository("repository")
        try install("--repo", repository.string).checked()
        try sandbox.write("", to: "repository/refuses")
        let result = try install("--uninstall")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("still have our hooks"))
        #expect(result.errorOutput.contains(repository.string))
        #expect(fileExists(prefix.appending("bin/git-dvc")))

        try sandbox.run("rm", "repository/refuses").checked()
        try install("--uninstall").checked()
        #expect(!fileExists(prefix))
    }

    @Test func `what others have in the prefix stays`() throws {
        try sandbox.write("x", to: "new/pre fix/bin/other")
        try install().checked()
        try sandbox.write("x", to: "new/pre fix/share/git-dvc/other")
        try install("--uninstall").checked()
        let left = try sandbox.run("find", prefix.string, "-type", "f").outputLines.sorted()
        #expect(left == ["\(prefix)/bin/other", "\(prefix)/share/git-dvc/other"])
    }

    @Test func `a running program keeps its file, and a dropped file goes away`() throws {
        try install().checked()
        let program = prefix.appending("bin/git-dvc")
        let inUse = sandbox.path("in use")
        try sandbox.run("ln", program.string, inUse.string).checked()
        try sandbox.write("x", to: "new/pre fix/bin/dropped")
        try sandbox.run(
            "sh", "-c", "echo 'file bin/dropped' >>\"$1\"", "sh",
            prefix.appending("share/git-dvc/installed").string
        ).checked()
        let old = try readFile(program)
        try sandbox.write("#!/bin/sh\n# newer\n", to: "build/git-dvc", mode: 0o755)

        try install().checked()
        #expect(try readFile(inUse) == old)
        #expect(try readFile(program) == readFile(build.appending("git-dvc")))
        #expect(!fileExists(prefix.appending("bin/dropped")))
    }

    @Test func `it says what to do when the folder is not on PATH`() throws {
        let silent = try install(
            environment: ["PATH": "\(prefix)/bin:/usr/bin:/bin"]
        ).checked()
        #expect(!silent.output.contains("PATH"))
        let told = try install(environment: ["PATH": "/usr/bin:/bin"]).checked()
        #expect(told.output.contains("export PATH=\"\(prefix)/bin:$PATH\""))
    }

    @Test(arguments: [
        ["--wrong"], ["surplus"], ["--prefix"], ["--repo", ""], ["--uninstall", "--demo"],
        ["--dependencies-only", "--repo", "x"],
    ])
    func `wrong use ends with 2 and the usage`(arguments: [String]) throws {
        let script = Sandbox.projectRoot.appending("install.sh").string
        let result = try sandbox.start(script, arguments).wait()
        #expect(result.status == 2)
        #expect(result.errorOutput.hasPrefix("error: "))
        #expect(result.errorOutput.contains("usage: ./install.sh"))
    }

    #if os(Linux)
    /// Writes a program that stands for one of the system's.
    private func fake(_ name: String, _ script: String) throws {
        try sandbox.write("#!/bin/sh\n\(script)\n", to: "fakes/\(name)", mode: 0o755)
    }

    private func dependencies() throws -> ProcessResult {
        try sandbox.run(
            Sandbox.projectRoot.appending("install.sh").string, "--dependencies-only",
            environment: ["PATH": "\(sandbox.path("fakes")):/usr/bin:/bin"])
    }

    @Test func `without root it prints the one command and stops`() throws {
        try fake("dpkg-query", "exit 1")
        try fake("apt-get", "exit 99")
        try fake("id", "echo 1000")
        try fake("sudo", "exit 1")
        let result = try dependencies()
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "\nhint: run: sudo apt-get install -y libyaml-dev libsqlite3-dev libssl-dev "))
    }

    @Test(arguments: [true, false])
    func `packages are installed as root or through sudo`(isRoot: Bool) throws {
        try fake("dpkg-query", "case $* in *libyaml-dev) exit 1 ;; esac; printf installed")
        try fake("apt-get", "echo \"$*\" >>'\(sandbox.root)/calls'")
        try fake("id", isRoot ? "echo 0" : "echo 1000")
        try fake("sudo", isRoot ? "exit 1" : "shift; exec \"$@\"")
        try dependencies().checked()
        let calls = String(decoding: try readFile(sandbox.path("calls")), as: UTF8.self)
        #expect(calls.contains("install -y -qq --no-install-recommends libyaml-dev"))
        #expect(!calls.contains("libssl-dev"))
    }

    @Test func `nothing is asked of apt when everything is there`() throws {
        try fake("dpkg-query", "printf installed")
        try fake("apt-get", "exit 99")
        let result = try dependencies().checked()
        #expect(result.output == "")
    }

    @Test(arguments: [
        ("echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'", "swift 5.10 is too old"),
        ("exit 1", "swift is not installed"),
    ])
    func `an old or missing toolchain is named`(swift: String, message: String) throws {
        try fake("dpkg-query", "printf installed")
        try fake("swift", swift)
        let result = try sandbox.run(
            Sandbox.projectRoot.appending("install.sh").string, "--prefix", prefix.string,
            environment: ["PATH": "\(sandbox.path("fakes")):/usr/bin:/bin"])
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("error: \(message)"), "\(result)")
        #expect(result.errorOutput.contains("hint: "))
        #expect(!fileExists(prefix))
    }
    #endif
}
