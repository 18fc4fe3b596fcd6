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
    /// Whether Git has asked for the list for a push, and not pushed yet.
    private var isPushing = false

    init(_ context: HelperContext) throws {
        try context.checkPolicy()
        inner = try InnerHelper(context)
        self.context = context
        lines = LineReader(OpenFile(adopting: 0, named: "standard input"))
    }

    /// Answers until Git ends the conversation; returns the exit status.
    mutating func run() throws -> CInt {
        var isComplete = false
        while let line = try lines.next() {
            isComplete = line.isEmpty
            if isComplete { break }
            switch line.prefix(while: { $0 != " " }) {
            case "capabilities", "get":
                try inner.tell(line)
                reply(try inner.answerBlock() + [""])
            case "option": try answerOption(line)
            case "list":
                isPushing = line == "list for-push"
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
            case "push":
                isPushing = false
                try push(first: line)
            default: throw HelperError.malformed(line)
            }
        }
        let status = inner.end()
        finished.tell(context)
        if isComplete, isPushing { bringLeftData() }
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

    /// Brings data that earlier pushes left where this one has nothing to push.
    ///
    /// Git gives no options then, so whether it is a real push only its command line tells.
    private mutating func bringLeftData() {
        guard let parent = firstAncestor({ PushCommandLine($0) }) else { return }
        if parent.isDryRun { _ = options.take("dry-run true") }
        DataUpload(context, options, caller: -1).runLeft()
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
