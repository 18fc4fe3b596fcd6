internal import Basics

/// A relay to a port of this machine that knows which connections are open, and ends them as a server
/// ends idle ones.
package final class ConnectionProxy: Sendable {
    private struct State {
        var open: [ObjectIdentifier: [LoopbackSocket]] = [:]
        var total = 0
    }

    package let port: UInt16
    private let listener: LoopbackSocket
    private let upstream: UInt16
    private let state = Locked(State())

    package init(to upstream: UInt16) throws {
        (listener, port) = try LoopbackSocket.listening()
        self.upstream = upstream
        let listener = listener
        startThread { [weak self] in
            while let connection = listener.accepted() { self?.serve(connection) }
        }
    }

    deinit {
        listener.shutDown()
        dropAll()
    }

    /// How many connections are open now.
    package var openCount: Int { state.withLock { $0.open.count } }

    /// How many there were so far.
    package var totalCount: Int { state.withLock { $0.total } }

    /// Ends all connections that are open, in both directions.
    package func dropAll() {
        for socket in state.withLock({ $0.open.values.flatMap(\.self) }) { socket.shutDown() }
    }

    private func serve(_ client: LoopbackSocket) {
        guard let server = try? LoopbackSocket.connected(to: upstream) else { return }
        let key = ObjectIdentifier(client)
        state.withLock {
            $0.open[key] = [client, server]
            $0.total += 1
        }
        let halves = Locked(2)
        for (source, target) in [(client, server), (server, client)] {
            startThread { [state] in
                while case let piece = source.receive(), !piece.isEmpty {
                    guard target.send(piece) else { break }
                }
                target.finishSending()
                // Who ends its own half may still read: the connection is over with the other one.
                let isOver = halves.withLock { left in
                    left -= 1
                    return left == 0
                }
                if isOver {
                    state.withLock { _ = $0.open.removeValue(forKey: key) }
                }
            }
        }
    }
}
