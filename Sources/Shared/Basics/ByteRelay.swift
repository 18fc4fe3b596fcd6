#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One direction of a relay.
private struct Direction {
    let source: CInt
    let sink: CInt
    var pending: [UInt8] = []
    var isOpen = true

    /// Whether all that came was passed on, and nothing more comes.
    var isOver: Bool { !isOpen && pending.isEmpty }
}

/// Passes bytes in two directions until the second one has ended.
///
/// Neither waits for the other: both sides may have more to say than a pipe holds.
/// `endOfFirst`: called once when all of the first direction was passed on, to tell the sink.
/// Throws `SystemError`.
package func relayBytes(
    from source: CInt, to sink: CInt, andFrom other: CInt, to otherSink: CInt,
    endOfFirst: () -> Void
) throws(SystemError) {
    var hasEnded = false
    var directions = [
        Direction(source: source, sink: sink), Direction(source: other, sink: otherSink),
    ]
    for direction in directions {
        let flags = fcntl(direction.sink, F_GETFL)
        _ = fcntl(direction.sink, F_SETFL, flags | O_NONBLOCK)
    }
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while !directions[1].isOver {
        if directions[0].isOver, !hasEnded {
            hasEnded = true
            endOfFirst()
        }
        var polled: [pollfd] = []
        for direction in directions {
            let reads = direction.isOpen && direction.pending.isEmpty
            polled.append(
                pollfd(fd: reads ? direction.source : -1, events: Int16(POLLIN), revents: 0))
            polled.append(
                pollfd(
                    fd: direction.pending.isEmpty ? -1 : direction.sink, events: Int16(POLLOUT),
                    revents: 0))
        }
        let ready = retryingInterrupts { poll(&polled, nfds_t(polled.count), -1) }
        guard ready >= 0 else { throw SystemError("wait for", "git") }
        for index in directions.indices {
            if polled[2 * index].revents != 0 {
                let count = retryingInterrupts {
                    read(directions[index].source, &buffer, buffer.count)
                }
                if count > 0 {
                    directions[index].pending = Array(buffer[..<count])
                } else {
                    directions[index].isOpen = false
                }
            }
            if !directions[index].pending.isEmpty {
                let count = directions[index].pending.withUnsafeBytes { bytes in
                    retryingInterrupts {
                        write(directions[index].sink, bytes.baseAddress, bytes.count)
                    }
                }
                if count > 0 {
                    directions[index].pending.removeFirst(count)
                } else if errno != EAGAIN {
                    // The reader is gone. What is written to Git is the reason for all of this.
                    if index == 1 { return }
                    directions[0].pending = []
                    directions[0].isOpen = false
                }
            }
        }
    }
}
