import Basics
import TestSupport

/// A command line for both programs, and in what they may differ on purpose.
///
/// Source: docs/dvc-differences.md.
struct RandomCommandLine {
    enum Allowance {
        /// Ours pushes what DVC's reading of the targets leaves out.
        case oursPushesMore
        /// A directory's list stays here while not all of its members are on the remote.
        case listsStay
        /// Commits differ in their remotes, and only what each changed goes to its own.
        case remotesDiffer
    }

    private(set) var words: [String]
    /// Relative to the working copy.
    let directory: String
    private(set) var allowances: Set<Allowance> = []

    init(for project: inout RandomProject) {
        let root = project.pick(project.roots)
        let outs = project.outs.filter { project.root(of: $0.path) == root }
        directory = root
        // Of paths with the same content, DVC names any one.
        let cloud = project.hasSharedContent ? "push" : "cloud"
        let command = project.pick(["push", "push", "push", cloud, cloud, "status"])
        words = command == "push" ? ["push"] : command == "cloud" ? ["status", "-c"] : ["status"]
        if command != "push", project.chance(3) { words.append("--json") }
        if command != "status" { addRevisionsAndRemote(&project) }
        guard project.chance(2), !outs.isEmpty else { return }
        addTargets(outs, below: root, &project, isPush: command == "push")
    }

    var hasRevisions: Bool { words.contains { ["-a", "-T", "-A"].contains($0) } }

    private mutating func addRevisionsAndRemote(_ project: inout RandomProject) {
        if project.chance(4) { words += ["-r", project.pick(RandomProject.remotes)] }
        for option in ["-a", "-T", "-A"] where project.chance(6) {
            words.append(option)
            if project.changesRemote { allowances.insert(.remotesDiffer) }
        }
    }

    private mutating func addTargets(
        _ outs: [RandomProject.Out], below root: String, _ project: inout RandomProject,
        isPush: Bool
    ) {
        func relative(_ path: String) -> String {
            root.isEmpty ? path : String(path.dropFirst(root.count + 1))
        }
        var hasOuts = false
        var hasMetafiles = false
        var targets: [String] = []
        for _ in 0..<project.int(1...3) {
            let out = project.pick(outs)
            switch project.int(1...8) {
            case 1, 2, 3:
                targets.append(relative(out.path))
                hasOuts = true
            case 4, 5:
                targets.append(relative(out.owner))
                hasMetafiles = true
            case 6:
                guard let member = out.members?.randomElement(using: &project.random) else {
                    continue
                }
                targets.append("\(relative(out.path))/\(member.name)")
                allowances.insert(.listsStay)
                hasOuts = true
            case 7: targets.append(relative(FilePath(out.path).parent.string))
            default:
                targets.append(project.pick(["nothing", "sub", "plain", "dvc.yaml", "*", "."]))
            }
        }
        // DVC's pattern for targets does not know line breaks, and it takes a backslash for a slash.
        let targeted = targets.filter { target in
            !target.isEmpty && !target.contains { $0 == "\n" || $0 == "\\" }
        }
        guard !targeted.isEmpty else { return }
        if project.chance(5) {
            words.append("-d")
            if hasOuts { allowances.insert(.oursPushesMore) }
        }
        if project.chance(4) {
            words.append("-R")
            allowances.insert(.oursPushesMore)
        }
        if isPush, project.chance(5) { words.append("--glob") }
        // After a metafile, DVC does not find what paths name.
        if targeted.count > 1, hasRevisions || hasMetafiles && hasOuts {
            allowances.insert(.oursPushesMore)
        }
        words += ["--"] + targeted
    }
}
