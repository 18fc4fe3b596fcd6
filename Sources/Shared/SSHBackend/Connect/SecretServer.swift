package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Hands a password or a passphrase to the ssh that asks for it, and to nobody else.
///
/// ssh starts the suite's own program to ask, which connects to a socket in a folder that only the
/// user can enter. So no secret is ever in a file, on a command line or in an environment.
package final class SecretServer: Sendable {
    /// The variable that makes the suite's program ask here: the path of the socket.
    package static let variable = "GIT_DVC_ASKPASS"

    private let folder: FilePath
    private let password: String?
    private let passphrase: String?
    private let keyFile: FilePath?
    private let listener: OpenFile
    private let isStopped = Locked(false)

    var socket: FilePath { folder.appending("s") }

    /// Listens until it goes away.
    ///
    /// `folder`: where temporary files go. Throws `SystemError`.
    init(_ login: SSHLogin, in folder: FilePath) throws(SystemError) {
        password = login.password
        passphrase = login.passphrase
        keyFile = login.keyFile
        self.folder = try makePrivateFolder(in: folder)
        let path = self.folder.appending("s")
        let opened = makeSocket()
        guard opened >= 0 else { throw SystemError("create", path) }
        _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
        listener = OpenFile(adopting: opened, named: path)
        guard withAddress(path, { bind(opened, $0, $1) }) == 0, listen(opened, 8) == 0 else {
            throw SystemError("create", path)
        }
        startThread { [weak self, opened = dup(opened)] in
            defer { close(opened) }
            while true {
                let connection = retryingInterrupts { accept(opened, nil, nil) }
                guard connection >= 0 else { return }
                guard let self, !self.isStopped.withLock({ $0 }) else {
                    close(connection)
                    return
                }
                self.answer(OpenFile(adopting: connection, named: "a socket"))
            }
        }
    }

    deinit {
        isStopped.withLock { $0 = true }
        // Ends accept(2), in which the thread waits.
        shutdown(listener.descriptor, CInt(shutdownBoth))
        try? removeFile(folder.appending("s"))  // a folder that stays is empty and private
        _ = folder.withCString { rmdir($0) }
    }

    private func answer(_ connection: consuming OpenFile) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { try? connection.read(into: $0) }
        guard let count, count > 0 else { return }  // nobody asked
        guard let secret = answer(to: String(decoding: buffer[..<count], as: UTF8.self)) else {
            return
        }
        // Who has gone away needs no answer.
        try? connection.write(Array(secret.utf8) + [UInt8(ascii: "\n")])
    }

    func answer(to prompt: String) -> String? {
        switch PasswordPrompt(prompt) {
        case .password: password
        case .passphrase(let path):
            keyFile == nil || keyFile?.string == path ? passphrase : nil
        case .other: nil
        }
    }
}

/// Asks the process that started ssh, and prints what it says: what `SSH_ASKPASS` is to do.
///
/// Returns the answer, or `nil` when there is none.
package func answerFromSecretServer(at socket: FilePath, prompt: String) -> [UInt8]? {
    let opened = makeSocket()
    guard opened >= 0 else { return nil }
    let connection = OpenFile(adopting: opened, named: socket)
    guard withAddress(socket, { connect(opened, $0, $1) }) == 0 else { return nil }
    // A prompt that cannot be sent gets no answer, and ssh then fails with words of its own.
    guard (try? connection.write(Array(prompt.utf8.prefix(4000)))) != nil,
        shutdown(opened, CInt(shutdownWrite)) == 0,
        let answer = try? connection.readAll(limit: 64 << 10), !answer.isEmpty
    else { return nil }
    return answer
}

#if canImport(Darwin)
private let shutdownBoth = SHUT_RDWR
private let shutdownWrite = SHUT_WR
private func makeSocket() -> CInt { socket(AF_UNIX, SOCK_STREAM, 0) }
#else
private let shutdownBoth = SHUT_RDWR
private let shutdownWrite = SHUT_WR
private func makeSocket() -> CInt {
    socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
}
#endif

/// A folder of our own that nobody else can enter.
private func makePrivateFolder(in parent: FilePath) throws(SystemError) -> FilePath {
    // The path of a socket has room for about a hundred bytes.
    let base: FilePath = parent.bytes.count < 60 ? parent : "/tmp"
    let template = base.appending("git-dvc.XXXXXX")
    var name = template.bytes.map { CChar(bitPattern: $0) } + [0]
    guard mkdtemp(&name) != nil else { throw SystemError("create", template) }
    return FilePath(unchecked: name.dropLast().map { UInt8(bitPattern: $0) })
}

private func withAddress<Result>(
    _ path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { buffer in
        // Zeros are behind it: the last byte stays one.
        for (index, byte) in path.bytes.prefix(buffer.count - 1).enumerated() {
            buffer[index] = byte
        }
    }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
