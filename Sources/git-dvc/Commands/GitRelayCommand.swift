import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The connection to a `git://` server, which `git-remote-dvc` cannot open itself: it is linked without
/// what looks up host names (docs/decisions/0002).
let gitRelayCommand = CommandDescription(
    name: "git-relay",
    summary: "Connects to a git:// server.",
    synopsis: "<service> <host> <port> <path> <version>",
    arguments: [("service", "git-upload-pack or git-upload-archive")],
    argumentCount: 5...5,
    options: [],
    run: { arguments, _ in
        let words = arguments.positionals
        let socket = try connect(to: words[1], port: words[2])
        // Source: gitprotocol-pack(5), "Git Transport".
        let shownPort = words[2] == "9418" ? "" : ":\(words[2])"
        let host = words[1].contains(":") ? "[\(words[1])]" : words[1]
        var request = "\(words[0]) \(words[3])\0host=\(host)\(shownPort)\0"
        if words[4] != "0" { request += "\0version=\(words[4])\0" }
        let length = String(request.utf8.count + 4, radix: 16)
        let frame = String(repeating: "0", count: 4 - length.count) + length + request
        try socket.write(Array(frame.utf8))
        try relayBytes(
            from: 0, to: socket.descriptor, andFrom: socket.descriptor, to: 1,
            endOfFirst: { _ = shutdown(socket.descriptor, CInt(SHUT_WR)) })
        return 0
    })

private func connect(to host: String, port: String) throws -> OpenFile {
    var hints = addrinfo()
    #if canImport(Darwin)
    hints.ai_socktype = SOCK_STREAM
    #else
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, port, &hints, &found)
    guard code == 0 else {
        throw GitServerError(host: host, why: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }
    var last = ECONNREFUSED
    var next = found
    while let address = next?.pointee {
        next = address.ai_next
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else {
            last = errno
            continue
        }
        let file = OpenFile(adopting: descriptor, named: FilePath(host))
        let result = retryingInterrupts {
            connect(descriptor, address.ai_addr, address.ai_addrlen)
        }
        if result == 0 { return file }
        last = errno
    }
    throw GitServerError(host: host, why: systemErrorText(last))
}

/// A Git server that cannot be reached.
private struct GitServerError: UserFacingError {
    let host: String
    let why: String

    var summary: String { "unable to connect to '\(host)': \(why)" }
}
