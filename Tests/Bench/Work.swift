import Basics

/// One way to do a piece of work.
struct Contender {
    let name: String
    /// How often it is measured; slow ones less often than others.
    let rounds: Int
    /// Makes a round possible; not measured.
    var prepare: (_ round: Int) throws -> Void = { _ in }
    /// What is measured; several programs run side by side.
    let programs: (_ round: Int) throws -> [Invocation]
    /// Takes away what a round made; not measured.
    var cleanUp: (_ round: Int) throws -> Void = { _ in }
}

/// What the first contender, ours, must reach.
enum Bar {
    /// At most so many times the slowest of these.
    case atMost(Double, timesSlowestOf: [String])
    case faster(Double, than: String)
    case atMostMilliseconds(Double)
    case atMostMore(milliseconds: Double, than: String)
    case peakAtMostMiB(Int)
    /// User and system time, of one of these.
    case cpuAtMost(Double, timesThatOf: String)
    case noMoreRequests(than: String)
    case requestsAtMost(Int)
}

/// A piece of work that several contenders do; the first one is ours.
struct Work {
    let title: String
    var bars: [Bar] = []
    /// Makes a round possible for everybody; not measured.
    var prepare: (_ round: Int) throws -> Void = { _ in }
    let contenders: [Contender]
    /// Counts the requests that each contender makes for the work, by name; not measured.
    var countRequests: (() throws -> [String: RequestCount])?

    /// Measures all contenders in turns and prints the result.
    ///
    /// A round in which another than ours fails is told of, and counts for nothing.
    func measure(in world: World) throws -> WorkResult {
        var costs = [[Cost]](repeating: [], count: contenders.count)
        for round in 0..<(contenders.map(\.rounds).max() ?? 0) {
            try prepare(round)
            // Back and forth, so that nobody always comes after the same one.
            let turns = round % 2 == 0 ? Array(contenders.indices) : contenders.indices.reversed()
            for index in turns where round < contenders[index].rounds {
                let contender = contenders[index]
                try contender.prepare(round)
                let start = ContinuousClock.now
                do {
                    costs[index].append(try world.run(contender.programs(round)))
                } catch let failure as Failed where index > 0 {
                    printResult(
                        "\(contender.name) failed after \(ContinuousClock.now - start): \(failure)")
                }
                try contender.cleanUp(round)
            }
        }
        let result = WorkResult(
            title: title, bars: bars,
            measurements: zip(contenders, costs).map { Measurement(name: $0.name, costs: $1) },
            requests: try countRequests?() ?? [:])
        result.print()
        return result
    }
}

/// What one contender's rounds took.
struct Measurement {
    let name: String
    let costs: [Cost]

    /// The least is what the work takes; the rest is what else the machine did.
    var wall: Duration { costs.map(\.wall).min() ?? .zero }
    var cpu: Duration { costs.map(\.cpu).min() ?? .zero }
    var medianWall: Duration {
        let sorted = costs.map(\.wall).sorted()
        return sorted.isEmpty ? .zero : sorted[sorted.count / 2]
    }
    var peakBytes: Int { costs.map(\.peakBytes).max() ?? 0 }
}

/// A piece of work, measured.
struct WorkResult {
    let title: String
    let bars: [Bar]
    /// Ours first.
    let measurements: [Measurement]
    /// By the contender's name, where they were counted.
    var requests: [String: RequestCount] = [:]

    /// A bar in words, what was reached, and whether that is enough; `nil` without its contender.
    func verdict(on bar: Bar) -> (wanted: String, reached: String, isMet: Bool)? {
        guard let ours = measurements.first else { return nil }
        func wall(_ name: String) -> Duration? {
            measurements.first { $0.name == name && !$0.costs.isEmpty }?.wall
        }
        switch bar {
        case .atMost(let limit, let names):
            guard let slowest = names.compactMap(wall).max() else { return nil }
            let ratio = ours.wall / slowest
            let others =
                names.count > 1 ? "the slower of \(names.joined(separator: ", "))" : names[0]
            return (
                "at most \(decimal(limit, digits: 2))x \(others)",
                "\(decimal(ratio, digits: 2))x", ratio <= limit
            )
        case .faster(let factor, let name):
            guard let other = wall(name) else { return nil }
            let ratio = other / ours.wall
            return (
                "\(decimal(factor, digits: 0))x faster than \(name)",
                "\(decimal(ratio, digits: 1))x", ratio >= factor
            )
        case .peakAtMostMiB(let limit):
            let peak = ours.peakBytes >> 20
            return ("at most \(limit) MiB of memory", "\(peak) MiB", peak <= limit)
        case .cpuAtMost(let limit, let name):
            guard let other = measurements.first(where: { $0.name == name }) else { return nil }
            let ratio = ours.cpu / other.cpu
            return (
                "at most \(decimal(limit, digits: 2))x the CPU of \(name)",
                "\(decimal(ratio, digits: 2))x", ratio <= limit
            )
        case .noMoreRequests(let name):
            guard let count = requests[ours.name], let other = requests[name] else { return nil }
            return (
                "no more requests than \(name)", "\(count.total) against \(other.total)",
                count.total <= other.total
            )
        case .requestsAtMost(let limit):
            guard let count = requests[ours.name] else { return nil }
            return ("at most \(limit) requests", "\(count.total)", count.total <= limit)
        case .atMostMore(let limit, let name):
            guard let other = wall(name) else { return nil }
            let more = (ours.wall - other) / .milliseconds(1)
            return (
                "at most \(decimal(limit, digits: 0)) ms over \(name)",
                "\(decimal(more, digits: 1)) ms", more <= limit
            )
        case .atMostMilliseconds(let limit):
            let milliseconds = ours.wall / .milliseconds(1)
            return (
                "at most \(decimal(limit, digits: 1)) ms", "\(decimal(milliseconds, digits: 2)) ms",
                milliseconds <= limit
            )
        }
    }
}
