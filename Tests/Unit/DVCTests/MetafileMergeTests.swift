import Basics
import Digests
import Testing

@testable import DVC

@Suite struct MetafileMergeTests {
    /// A `.dvc` file; the digit says which data it has.
    private func file(_ digit: Int, isDirectory: Bool = true, more: String = "") -> [UInt8] {
        let oid = String(repeating: "a", count: 31) + "\(digit)" + (isDirectory ? ".dir" : "")
        return Array("outs:\n- md5: \(oid)\n  size: 1\n  hash: md5\n  path: data\n\(more)".utf8)
    }

    private func merge(_ ancestor: [UInt8], _ ours: [UInt8], _ theirs: [UInt8]) throws
        -> MetafileMerge
    {
        try MetafileMerge(ancestor: ancestor, ours: ours, theirs: theirs)
    }

    @Test func `what only one side changed is taken`() throws {
        let cases = [(1, 1, 2, 2), (1, 2, 1, 2), (1, 2, 2, 2)]
        for (ancestor, ours, theirs, expected) in cases {
            guard case .take(let text) = try merge(file(ancestor), file(ours), file(theirs)).plan
            else {
                Issue.record("no side was taken")
                continue
            }
            #expect(text == file(expected))
        }
        // A side that tracks nothing any more has nothing to say, as in DVC.
        for (ours, theirs) in [([], file(2)), (file(2), [])] {
            guard case .take(let text) = try merge(file(1), ours, theirs).plan else {
                Issue.record("no side was taken")
                continue
            }
            #expect(text == file(2))
        }
    }

    @Test func `directories that both changed have to be merged, into the text that counts`() throws
    {
        let description = "  desc: theirs\n"
        for (ours, theirs) in [
            (file(2), file(3, more: description)), (file(2, more: description), file(3)),
        ] {
            let merge = try merge(file(1), ours, theirs)
            guard case .directories = merge.plan else {
                Issue.record("no directories")
                continue
            }
            let listing = try DirectoryListing([
                ("x", objectID(of: [1], isDirectory: false))
            ])
            let text = try merge.text(with: listing, oid: listing.objectID(), size: 5)
            let expected = """
                outs:
                - md5: \(listing.objectID())
                  size: 5
                  hash: md5
                  path: data
                  desc: theirs
                  nfiles: 1

                """
            #expect(String(decoding: text, as: UTF8.self) == expected)
        }
    }

    @Test func `a change of the data and one of the text come together`() throws {
        let merge = try merge(file(1), file(2), file(1, more: "  desc: theirs\n"))
        guard case .data(let out) = merge.plan, let oid = out.oid else {
            Issue.record("not the data of one side")
            return
        }
        #expect(try merge.text(with: out, oid: oid) == file(2, more: "  desc: theirs\n"))
    }

    @Test func `what cannot be merged says why`() throws {
        #expect(throws: MetafileMergeError.notDirectories) {
            try merge(file(1, isDirectory: false), file(2, isDirectory: false), file(3))
        }
        #expect(throws: MetafileMergeError.notDirectories) {
            try merge([], file(2, isDirectory: false), file(3, isDirectory: false))
        }
        #expect(throws: MetafileMergeError.options) {
            try merge(file(1), file(2, more: "  desc: a\n"), file(3, more: "  desc: b\n"))
        }
        #expect(throws: MetafileMergeError.notAdded) {
            try merge(
                file(1), file(2), file(3) + Array("deps:\n- path: x\n  md5: abcdef\n".utf8))
        }
        #expect(throws: MetafileError.self) {
            try merge(file(1), file(2), Array("<<<<<<< ours\n".utf8))
        }
    }
}
