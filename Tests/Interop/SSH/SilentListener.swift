import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A listener that never takes a connection, with a queue that is full.
final class SilentListener: Sendable {
    let port: UInt16
    private let descriptors: [CInt]

    init() throws {
        func new() -> CInt { socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = new()
        func withAddress<R>(_ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
            }
        }
        guard withAddress({ bind(listener, $0, size) }) == 0, listen(listener, 0) == 0,
            withAddress({ getsockname(listener, $0, &size) }) == 0
        else { throw SystemError("listen on", "127.0.0.1") }
        port = UInt16(bigEndian: address.sin_port)
        var open = [listener]
        // The first is queued, those after it are not even answered.
        for _ in 0..<4 {
            let filler = new()
            _ = fcntl(filler, F_SETFL, O_NONBLOCK)
            _ = withAddress { connect(filler, $0, size) }
            open.append(filler)
        }
        descriptors = open
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
