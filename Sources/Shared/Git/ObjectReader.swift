package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// An object as `git cat-file --batch` gives it.
package struct GitObject: Equatable, Sendable {
    package enum Kind: String, Sendable { case commit, tree, blob, tag }

    package let oid: GitOID
    package let kind: Kind
    package let content: [UInt8]
}

/// One `git cat-file --batch` that answers any number of questions.
///
/// Used from one task at a time. Questions of one call are written while answers are read, so
/// thousands cost one round trip.
package struct ObjectReader: ~Copyable {
    private var child: ChildProcess
    private let command: Command
    private var arrived = ObjectAnswers()
    private let repository: GitRepository

    package init(in repository: GitRepository) throws(SubprocessError) {
        self.repository = repository
        command = repository.command(["cat-file", "--batch"])
        child = try command.start(input: .pipe, output: .pipe)
        if let descriptor = child.input?.descriptor {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    /// Tells Git that nothing more will be asked, and does not wait for its end.
    package mutating func end() { child.input = nil }

    /// The objects that these names stand for, in the same order; `nil` where there is none.
    ///
    /// `names`: anything `git rev-parse` takes: an oid, `<commit>:<path>`.
    package mutating func objects(named names: [[UInt8]]) throws(SubprocessError) -> [GitObject?] {
        var questions: [[UInt8]?] = []
        for name in names {
            questions.append(name.contains(UInt8(ascii: "\n")) ? try oid(named: name) : name)
        }
        if questions.allSatisfy({ $0 == nil }) { return questions.map { _ in nil } }
        let lines = questions.flatMap { $0.map { $0 + [UInt8(ascii: "\n")] } ?? [] }
        var answers = try exchange(lines, count: questions.count(where: { $0 != nil }))[...]
        return questions.map { $0 == nil ? nil : answers.popFirst() ?? nil }
    }

    /// The oid that a name with a line feed stands for: `cat-file` before Git 2.38 has no way to
    /// take such a name, so each costs a process.
    private func oid(named name: [UInt8]) throws(SubprocessError) -> [UInt8]? {
        guard let text = String(validating: name, as: UTF8.self) else { return nil }
        let result = try repository.command(["rev-parse", "--verify", "--quiet", text]).run()
        let line = result.output.prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? nil : Array(line)
    }

    package mutating func objects(named oids: [GitOID]) throws(SubprocessError) -> [GitObject?] {
        try objects(named: oids.map { Array($0.hex.utf8) })
    }

    private mutating func exchange(
        _ questions: [UInt8], count: Int
    ) throws(SubprocessError) -> [GitObject?] {
        var answers: [GitObject?] = []
        answers.reserveCapacity(count)
        var sent = 0
        guard let input = child.input?.descriptor, let output = child.output?.descriptor else {
            throw SubprocessError(command, .unexpectedOutput("no pipe"))
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while answers.count < count {
            let wantsToSend = sent < questions.count
            var polled = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wantsToSend ? input : -1, events: Int16(POLLOUT), revents: 0),
            ]
            guard retryingInterrupts({ poll(&polled, 2, -1) }) >= 0 else { throw ended() }
            if polled[1].revents != 0 {
                let written = questions[sent...].withUnsafeBytes { rest in
                    retryingInterrupts { write(input, rest.baseAddress, rest.count) }
                }
                if written > 0 { sent += written } else if errno != EAGAIN { throw ended() }
            }
            if polled[0].revents != 0 {
                let received = retryingInterrupts { read(output, &buffer, buffer.count) }
                guard received > 0 else { throw ended() }
                arrived.append(buffer[..<received])
                while answers.count < count, let answer = try nextAnswer() {
                    switch answer {
                    case .object(let object): answers.append(object)
                    case .none: answers.append(nil)
                    }
                }
            }
        }
        return answers
    }

    private mutating func nextAnswer() throws(SubprocessError) -> ObjectAnswers.Answer? {
        do throws(ObjectAnswers.Garbage) {
            return try arrived.next()
        } catch {
            throw SubprocessError(command, .unexpectedOutput(error.text))
        }
    }

    private mutating func ended() -> SubprocessError {
        var words = ""
        if let descriptor = child.errorOutput?.descriptor {
            // It is at its end, or has nothing more to say.
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            var buffer = [UInt8](repeating: 0, count: 4 << 10)
            let count = retryingInterrupts { read(descriptor, &buffer, buffer.count) }
            words = lastWords(of: buffer[..<max(0, count)])
        }
        child.input = nil
        // A moment passes between its last word and its end.
        switch child.wait(until: .now + .seconds(1)) {
        case .exited(0)?, nil:
            return SubprocessError(
                command, .unexpectedOutput("it ended early"), lastWords: words)
        case let status?: return SubprocessError(command, .ended(status), lastWords: words)
        }
    }
}
