import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The ground that every other functional test stands on.
@Suite struct SandboxTests {
    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    @Test func `streams larger than any pipe do not block`() throws {
        let input = String(repeating: "0123456789abcdef\n", count: 100_000)
        let result = try sandbox.run("sh", "-c", "tee /dev/stderr; exit 5", stdin: input)
        #expect(result.ending == .exited(status: 5))
        #expect(result.output == input)
        #expect(result.errorOutput == input)
    }

    @Test func `a program that hangs is ended with its children, and named`() throws {
        let result = try sandbox.run("sh", "-c", "sleep 1000; :", timeLimit: .milliseconds(50))
        #expect(result.ending == .timedOut)
        #expect(result.description.contains("sleep 1000"))
    }

    @Test func `a started program can be watched and killed`() throws {
        let process = try sandbox.start("sh", ["-c", "echo ready >&2; while :; do sleep 1; done"])
        while process.errorOutputSoFar != "ready\n" { sched_yield() }
        process.send(SIGKILL)
        #expect(process.wait().ending == .killed(signal: SIGKILL))
        process.send(SIGKILL)  // too late, and harmless
    }

    @Test func `a signal that the runner ignores reaches the program`() throws {
        let result = try sandbox.run("sh", "-c", "kill -PIPE $$; echo survived")
        #expect(result.ending == .killed(signal: SIGPIPE))
    }

    @Test func `no setting of the user or the system is seen`() throws {
        let scopes = try sandbox.git("config", "--list", "--show-origin", in: sandbox.root)
        #expect(!scopes.outputLines.isEmpty)
        for line in scopes.outputLines {
            #expect(line.hasPrefix("file:\(sandbox.home)/.gitconfig\t"))
        }
    }

    @Test func `it is removed with its last owner, even what has no permissions`() throws {
        var another: Sandbox? = try Sandbox()
        let root = try #require(another?.root)
        try another?.run("sh", "-c", "mkdir -p a/b && : >a/b/c && chmod 0 a/b a").checked()
        another = nil
        #expect(!fileExists(root))
    }
}
