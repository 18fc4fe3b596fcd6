import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The conversation about a path, ssh or git:// address.
///
/// For fetches Git itself speaks with the other side, through a connection that is made here. For
/// pushes it tells us what to do, so that the data can be uploaded while no connection waits
/// (git-integration 2.5, 2.6).
struct NativeConversation: ~Copyable {
    private let context: HelperContext
    private var lines: LineReader
    private var options = HelperOptions()
    private var listed: [String: GitOID] = [:]
    private var finished = FinishedPushes()
    private var hasListed = false
    /// Whether Git has come to the point of pushing: it asks for a connection once more then, after the
    /// list, its own checks and the user's hook.
    private var isPushing = false

    init(_ context: HelperContext) {
        self.context = context
        lines = LineReader(OpenFile(adopting: 0, named: "standard input"))
    }

    /// Answers until Git ends the conversation; returns the exit status.
    mutating func run() throws -> CInt {
        var isComplete = false
        while let line = try lines.next() {
            isComplete = line.isEmpty
            if isComplete { break }
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            let rest = parts.count > 1 ? String(parts[1]) : nil
            switch (parts[0], rest) {
            case ("capabilities", nil):
                reply(["option", "push", "connect", "object-format", ""])
            case ("option", let rest?): try answerOption(rest)
            case ("connect", "git-receive-pack"):
                isPushing = hasListed
                reply(["fallback"])
            case ("connect", let service?) where NativeService.names.contains(service):
                try connect(service)
            case ("connect", _?): reply(["fallback"])
            case ("list", "for-push"): try list()
            case ("push", let rest?):
                isPushing = false
                try push(first: rest)
            default: throw HelperError.malformed(line)
            }
        }
        finished.tell(context)
        // Without the empty line Git was ended.
        if isComplete, isPushing { pushNothing() }
        return finished.status()
    }

    /// Does what goes along with a push also when there is nothing to push.
    ///
    /// Git gives no options then; whether it is a real push only its command line tells, and what cannot
    /// be read counts as none.
    private mutating func pushNothing() {
        guard let parent = firstAncestor({ PushCommandLine($0) }) else { return }
        do {
            if parent.isDryRun { _ = options.take("dry-run true") }
            for option in parent.pushOptions where option.hasPrefix("dvc.") {
                if case .error(let why) = options.take("push-option \(option)") {
                    throw HelperError.option(why)
                }
            }
            // Git has closed its end, and waits for ours: that it is still there cannot be seen.
            let sending = SendPack(context: context, options: options, listed: listed, caller: -1)
            var push = Push(
                context, options, listed: listed, caller: -1,
                send: { lines, _ in try sending.send(lines, isAtomic: false) })
            try push.runAlone()
        } catch {
            printMessage("warning", "experiments were not pushed: \(summary(of: error))")
        }
    }

    private func reply(_ lines: [String]) { write(lines.map { "\($0)\n" }.joined(), to: 1) }

    private mutating func answerOption(_ option: String) throws {
        switch options.take(option) {
        case .ok, .ours: reply(["ok"])
        case .unsupported: reply(["unsupported"])
        case .error(let why): throw HelperError.option(why)
        }
    }

    private mutating func connect(_ service: String) throws {
        guard lines.isDrained else { throw HelperError.malformed("more than a connection") }
        try context.checkPolicy()
        if service == "git-upload-pack" { CloneBootstrap(context).run() }
        try NativeService(name: service, context: context, options: options).takeOver()
    }

    private mutating func list() throws {
        try context.preparation.beginPaths()
        if context.config.followingScope(to: context.name) != .none {
            try context.preparation.beginExperiments()
        }
        let refs = try RemoteListing(context, options).refs(endingWithCaller: lines.descriptor)
        hasListed = true
        listed = Dictionary(
            refs.map { ($0.name, $0.oid) }, uniquingKeysWith: { first, _ in first })
        var answer: [String] = []
        if options.wantsObjectFormat {
            let digits = try refs.first?.oid.hex.utf8.count ?? context.objectFormatDigits()
            answer.append(":object-format \(digits == 64 ? "sha256" : "sha1")")
        }
        reply(answer + refs.map { "\($0.oid) \($0.name)" } + [""])
    }

    private mutating func push(first: String) throws {
        let batch = try PushLine.batch(first: first, rest: lines.block(orThrow: .cutOff))
        let listed = listed
        let sending = SendPack(
            context: context, options: options, listed: listed, caller: lines.descriptor)
        var push = Push(
            context, options, listed: listed, caller: lines.descriptor,
            send: { lines, isExtra in try sending.send(lines, isAtomic: isExtra ? false : nil) })
        let answer = try push.run(batch)
        finished.add(push)
        reply(answer + [""])
    }
}

extension PushLine {
    /// Reads all `push` lines of one push.
    ///
    /// `first`: what followed the first `push `.
    static func batch(first: String, rest: [String]) throws -> [PushLine] {
        try (["push \(first)"] + rest).map { text in
            guard text.hasPrefix("push "), let line = PushLine(text.dropFirst(5)) else {
                throw HelperError.malformed(text)
            }
            return line
        }
    }
}

extension HelperContext {
    /// How many digits an oid has in the repository that the process is in.
    fileprivate func objectFormatDigits() throws -> Int {
        let answer = try git.command(["rev-parse", "--show-object-format"]).run()
        return answer.output.starts(with: "sha256".utf8) ? 64 : 40
    }
}
