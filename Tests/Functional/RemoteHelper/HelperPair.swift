import Basics
import TestSupport
import Testing

/// The same repository twice, each with a server of its own: Git alone, and Git with the helper.
///
/// What a test does it does to both, and then nothing must tell them apart.
final class HelperPair: Sendable {
    enum Side: String, CaseIterable { case native, helper }

    let sandbox: Sandbox
    let servers: GitServers
    let way: GitWay

    /// Three branches, tags of both kinds; `main` and `old` are on the server.
    init(_ way: GitWay = .path) throws {
        self.way = way
        sandbox = try Sandbox(inMemory: true)
        servers = GitServers(sandbox, root: sandbox.path("srv"))
        let first = try sandbox.makeRepository("work")
        let bare = try sandbox.makeBareRepository("srv/native.git")
        for (key, value) in [
            ("receive.advertisePushOptions", "true"), ("http.receivepack", "true"),
            ("uploadpack.allowFilter", "true"), ("uploadpack.allowAnySHA1InWant", "true"),
        ] { try sandbox.git("config", key, value, in: bare) }
        try sandbox.write("one", to: "work/a")
        try sandbox.commitAll("one", in: first)
        try sandbox.git("branch", "old", in: first)
        try sandbox.git("push", "-q", bare.string, "main", "old", in: first)
        try sandbox.write("two", to: "work/a")
        try sandbox.commitAll("two", in: first)
        try sandbox.git("tag", "-a", "-m", "v1", "v1", in: first)
        try sandbox.git("tag", "light", in: first)
        try sandbox.git("branch", "new", in: first)
        try sandbox.git("remote", "add", "origin", "/nowhere", in: first)
        try sandbox.git(
            "fetch", "-q", bare.string, "+refs/heads/*:refs/remotes/origin/*", in: first)
        try sandbox.git("update-ref", "-d", "refs/remotes/origin/new", in: first)
        for (from, to) in [
            ("work", "native"), ("work", "helper"), ("srv/native.git", "srv/helper.git"),
        ] {
            try sandbox.run("cp", "-r", sandbox.path(from).string, sandbox.path(to).string)
                .checked()
        }
        for side in Side.allCases {
            let url = try servers.url("\(side).git", by: way)
            try sandbox.git("remote", "set-url", "origin", url, in: work(side))
        }
        let prefix = try servers.url("helper.git", by: way).replacing("helper.git", with: "")
        try sandbox.git("config", "url.dvc::\(prefix).pushInsteadOf", prefix, in: work(.helper))
    }

    func work(_ side: Side) -> FilePath { sandbox.path(side.rawValue) }
    func bare(_ side: Side) -> FilePath { sandbox.path("srv/\(side).git") }

    /// Runs git in both.
    func git(_ arguments: String...) throws {
        for side in Side.allCases {
            try sandbox.start("git", arguments, in: work(side)).wait().checked()
        }
    }

    func writeHook(_ name: String, _ script: String) throws {
        for side in Side.allCases {
            try sandbox.write(
                Array("#!/bin/sh\n\(script)\n".utf8), to: bare(side).appending("hooks/\(name)"),
                mode: 0o755)
        }
    }

    /// Runs git in both and compares all that comes of it; returns the result of the helper's side.
    @discardableResult
    func compare(_ arguments: [String], environment: [String: String?] = [:]) throws
        -> ProcessResult
    {
        var results: [Side: ProcessResult] = [:]
        let variables = environment.merging(try servers.environment()) { first, _ in first }
        for side in Side.allCases {
            results[side] = try sandbox.start(
                "git", arguments, in: work(side), environment: variables
            ).wait()
        }
        let native = try #require(results[.native])
        let helper = try #require(results[.helper])
        let line = "\(way): git \(arguments.joined(separator: " "))\n\(native)\n\(helper)"
        #expect(native.status == helper.status, "\(line)")
        #expect(neutral(native.output) == neutral(helper.output), "\(line)")
        #expect(try refs(bare(.native)) == refs(bare(.helper)), "\(line)")
        #expect(try refs(work(.native)) == refs(work(.helper)), "\(line)")
        return helper
    }

    private func neutral(_ output: String) -> String {
        output.replacing("dvc::", with: "").replacing("helper.git", with: "native.git")
    }

    private func refs(_ repository: FilePath) throws -> [String] {
        try sandbox.git("for-each-ref", "--format=%(objectname) %(refname)", in: repository)
            .outputLines
    }
}
