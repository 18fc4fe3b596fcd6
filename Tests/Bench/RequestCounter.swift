import Basics
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The requests that a program made, by method.
struct RequestCount: CustomStringConvertible {
    var byMethod: [String: Int] = [:]

    var total: Int { byMethod.values.reduce(0, +) }

    var description: String {
        let parts = byMethod.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return "\(total)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }
}

/// Stands before a server and counts, in a process of its own: its memory would count for everything
/// that the bench measures later.
struct RequestCounter {
    /// The word that starts it: `bench --count-requests <port of the server>`.
    private static let flag = "--count-requests"

    private static let mark = "from here on"

    private let upstream: UInt16

    init?(_ words: [String]) {
        guard words.count == 2, words[0] == Self.flag, let port = UInt16(words[1]) else {
            return nil
        }
        upstream = port
    }

    /// Prints its port, begins anew at every SIGHUP, and prints the counts at SIGTERM.
    func run() -> Never {
        blockSignals()
        do {
            let proxy = try FaultProxy(to: upstream)
            printResult("\(proxy.port)")
            fflush(nil)
            while awaitInterrupt() == SIGHUP {
                proxy.reset()
                printResult(Self.mark)
                fflush(nil)
            }
            var counts: [String: Int] = [:]
            for request in proxy.requests { counts[request.method, default: 0] += 1 }
            for (method, count) in counts { printResult("\(method) \(count)") }
            exit(0)
        } catch {
            printMessage("error", "\(error)")
            exit(1)
        }
    }

    /// Counts the requests to a server that `body` makes at another port, after those of `before`.
    static func count(
        to port: UInt16, in world: World, before: (_ port: UInt16) throws -> Void,
        _ body: () throws -> Void
    ) throws -> RequestCount {
        let process = try RunningProcess(
            world.ownProgram, [flag, "\(port)"], in: world.sandbox.root,
            environment: world.sandbox.environment, input: [], scratch: world.sandbox.root)
        /// The last line that is `wanted`.
        func line(_ wanted: (Substring) -> Bool) throws -> Substring {
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                let lines = process.outputSoFar.split(separator: "\n")
                if let line = lines.last, wanted(line) { return line }
                usleep(10_000)
            }
            throw SystemError("talk to", "the counter of requests", code: ETIMEDOUT)
        }
        guard let own = UInt16(try line { UInt16($0) != nil }) else { return RequestCount() }
        try before(own)
        process.send(SIGHUP)
        _ = try line { $0 == mark }
        try body()
        process.send(SIGTERM)
        var count = RequestCount()
        for line in process.wait().output.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let number = Int(words[1]) else { continue }
            count.byMethod[String(words[0])] = number
        }
        return count
    }
}
