import Basics
import Digests
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Measures the suite beside the programs that do the same: numbers, never a verdict in the exit code.
///
/// Started by `Tests/run.sh --bench`, which builds and installs what is measured.
@main struct Bench {
    static func main() {
        if let maker = MemberMaker(Array(CommandLine.arguments.dropFirst())) {
            do {
                try maker.run()
                exit(0)
            } catch {
                printMessage("error", "\(error)")
                exit(1)
            }
        }
        if let counter = RequestCounter(Array(CommandLine.arguments.dropFirst())) {
            counter.run()
        }
        do throws(WrongUse) {
            guard let options = try Options(CommandLine.arguments.dropFirst()) else {
                printResult(Options.help)
                exit(0)
            }
            exit(measure(options))
        } catch {
            printMessage("error", error.summary)
            exit(2)
        }
    }

    /// Returns the exit code, with the world already gone.
    private static func measure(_ options: Options) -> CInt {
        // Blocked from here on, in every thread: `Children` looks for them, so that an interrupt
        // ends the child that runs and leaves through the ordinary way out.
        blockSignals()
        do {
            let world = try World(isQuick: options.isQuick)
            defer { world.remove() }
            try world.printFacts()
            var results: [WorkResult] = []
            for benchCase in options.cases {
                results += try benchCase.run(world)
            }
            printSummary(results)
            return 0
        } catch let interrupt as Interrupted {
            return 128 + interrupt.signal
        } catch {
            printMessage("error", "\(error)")
            return 1
        }
    }
}

/// A family of measurements that can be asked for by name.
struct BenchCase: Sendable {
    let name: String
    let summary: String
    /// Whether it takes so much time and memory that it must be asked for.
    var runsOnlyByName = false
    /// Prints each result as soon as it is there.
    let run: @Sendable (World) throws -> [WorkResult]

    static let all = [
        codeOnlyCase, firstPushCase, nothingNewCase, tenChangedCase, largeCase, startCase,
        addManyCase, addLargeCase, historyCase, hundredThousandCase, millionCase, millionBackCase,
        statusCase,
        checkoutCase, fetchCase, gitCheckoutCase, gcCase, fsckCase, experimentsCase,
        distantGitCase,
        s3FirstPushCase, s3NothingNewCase, s3TenChangedCase, s3LargeCase,
        s3FetchCase, s3FetchLargeCase,
        gcsFirstPushCase,
        sshFirstPushCase, sshNothingNewCase, sshTenChangedCase, sshLargeCase,
        httpFirstPushCase, httpLargeCase, webDAVFirstPushCase, webDAVLargeCase,
    ]
}

/// A wrong argument.
struct WrongUse: Error {
    let summary: String
}

/// What was asked for on the command line.
struct Options {
    var isQuick = false
    var cases: [BenchCase] = []

    /// Returns `nil` when help is wanted.
    init?(_ words: some Sequence<String>) throws(WrongUse) {
        for word in words {
            switch word {
            case "-h", "--help": return nil
            case "--quick": isQuick = true
            default:
                guard let found = BenchCase.all.first(where: { $0.name == word }) else {
                    let names = BenchCase.all.map(\.name).joined(separator: ", ")
                    throw WrongUse(summary: "there is no case '\(word)'; there are: \(names)")
                }
                cases.append(found)
            }
        }
        if cases.isEmpty { cases = BenchCase.all.filter { !$0.runsOnlyByName } }
    }

    static var help: String {
        let rows = BenchCase.all.map { benchCase in
            "    \(padded(benchCase.name, to: 18))\(benchCase.summary)"
                + (benchCase.runsOnlyByName ? " (only by name)\n" : "\n")
        }
        return """
            usage: Tests/run.sh --bench [--quick] [CASE...]

            Measures git-dvc beside real DVC, git-lfs, rclone, s5cmd, curl, cp and md5sum, in turns,
            and prints the least of several rounds. Without a case: all but those that run only by name.

            \(rows.joined())
                --quick         fewer rounds
            """
    }
}
