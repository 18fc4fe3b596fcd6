internal import Basics
internal import CCurl

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The thread that moves the bytes, and what it shares with the tasks that wait for it.
final class TransferEngine: Sendable {
    private struct Inbox {
        var added: [Transfer] = []
        var hasCancelled = false
        var isStopped = false
        /// Whether the thread sleeps and must be woken.
        var isPolling = false
    }

    private let library: CurlLibrary
    private let settings: TransferLoop.Settings
    private let inbox = Locked(Inbox())
    // Made before the thread, which alone touches it and frees it.
    nonisolated(unsafe) private let multi: UnsafeMutableRawPointer
    // The thread's, but for `wake()`, which is for all others.
    nonisolated(unsafe) private let sockets: AwaitedSockets

    private var curl: UnsafePointer<ccurl_functions> { library.functions }

    init?(_ library: CurlLibrary, _ settings: TransferLoop.Settings) {
        guard let sockets = AwaitedSockets(), let multi = library.functions.pointee.multi_init()
        else { return nil }
        self.library = library
        self.settings = settings
        self.multi = multi
        self.sockets = sockets
        let kept = settings.concurrency + 8
        _ = ccurl_set_multi_number(library.functions, multi, CURLMOPT_MAXCONNECTS, kept)
        guard sockets.attach(to: multi, library.functions), startThread({ [self] in run() }) else {
            _ = library.functions.pointee.multi_cleanup(multi)
            return nil
        }
    }

    // MARK: From any thread

    func add(_ transfer: Transfer) {
        tell { $0.added.append(transfer) }
    }

    /// Ends a transfer, which may be added only after this.
    func cancel(_ transfer: Transfer) {
        transfer.markCancelled()
        tell { $0.hasCancelled = true }
    }

    /// Lets the thread end; nobody waits for a transfer any more.
    func stop() {
        tell { $0.isStopped = true }
    }

    private func tell(_ change: (inout Inbox) -> Void) {
        let wakes = inbox.withLock { inbox in
            if inbox.isStopped { return false }
            change(&inbox)
            guard inbox.isPolling else { return false }
            inbox.isPolling = false
            return true
        }
        // Not under the lock: it is a system call, and the thread wants the lock as soon as it wakes.
        if wakes { sockets.wake() }
    }

    // MARK: The thread

    /// What only the thread touches.
    private struct Work {
        /// Not started, because enough others are under way.
        var waiting: [Transfer] = []
        var nextWaiting = 0
        var active: [UnsafeMutableRawPointer: Transfer] = [:]
        /// Handles without a transfer.
        var spare: [UnsafeMutableRawPointer] = []
        var lastCheck = ContinuousClock.now
    }

    private func run() {
        var work = Work()
        while true {
            let (news, isStopped) = takeNews()
            if isStopped { break }
            work.waiting += news.added
            if news.hasCancelled { dropCancelled(&work) }
            startWaiting(&work)
            moveReady()
            finishDone(&work)
            endStalled(&work)
            sleep(&work)
        }
        for transfer in work.active.values { end(transfer, .failure(CancellationError()), &work) }
        for handle in work.spare { curl.pointee.easy_cleanup(handle) }
        _ = curl.pointee.multi_cleanup(multi)
    }

    private func takeNews() -> (Inbox, Bool) {
        inbox.withLock { inbox in
            let news = inbox
            inbox.added = []
            inbox.hasCancelled = false
            inbox.isPolling = false
            return (news, news.isStopped)
        }
    }

    /// Sleeps until something happens on a connection or in the inbox.
    private func sleep(_ work: inout Work) {
        let hasNews = inbox.withLock { inbox in
            let hasNews = !inbox.added.isEmpty || inbox.hasCancelled || inbox.isStopped
            inbox.isPolling = !hasNews
            return hasNews
        }
        let isFree = work.active.count < settings.concurrency
        let hasWork = hasNews || isFree && work.nextWaiting < work.waiting.count
        // With something under way not longer than a stall may go unnoticed.
        sockets.wait(atMost: hasWork ? 0 : work.active.isEmpty ? 60_000 : 250)
    }

    /// Lets libcurl go on where something happened, and with what was just added.
    private func moveReady() {
        var running: CInt = 0
        for (socket, bits) in sockets.ready {
            _ = curl.pointee.multi_socket_action(multi, socket, bits, &running)
        }
        if sockets.takeDue() {
            _ = curl.pointee.multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
        }
    }

    private func startWaiting(_ work: inout Work) {
        while work.nextWaiting < work.waiting.count, work.active.count < settings.concurrency {
            let transfer = work.waiting[work.nextWaiting]
            work.nextWaiting += 1
            start(transfer, &work)
        }
        if work.nextWaiting == work.waiting.count {
            work.waiting.removeAll(keepingCapacity: true)
            work.nextWaiting = 0
        }
    }

    private func start(_ transfer: Transfer, _ work: inout Work) {
        if transfer.isCancelled {
            return transfer.answer(.failure(CancellationError()))
        }
        guard let handle = work.spare.popLast() ?? curl.pointee.easy_init() else {
            return transfer.answer(.failure(transfer.error(.failed("out of memory"))))
        }
        transfer.handle = handle
        let code = transfer.configure(handle, with: curl)
        guard code == CURLE_OK, curl.pointee.multi_add_handle(multi, handle) == CURLM_OK else {
            curl.pointee.easy_reset(handle)
            work.spare.append(handle)
            transfer.release(curl)
            return transfer.answer(.failure(transfer.error(.failed(library.words(for: code)))))
        }
        work.active[handle] = transfer
    }

    private func finishDone(_ work: inout Work) {
        var left: CInt = 0
        while let message = curl.pointee.multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = work.active[handle]
            else { continue }
            let code = ccurl_result(message)
            let result = transfer.result(of: code, library)
            end(transfer, result, &work)
        }
    }

    private func end(
        _ transfer: Transfer, _ result: Result<HTTPResponse, any Error>, _ work: inout Work
    ) {
        if let trace = settings.trace { trace(transfer.traceLine(result, curl)) }
        if let handle = transfer.handle {
            _ = curl.pointee.multi_remove_handle(multi, handle)
            curl.pointee.easy_reset(handle)
            work.active[handle] = nil
            work.spare.append(handle)
        }
        transfer.release(curl)
        transfer.answer(result)
    }

    private func dropCancelled(_ work: inout Work) {
        for transfer in work.active.values where transfer.isCancelled {
            end(transfer, .failure(CancellationError()), &work)
        }
        let rest = work.waiting[work.nextWaiting...]
        work.waiting = []
        work.nextWaiting = 0
        for transfer in rest {
            if transfer.isCancelled {
                transfer.answer(.failure(CancellationError()))
            } else {
                work.waiting.append(transfer)
            }
        }
    }

    /// Ends transfers on which nothing has moved for too long.
    private func endStalled(_ work: inout Work) {
        let now = ContinuousClock.now
        guard now - work.lastCheck >= .milliseconds(200) else { return }
        work.lastCheck = now
        for transfer in work.active.values where transfer.isStalled(now, curl) {
            let time = transfer.activityTimeout
            end(transfer, .failure(transfer.error(.stalled(time))), &work)
        }
    }
}
