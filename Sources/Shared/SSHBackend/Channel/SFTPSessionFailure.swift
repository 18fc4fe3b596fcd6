package import Basics

/// Why a session with a server ended, or never began.
package struct SFTPSessionFailure: Error, Sendable {
    package enum Cause: Sendable, Equatable {
        /// The program that makes the connection could not be started.
        case notStarted(String)
        /// It ended, with these last words.
        case ended(String)
        /// What the server sent is not the protocol.
        case notUnderstood(SFTPWireError)
        /// The server speaks an older version of the protocol.
        case version(UInt32)
        /// Neither side said anything for this time.
        case stalled(Duration)
    }

    package let cause: Cause
    /// Whether the session had been opened: logging in and all that is before had worked.
    package let wasOpen: Bool

    package init(_ cause: Cause, wasOpen: Bool) {
        self.cause = cause
        self.wasOpen = wasOpen
    }
}

/// How to reach a server, and how long to wait for it.
package struct SFTPTransport: Sendable {
    /// What connects its standard input and output with the server.
    package var command: Command
    /// Whether it may ask the user something on the terminal.
    package var isInteractive = false
    /// How long a session may take to open; no limit while a user may be typing.
    package var openTimeout = Duration.seconds(120)
    /// How long both sides may be silent while an answer is awaited.
    package var activityTimeout = Duration.seconds(60)
    /// How long whoever is interrupted waits for the removal of what it left on the server.
    package var lastWait = Duration.seconds(3)

    /// Whether the pieces of a file are moved one after the other: to a server that does not keep
    /// their order, and is near enough that waiting costs nothing.
    package var movesPiecesInTurn = false

    package init(_ command: Command) { self.command = command }
}

/// What an open session can do.
struct SFTPAbilities: Sendable {
    var extensions: Set<SFTPExtension> = []
    /// The longest content of one request or answer, in bytes.
    ///
    /// Source: draft-ietf-secsh-filexfer-02, section 3: all servers take packets of 34 000 bytes.
    var longestRead = 32 << 10
    var longestWrite = 32 << 10
    /// How many files may be open at once.
    var handles = 64

    func offers(_ name: SFTPExtension) -> Bool { extensions.contains(name) }

    /// Takes what the server answered to the request for its limits.
    ///
    /// Source: OpenSSH's PROTOCOL, section 4.8; a 0 there means "nothing special".
    mutating func takeLimits(_ bytes: [UInt8]) {
        var fields = SFTPFields(bytes[...], type: 201)
        // An answer that is cut short changes nothing: the usual limits hold.
        guard (try? fields.longNumber()) != nil, let read = try? fields.longNumber(),
            let write = try? fields.longNumber(), let open = try? fields.longNumber()
        else { return }
        let ceiling: UInt64 = 255 << 10
        if read > 0 { longestRead = Int(max(1 << 10, min(read, ceiling))) }
        if write > 0 { longestWrite = Int(max(1 << 10, min(write, ceiling))) }
        if open > 0 { handles = Int(max(4, min(open, 520)) - 3) / 2 }
    }
}
