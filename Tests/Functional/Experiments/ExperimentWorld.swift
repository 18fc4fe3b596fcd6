import Basics
import Digests
import TestSupport

/// A published project with experiments, which are made as DVC makes them: commits on top of their
/// baseline that only a ref names.
final class ExperimentWorld: Sendable {
    let world: PushWorld
    /// The commit that is checked out, and published with its data.
    let head: String

    var sandbox: Sandbox { world.sandbox }
    var path: FilePath { world.path }

    init(storage: String? = "storage") throws {
        world = try PushWorld(storage: storage)
        if storage == nil {
            try world.commit("base")
        } else {
            try world.commit("base", as: "data")
        }
        try world.push("-q", "origin", "main").checked()
        head = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
    }

    static func ref(_ baseline: String, _ name: String) -> String {
        "refs/exps/\(baseline.prefix(2))/\(baseline.dropFirst(2))/\(name)"
    }

    func ref(_ name: String) -> String { Self.ref(head, name) }

    /// Makes an experiment in which `data` has these contents one after the other, each in a commit of
    /// its own; returns their objects.
    @discardableResult
    func makeExperiment(_ name: String, _ contents: String...) throws -> [ObjectID] {
        let branch = try sandbox.gitLine("symbolic-ref", "--short", "HEAD", in: path)
        let base = try sandbox.gitLine("rev-parse", "HEAD", in: path)
        try world.git("checkout", "-q", "--detach")
        let oids = try contents.map { try world.commit($0, as: "data") }
        try world.git("update-ref", Self.ref(base, name), "HEAD")
        try world.git("checkout", "-q", "-f", branch)
        return oids
    }

    func exp(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try world.git(["dvc", "exp"] + arguments, in: directory)
    }

    /// The experiments and internal refs of a repository: names without `refs/exps/`.
    func refs(of repository: FilePath? = nil) throws -> [String] {
        try sandbox.git(
            "for-each-ref", "--format=%(refname)", "refs/exps", in: repository ?? world.bare
        ).outputLines.map { String($0.dropFirst("refs/exps/".count)) }
    }

    /// The last components of them.
    func names(in repository: FilePath? = nil) throws -> [String] {
        try refs(of: repository).map { String($0.split(separator: "/").last ?? "") }
    }

    func tip(_ name: String, in repository: FilePath? = nil) throws -> String {
        try sandbox.gitLine("rev-parse", ref(name), in: repository ?? world.bare)
    }

    func clone(_ name: String = "clone") throws -> FilePath {
        let path = sandbox.path(name)
        try sandbox.git("clone", "-q", world.bare.string, path.string, in: sandbox.root)
        return path
    }
}
