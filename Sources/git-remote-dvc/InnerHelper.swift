import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Git's own helper for HTTP, as a child with which lines are exchanged.
final class InnerHelper {
    private var child: ChildProcess
    private var answers: LineReader
    private var input: OpenFile?
    private let name: String

    init(_ context: HelperContext) throws {
        name = "git remote-\(context.address.transport.policyName)"
        let command = context.gitCommand([
            "remote-\(context.address.transport.policyName)",
            context.name ?? context.address.url, context.address.url,
        ])
        child = try command.start(input: .pipe, output: .pipe, errorOutput: .inherit)
        input = child.input.take()
        guard let output = child.output.take() else { throw HelperError.failed(name) }
        answers = LineReader(output)
    }

    /// Sends lines; a line end is added.
    func tell(_ text: String) throws {
        do {
            try input?.write(Array("\(text)\n".utf8))
        } catch {
            throw HelperError.failed(name)
        }
    }

    /// One line of its answer.
    func answer() throws -> String {
        guard let line = try answers.next() else { throw ended() }
        return line
    }

    /// What there is to say about its end, it has said itself, unless it was killed.
    private func ended() -> HelperError {
        input = nil
        HelperContext.tellEnd(of: name, child.wait())
        return .failed(name)
    }

    /// The lines of its answer up to the empty one.
    func answerBlock() throws -> [String] { try answers.block(orThrow: ended()) }

    /// Has it move refs.
    func send(_ lines: [PushLine]) throws -> SentRefs {
        if lines.isEmpty { return SentRefs() }
        try tell(lines.map { "push \($0.text)\n" }.joined())
        var sent = SentRefs()
        sent.answers = SentRefs.parse(try answerBlock(), asked: Set(lines.map(\.ref)))
        return sent
    }

    /// Passes bytes both ways until it has no more to say; returns its exit status.
    func relay(from source: CInt) throws -> CInt {
        // The server's greeting may have come with the line that says that it is there.
        let greeting = OpenFile(adopting: dup(1), named: "standard output")
        try greeting.write(answers.takeRest())
        try relayBytes(
            from: source, to: input?.descriptor ?? -1, andFrom: answers.descriptor, to: 1,
            endOfFirst: { input = nil })
        return child.wait().code
    }

    /// Says that there is no more, and waits for its end; returns the exit status.
    func end() -> CInt {
        try? tell("")  // it may have ended by itself, which its status tells
        input = nil
        return child.wait().code
    }
}
