internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A TCP connection or listener on 127.0.0.1 that closes itself.
package final class LoopbackSocket: Sendable {
    let descriptor: CInt

    private init(descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// A listener on a port that the system chooses; returns that, too.
    package static func listening() throws -> (socket: LoopbackSocket, port: UInt16) {
        let socket = try new()
        var address = loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withSocketAddress(&address) { bind(socket.descriptor, $0, size) }
        guard bound == 0, listen(socket.descriptor, 128) == 0,
            withSocketAddress(&address, { getsockname(socket.descriptor, $0, &size) }) == 0
        else { throw SystemError("listen on", "127.0.0.1") }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    /// A port that nobody listens on right now.
    package static func freePort() throws -> UInt16 { try listening().port }

    /// A connection to a port of this machine.
    package static func connected(to port: UInt16) throws -> LoopbackSocket {
        let socket = try new()
        var address = loopback(port: port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withSocketAddress(&address) { address in
            retryingInterrupts { connect(socket.descriptor, address, size) }
        }
        guard result == 0 else { throw SystemError("connect to", FilePath("127.0.0.1:\(port)")) }
        return socket
    }

    private static func new() throws -> LoopbackSocket {
        #if canImport(Darwin)
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw SystemError("create", "a socket") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return LoopbackSocket(descriptor: descriptor)
    }

    /// Waits for somebody to connect; `nil` once the listener was shut down.
    func accepted() -> LoopbackSocket? {
        let connection = retryingInterrupts { accept(descriptor, nil, nil) }
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        return LoopbackSocket(descriptor: connection)
    }

    /// Ends both directions: whoever waits on it is woken.
    func shutDown() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// Tells the peer that nothing more is sent.
    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Makes closing it a reset.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// The next bytes; empty at the end or after an error.
    func receive() -> [UInt8] {
        let limit = 64 << 10
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, retryingInterrupts { recv(descriptor, buffer.baseAddress, limit, 0) })
        }
    }

    /// Sends everything; `false` when the peer does not take it.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                #if canImport(Darwin)
                retryingInterrupts { Darwin.send(descriptor, rest.baseAddress, rest.count, 0) }
                #else
                retryingInterrupts {
                    Glibc.send(
                        descriptor, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
                }
                #endif
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

private func withSocketAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
}
