import TestSupport
import Testing

@testable import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite(.timeLimit(.minutes(5))) struct SubprocessTests {
    init() { signal(SIGPIPE, SIG_IGN) }  // as in every program of ours

    private func shell(_ script: String, _ arguments: String...) -> Command {
        Command(
            "/bin/sh", ["-c", script, "sh"] + arguments,
            environment: Environment(["PATH": "/usr/bin:/bin", "GREETING": "hello"]))
    }

    private static let large = [[UInt8]](
        repeating: Array("not a whole number of pipe buffers ".utf8), count: 100_000
    ).flatMap(\.self)

    @Test func `arguments, environment and outputs arrive as they are`() throws {
        let result = try shell(
            #"printf '%s|' "$@" "$GREETING"; echo oops >&2"#, "a b", "*", "$HOME"
        )
        .run()
        #expect(result.status == .exited(0))
        #expect(String(decoding: result.output, as: UTF8.self) == "a b|*|$HOME|hello|")
        #expect(result.lastWords == "oops")
    }

    @Test func `large input and output pass at the same time`() throws {
        #expect(try shell("cat").outputIfSuccessful(input: Self.large) == Self.large)
    }

    @Test func `a command that has begun is fed at its end, and dropped it is ended`() throws {
        let running = try shell("cat; exit 3").begin(takesInput: true)
        let result = try running.finish(feeding: Self.large)
        #expect(result.output == Self.large && result.status == .exited(3))
        let directory = try TemporaryDirectory()
        let mark = directory.path.appending("mark")
        do { _ = try shell(#"read line && : >"$1""#, mark.string).begin(takesInput: true) }
        #expect(!fileExists(mark))
    }

    @Test func `a command goes on in the program that this one becomes`() throws {
        let command = shell("printf %s out; echo oops >&2; exit 3")
        let words = try command.begin().handOver()
        guard let running = RunningCommand(command, handedOver: words) else {
            Issue.record("\(words)")
            return
        }
        let result = try running.finish()
        #expect(result.status == .exited(3) && result.output == Array("out".utf8))
        #expect(result.lastWords == "oops")
    }

    @Test(arguments: ["", "1", "1,2", "a,b,c", "1,0,1", "-1,7,8", "1,90000,90001", "1,2,3,4"])
    func `words that name no command are none`(words: String) throws {
        if RunningCommand(shell("exit"), handedOver: words) != nil { Issue.record("\(words)") }
    }

    @Test func `a process that is not our child is not taken over`() throws {
        let (reader, writer) = try makePipe()
        defer {
            close(reader)
            close(writer)
        }
        let words = "\(getpid()),\(reader),\(writer)"
        if RunningCommand(shell("exit"), handedOver: words) != nil { Issue.record("\(words)") }
    }

    @Test func `large input and output pass through two programs`() throws {
        #expect(try shell("cat").outputPiped(into: shell("cat"), input: Self.large) == Self.large)
    }

    @Test func `both outputs are drained while the child writes a lot to each`() throws {
        let script = "head -c 500000 /dev/zero >&2; head -c 500000 /dev/zero"
        let result = try shell(script).run()
        #expect(result.output.count == 500_000)
        #expect(result.errorOutput.count == 500_000)
    }

    @Test func `a child that closes its input early is judged by its exit status`() throws {
        #expect(
            try shell("exec <&-; echo done").outputIfSuccessful(input: Self.large)
                == Array("done\n".utf8))
        #expect(try shell("exec <&-; exit 3").run(input: Self.large).status == .exited(3))
    }

    @Test func `without input a child reads nothing, not the terminal`() throws {
        #expect(try shell("cat").outputIfSuccessful().isEmpty)
    }

    @Test func `a failure tells exit code and the last words`() throws {
        let command = shell("printf 'one\\ntwo\\n\\nthree\\nfour\\n' >&2; exit 7")
        let error = try #require(
            #expect(throws: SubprocessError.self) { try command.outputIfSuccessful() })
        #expect(error.cause == .ended(.exited(7)))
        #expect(error.lastWords == "two; three; four")
        #expect(error.summary.hasSuffix("failed with exit code 7: two; three; four"))
    }

    @Test func `words that are indented, or announce what follows, read as a sentence`() throws {
        let text = #"fatal: no\n  to allow it, call:\n \n\tgit config x \n"#
        let result = try shell("printf '\(text)' >&2").run()
        #expect(result.lastWords == "fatal: no; to allow it, call: git config x")
    }

    @Test func `a child that dies by a signal is no success`() throws {
        let status = try shell("kill -9 $$").run().status
        #expect(status == .signalled(9))
        #expect(status.code == 137)
        #expect(!status.isSuccess)
    }

    @Test func `signals that end us are not blocked or ignored in children`() throws {
        #expect(try shell("kill -13 $$").run().status == .signalled(SIGPIPE))
    }

    @Test(arguments: ["/no/such/program", "/tmp", "/etc/passwd"] as [FilePath])
    func `a program that cannot be started is an error`(program: FilePath) throws {
        let command = Command(program, ["x"], environment: Environment([:]))
        let error = try #require(#expect(throws: SubprocessError.self) { try command.run() })
        guard case .notStarted(let code) = error.cause else {
            Issue.record("\(error)")
            return
        }
        #expect(code == (program == "/no/such/program" ? ENOENT : EACCES))
        #expect(throws: SubprocessError.self) { try command.outputPiped(into: command, input: []) }
        #expect(throws: SubprocessError.self) {
            try command.outputPiped(into: shell("cat"), input: [])
        }
    }

    @Test func `of two programs the one that failed is named`() throws {
        func failure(_ first: String, _ second: String) throws -> SubprocessError {
            try #require(
                #expect(throws: SubprocessError.self) {
                    try shell(first).outputPiped(into: shell(second), input: [])
                })
        }
        let producer = try failure("echo bad producer >&2; exit 2", "cat")
        #expect(producer.lastWords == "bad producer")
        #expect(producer.cause == .ended(.exited(2)))
        // The first is ended by the pipe when the second gives up: the second is to blame.
        let consumer = try failure("while echo line; do :; done", "echo bad consumer >&2; exit 3")
        #expect(consumer.lastWords == "bad consumer")
        #expect(consumer.cause == .ended(.exited(3)))
    }

    @Test func `descriptors and children do not pile up`() throws {
        func openDescriptors() throws -> Int { try directoryEntries("/proc/self/fd").count }
        let before = try openDescriptors()
        let missing = Command("/no/such", [], environment: Environment([:]))
        for _ in 0..<60 {
            _ = try shell("exit 1").run(input: [1])
            _ = try? missing.run(input: [1])  // what it throws is tested above
            _ = try? shell("exit 1").outputPiped(into: shell("exit 2"), input: [1])
            _ = try? missing.outputPiped(into: shell("cat"), input: [])
        }
        // Other tests open files at the same time, but not hundreds.
        #expect(try openDescriptors() < before + 60)
    }

    @Test func `a child that nobody waited for is ended`() throws {
        do { _ = try shell("exec sleep 1000").start() }
        // Not reached before the child has been ended and reaped.
    }
}
