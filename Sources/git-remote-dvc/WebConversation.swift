import Basics
import Git

/// The conversation about an HTTP address: Git's own helper does the work, and lines are passed on.
///
/// It opens a connection for each request, so none waits for the data. Only pushes are looked into.
struct WebConversation: ~Copyable {
    private let context: HelperContext
    private let inner: InnerHelper
    private var lines: LineReader
    private var options = HelperOptions()
    private var listed: [String: GitOID] = [:]
    private var finished = FinishedPushes()

    init(_ context: HelperContext) throws {
        try context.checkPolicy()
        inner = try InnerHelper(context)
        self.context = context
        lines = LineReader(OpenFile(adopting: 0, named: "standard input"))
    }

    /// Answers until Git ends the conversation; returns the exit status.
    mutating func run() throws -> CInt {
        while let line = try lines.next() {
            if line.isEmpty { break }
            switch line.prefix(while: { $0 != " " }) {
            case "capabilities", "get":
                try inner.tell(line)
                reply(try inner.answerBlock() + [""])
            case "option": try answerOption(line)
            case "list":
                try inner.tell(line)
                let refs = try inner.answerBlock()
                note(refs)
                reply(refs + [""])
            case "fetch":
                let rest = try lines.block(orThrow: .cutOff)
                try inner.tell(([line] + rest).joined(separator: "\n") + "\n")
                reply(try inner.answerBlock() + [""])
            case "stateless-connect", "connect":
                guard lines.isDrained else { throw HelperError.malformed("more than a connection") }
                CloneBootstrap(context).run()
                try inner.tell(line)
                let answer = try inner.answer()
                reply([answer])
                if answer.isEmpty { return try inner.relay(from: lines.descriptor) }
            case "push": try push(first: line)
            default: throw HelperError.malformed(line)
            }
        }
        let status = inner.end()
        finished.tell(context)
        return finished.status(status)
    }

    private func reply(_ lines: [String]) { write(lines.map { "\($0)\n" }.joined(), to: 1) }

    private mutating func answerOption(_ line: String) throws {
        switch options.take(line.dropFirst("option ".count)) {
        case .ours: return reply(["ok"])
        case .error(let why): throw HelperError.option(why)
        case .ok, .unsupported: break
        }
        try inner.tell(line)
        reply([try inner.answer()])
    }

    private mutating func note(_ refs: [String]) {
        for line in refs {
            let words = line.split(separator: " ")
            if words.count >= 2, let oid = GitOID(words[0]) { listed[String(words[1])] = oid }
        }
    }

    private mutating func push(first: String) throws {
        let rest = try lines.block(orThrow: .cutOff)
        let batch = try PushLine.batch(first: String(first.dropFirst("push ".count)), rest: rest)
        let inner = inner
        var push = Push(
            context, options, listed: listed, caller: lines.descriptor,
            send: { lines, _ in try inner.send(lines) })
        let answer = try push.run(batch)
        finished.add(push)
        reply(answer + [""])
    }
}
