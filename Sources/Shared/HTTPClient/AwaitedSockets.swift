internal import Basics
internal import CCurl

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What libcurl waits for: which sockets, and until when it wants to be called without any.
///
/// So only connections on which something happened are looked at: `curl_multi_perform` asks the
/// system about each of them each time. Made and used by one thread, from which libcurl calls back,
/// but for ``wake()``. Source: libcurl-multi(3), "MULTI_SOCKET".
final class AwaitedSockets {
    /// The first one is the pipe that wakes the thread; the others are libcurl's.
    private var entries: [pollfd]
    private let waker: CInt
    private var due = Due.never
    /// Those on which something happened, with the bits that libcurl wants to be told.
    private(set) var ready: [(socket: curl_socket_t, bits: CInt)] = []

    private enum Due {
        case never, now
        case at(ContinuousClock.Instant)
    }

    /// `nil` when the system has no pipe for it.
    init?() {
        guard let ends = try? makePipe() else { return nil }
        entries = [pollfd(fd: ends.reader, events: Int16(POLLIN), revents: 0)]
        waker = ends.writer
    }

    deinit {
        close(entries[0].fd)
        close(waker)
    }

    /// Lets `curl_multi_socket_action` be what moves the transfers of this handle.
    func attach(to multi: UnsafeMutableRawPointer, _ curl: UnsafePointer<ccurl_functions>) -> Bool {
        // The engine keeps both, and frees this one last.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let code = ccurl_set_multi_callbacks(
            curl, multi, context,
            { _, socket, what, context, _ in
                awaitedSockets(context).await(socket, what)
                return 0
            },
            { _, milliseconds, context in
                awaitedSockets(context).setTimer(milliseconds)
                return 0
            })
        return code == CURLM_OK
    }

    /// Ends ``wait(atMost:)``, or the next one; from any thread.
    func wake() {
        var byte: UInt8 = 0
        _ = retryingInterrupts { write(waker, &byte, 1) }
    }

    /// Sleeps until something happens that ``ready`` tells, the time has come, or somebody wakes.
    ///
    /// `limit`: in milliseconds.
    func wait(atMost limit: CInt) {
        var timeout = limit
        switch due {
        case .never: break
        case .now: timeout = 0
        case .at(let time):
            // Rounded up, or it would be woken too early and go around some times.
            let rest = (time - .now) / .milliseconds(1) + 1
            timeout = rest < Double(limit) ? CInt(max(0, rest)) : limit
        }
        ready.removeAll(keepingCapacity: true)
        guard poll(&entries, nfds_t(entries.count), timeout) > 0 else { return }
        if entries[0].revents != 0 {
            var bytes: (UInt64, UInt64) = (0, 0)
            _ = read(entries[0].fd, &bytes, 16)
        }
        for entry in entries.dropFirst() where entry.revents != 0 {
            var bits: CInt = 0
            // What ended is read to its end.
            if entry.revents & Int16(POLLIN | POLLHUP) != 0 { bits |= CURL_CSELECT_IN }
            if entry.revents & Int16(POLLOUT) != 0 { bits |= CURL_CSELECT_OUT }
            if entry.revents & Int16(POLLERR | POLLNVAL) != 0 { bits |= CURL_CSELECT_ERR }
            ready.append((entry.fd, bits))
        }
    }

    /// Whether libcurl wants to be called because of the time; once.
    func takeDue() -> Bool {
        switch due {
        case .never: return false
        case .at(let time) where time > .now: return false
        case .at, .now:
            due = .never
            return true
        }
    }

    private func await(_ socket: curl_socket_t, _ what: CInt) {
        // A few dozen at most: searching them is quicker than keeping an index.
        let place = entries.indices.dropFirst().first { entries[$0].fd == socket }
        if what == CURL_POLL_REMOVE {
            guard let place else { return }
            entries.swapAt(place, entries.count - 1)
            entries.removeLast()
            return
        }
        var events: CInt = 0
        if what & CURL_POLL_IN != 0 { events |= POLLIN }
        if what & CURL_POLL_OUT != 0 { events |= POLLOUT }
        if let place {
            entries[place].events = Int16(events)
        } else {
            entries.append(pollfd(fd: socket, events: Int16(events), revents: 0))
        }
    }

    private func setTimer(_ milliseconds: Int) {
        switch milliseconds {
        case ..<0: due = .never
        case 0: due = .now
        default: due = .at(.now + .milliseconds(milliseconds))
        }
    }
}

/// The object that a callback is about.
private func awaitedSockets(_ context: UnsafeMutableRawPointer?) -> AwaitedSockets {
    guard let context else { preconditionFailure("a callback without its context") }
    return Unmanaged<AwaitedSockets>.fromOpaque(context).takeUnretainedValue()
}
