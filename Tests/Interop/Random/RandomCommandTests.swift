import Basics
import Foundation
import TestSupport
import Testing

/// Random command lines in random projects: ours must push, and say of remotes and of the working copy,
/// what real DVC does.
///
/// `RANDOM_ROUNDS` in the environment asks for more projects, `RANDOM_SEED` for others; a failure names
/// its seed, which with `RANDOM_ROUNDS=1` is run alone.
@Suite struct RandomCommandTests {
    static let linesInProject = 10

    @Test(arguments: RandomRepositoryTests.seeds)
    func `random commands do what DVC's do`(seed: UInt64) throws {
        var project = try RandomProject(seed: seed)
        let lines = (0..<Self.linesInProject).map { _ in RandomCommandLine(for: &project) }
        let pairs = try DifferentialRun(project: project).run(lines)
        for (line, pair) in zip(lines, pairs) {
            let differences = Comparison(project: project, line: line, pair: pair).differences()
            #expect(
                differences == [],
                """
                seed \(seed): \(line.words) in '\(line.directory)', lost \(project.lost)
                DVC: \(pair.theirs.status) \(pair.theirs.output)\(pair.theirs.errors)
                ours: \(pair.ours.status) \(pair.ours.output)\(pair.ours.errors)
                """)
        }
    }
}

/// What differs in the outcomes of one command line and should not.
private struct Comparison {
    let project: RandomProject
    let line: RandomCommandLine
    let pair: DifferentialRun.Pair

    func differences() -> [String] {
        line.words[0] == "push" ? pushDifferences() : statusDifferences()
    }

    private func statusCodes() -> [String] {
        let (theirs, ours) = (pair.theirs.status, pair.ours.status)
        if theirs == ours { return [] }
        // A target that is not in all of the revisions is in one of them.
        if theirs == 1, ours == 0, line.hasRevisions,
            pair.theirs.errors.contains("ERROR: Failed to collect")
        {
            return []
        }
        // Missing data fails a push, where DVC goes on.
        if theirs == 0, ours == 1, pair.ours.errors.contains("neither in the cache nor on") {
            return []
        }
        return ["exit code \(theirs) <> \(ours)"]
    }

    // MARK: Pushes

    private func pushDifferences() -> [String] {
        var (theirs, ours) = (pair.theirs.files, pair.ours.files)
        if line.allowances.contains(.remotesDiffer) {
            theirs = Set(theirs.map(Self.withoutRemote))
            ours = Set(ours.map(Self.withoutRemote))
        }
        var lacking = theirs.subtracting(ours)
        if line.allowances.contains(.listsStay) {
            lacking = lacking.filter { !$0.hasSuffix(".dir") }
        }
        // What DVC takes to be there, for a list of the remote has it, another out may need as well.
        let isHidden = project.hasSharedContent && project.hasHoles
        let extra =
            isHidden || line.allowances.contains(.oursPushesMore) ? [] : ours.subtracting(theirs)
        return statusCodes() + lacking.sorted().map { "only DVC pushes \($0)" }
            + extra.sorted().map { "only ours pushes \($0)" }
    }

    private static func withoutRemote(_ file: String) -> String {
        String(file.drop { $0 != "/" })
    }

    // MARK: Status

    private func statusDifferences() -> [String] {
        if pair.theirs.status != pair.ours.status { return statusCodes() }
        let theirs = Self.lines(pair.theirs.output)
        let ours = Self.lines(Self.unescaped(pair.ours.output))
        let lacking = theirs.subtracting(ours)
        var extra = ours.subtracting(theirs)
        if line.allowances.contains(.oursPushesMore) { extra = [] }
        let isCloud = line.words.contains("-c")
        func counts(_ line: String) -> Bool { !isCloud || !isPassedOver(line) }
        return lacking.filter(counts).sorted().map { "only DVC says '\($0)'" }
            + extra.filter(counts).sorted().map { "only ours says '\($0)'" }
    }

    /// Whether a line is about an out with a remote of its own, or a list that nobody has: DVC is silent
    /// about them, and then perhaps all else is in sync.
    private func isPassedOver(_ line: String) -> Bool {
        line.hasSuffix("are in sync.")
            // DVC takes a `#` in another revision's path for the end of a URL.
            || self.line.hasRevisions && line.contains("#")
            || project.ownRemotes.contains { line.contains($0) }
            || project.directories.contains { path in
                line == "\tmissing:            \(path)" || line == "\(path): missing"
            }
    }

    /// The lines of what was said, in no order; those of JSON are its members.
    private static func lines(_ output: String) -> Set<String> {
        guard let json = try? JSONSerialization.jsonObject(with: Data(output.utf8)),
            let object = json as? [String: Any]
        else { return Set(output.split(separator: "\n").map(String.init)) }
        return Set(object.map { "\($0.key): \(canonical($0.value))" })
    }

    /// Text with its control characters, which ours never sends to a terminal.
    private static func unescaped(_ output: String) -> String {
        if output.hasPrefix("{") { return output }
        return output.replacing("\\u{7f}", with: "\u{7f}").replacing("\\u{a}", with: "\n")
            .replacing("\\u{9}", with: "\t")
    }

    private static func canonical(_ value: Any) -> String {
        switch value {
        case let object as [String: Any]:
            let members = object.sorted { $0.key < $1.key }.map {
                "\($0.key): \(canonical($0.value))"
            }
            return "{\(members.joined(separator: ", "))}"
        case let array as [Any]: return "[\(array.map(canonical).joined(separator: ", "))]"
        default: return "\(value)"
        }
    }
}
