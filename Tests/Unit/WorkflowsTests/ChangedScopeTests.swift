import Basics
import Git
import TestSupport
import Testing
import Workspace

@testable import Workflows

/// A checkout of what two commits have differently.
@Suite struct ChangedScopeTests {
    private let sandbox: Sandbox
    private let repository: DVCRepository

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        repository = try DVCRepository(in: sandbox, storage: nil)
    }

    private func commit() throws -> GitOID {
        try sandbox.commitAll("commit", in: repository.path)
        let head = try sandbox.git("rev-parse", "HEAD", in: repository.path).outputLines[0]
        return try #require(GitOID(head))
    }

    private func checkOut(from old: GitOID?, to new: GitOID) async throws -> CheckoutReport {
        var environment = Environment.current()
        environment["HOME"] = sandbox.home.string
        let session = try Session(at: repository.path, environment: environment)
        return try await CheckoutWorkflow(session, .changed(from: old, to: new), CheckoutOptions())
            .run()
    }

    private func remove(_ names: String...) throws {
        for name in names { try removeFile(repository.path.appending(name)) }
    }

    @Test func `only outs of metafiles that differ are placed`() async throws {
        try repository.add("1", as: "same")
        try repository.add("old", as: "changed")
        let first = try commit()
        try repository.add("new", as: "changed")
        let second = try commit()
        try remove("same", "changed")
        let report = try await checkOut(from: first, to: second)
        #expect(report.entries.map(\.path) == ["changed"])
        #expect(!fileExists(repository.path.appending("same")))
        // Nothing differs between a commit and itself.
        try remove("changed")
        #expect(try await checkOut(from: second, to: second).entries == [])
    }

    @Test func `from nothing everything is placed, and so it is after a change of what files mean`()
        async throws
    {
        try repository.add("1", as: "a")
        let first = try commit()
        try repository.add("2", as: "b")
        let second = try commit()
        try remove("a", "b")
        #expect(try await checkOut(from: nil, to: second).entries.map(\.path) == ["a", "b"])
        try sandbox.write(Array("x\n".utf8), to: repository.path.appending(".dvcignore"))
        let third = try commit()
        try remove("a", "b")
        #expect(try await checkOut(from: second, to: third).entries.map(\.path) == ["a", "b"])
        try remove("a", "b")
        #expect(try await checkOut(from: first, to: second).entries.map(\.path) == ["b"])
    }
}
