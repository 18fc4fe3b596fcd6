internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The other side of a connection, which is asked for few refs of many.
///
/// `git ls-remote` has all refs sent and throws away what was not wanted: with protocol version 2 a
/// server sends only those whose names begin as they should, and answers more than one question.
/// Source: gitprotocol-v2(5), "ls-refs"; gitprotocol-pack(5), "Reference Discovery".
struct RefServer: ~Copyable {
    /// A connection that cannot be used, or an answer that cannot be understood.
    struct Failure: Error {
        /// What the program that makes the connection has said.
        let words: String
    }

    private var child: ChildProcess
    private var arrived = PacketLineDecoder()
    private var greeting: Greeting?
    private var words: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    private enum Greeting {
        /// What the server can do, to be asked questions.
        case capabilities([String])
        /// All refs, sent unasked by a server that knows nothing else.
        case refs([UInt8])
    }

    /// Starts the program that makes the connection; the server begins by itself.
    init(_ command: Command) throws(SubprocessError) {
        child = try command.start(input: .pipe, output: .pipe, errorOutput: .pipe)
    }

    /// Lines `<oid> <ref>`, as `git ls-remote` gives them, of refs whose names begin with one of these.
    ///
    /// Others may be among them. Blocks the thread. Throws ``Failure``.
    mutating func refs(beginningWith prefixes: [String]) throws(Failure) -> [UInt8] {
        if greeting == nil { greeting = try readGreeting() }
        switch greeting {
        case .refs(let all)?: return all
        case .capabilities(let capabilities)?:
            try send(try question(prefixes, capabilities))
            return try message()
        case nil: return []
        }
    }

    /// Says goodbye, so that the server does not complain that nobody reads.
    consuming func close() {
        // It may have gone already.
        try? child.input?.write(Array("0000".utf8))
        _ = child.wait()
    }

    private mutating func readGreeting() throws(Failure) -> Greeting {
        let message = try message()
        let version2 = Array("version 2\n".utf8)
        if message.starts(with: version2) {
            let lines = message[version2.count...].split(separator: UInt8(ascii: "\n"))
            return .capabilities(lines.map { String(decoding: $0, as: UTF8.self) })
        }
        // Lines that are none of refs mean nothing to who reads them.
        return .refs(message)
    }

    private func question(
        _ prefixes: [String], _ capabilities: [String]
    ) throws(Failure) -> [UInt8] {
        guard capabilities.contains(where: { $0 == "ls-refs" || $0.hasPrefix("ls-refs=") }) else {
            throw Failure(words: "")
        }
        let format = capabilities.first { $0.hasPrefix("object-format=") }
        let head = ["command=ls-refs"] + (format.map { [$0] } ?? [])
        return head.flatMap(PacketLine.encoded) + Array("0001".utf8)
            + prefixes.flatMap { PacketLine.encoded("ref-prefix \($0)") } + Array("0000".utf8)
    }

    private mutating func send(_ bytes: [UInt8]) throws(Failure) {
        do {
            try child.input?.write(bytes)
        } catch {
            throw failure()
        }
    }

    /// The lines up to the next flush, each with a line feed; what stands behind a NUL is left out, as
    /// with the first of all refs what the server can do.
    private mutating func message() throws(Failure) -> [UInt8] {
        var lines: [UInt8] = []
        while true {
            switch try nextPacket() {
            case .flush: return lines
            case .delimiter, .responseEnd: continue
            case .line(let line):
                // The server has something against us, which is Git's to tell.
                if line.starts(with: "ERR ".utf8) { throw Failure(words: "") }
                lines += line.prefix { $0 != 0 }
                lines.append(UInt8(ascii: "\n"))
            }
        }
    }

    private mutating func nextPacket() throws(Failure) -> PacketLine {
        while true {
            do throws(PacketLineDecoder.Garbage) {
                if let packet = try arrived.next() { return packet }
            } catch {
                throw Failure(words: "")
            }
            try receive()
        }
    }

    /// Waits for more; what is said besides must not fill its pipe.
    private mutating func receive() throws(Failure) {
        let output = child.output?.descriptor ?? -1
        let errors = child.errorOutput?.descriptor ?? -1
        var polled = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        guard retryingInterrupts({ poll(&polled, 2, -1) }) >= 0 else { throw failure() }
        if polled[0].revents != 0 {
            let count = retryingInterrupts { read(output, &buffer, buffer.count) }
            guard count > 0 else { throw failure() }
            arrived.append(buffer[..<count])
        } else if polled[1].revents != 0 {
            let count = retryingInterrupts { read(errors, &buffer, buffer.count) }
            if count > 0 { words += buffer[..<count] } else { child.errorOutput = nil }
        }
    }

    private mutating func failure() -> Failure {
        // It is at its end, and what it said last may not have been read.
        if let errors = child.errorOutput?.descriptor {
            _ = fcntl(errors, F_SETFL, fcntl(errors, F_GETFL) | O_NONBLOCK)
            let count = retryingInterrupts { read(errors, &buffer, buffer.count) }
            if count > 0 { words += buffer[..<count] }
        }
        return Failure(words: String(decoding: words, as: UTF8.self))
    }
}
