import Basics
import Testing

@testable import Git

@Suite struct PushNoteTests {
    let one = GitOID(unchecked: String(repeating: "1", count: 40))
    let two = GitOID(unchecked: String(repeating: "2", count: 40))
    let zeros = String(repeating: "0", count: 40)

    private var note: PushNote {
        PushNote(
            remote: "origin", url: "/a b", uploadsData: true,
            entries: [
                .init(
                    trackingRef: "refs/remotes/origin/main",
                    update: RefUpdate(
                        localName: ":/fix the build", newOID: one, remoteRef: "refs/heads/main",
                        oldOID: two)),
                .init(
                    trackingRef: "refs/remotes/origin/gone",
                    update: RefUpdate(
                        localName: "(delete)", newOID: nil, remoteRef: "refs/heads/gone",
                        oldOID: two)),
            ])
    }

    @Test func `is read as it was written`() {
        #expect(PushNote(note.bytes) == note)
    }

    @Test func `half a note, or another version's, is none`() {
        for count in [0, 5, 30, 60, note.bytes.count - 1] {
            let read = PushNote(Array(note.bytes.prefix(count)))
            #expect(read == nil || (read?.entries.count ?? 0) < 2)
        }
        let text = String(decoding: note.bytes, as: UTF8.self)
        #expect(PushNote(Array(text.replacing("version 1", with: "version 2").utf8)) == nil)
        #expect(PushNote(Array(text.replacing("\nafter\n", with: "\nlater\n").utf8)) == nil)
    }

    @Test func `knows the refs of which Git tells`() {
        func moved(_ lines: String...) -> [String] {
            note.moved(by: Array((lines.joined(separator: "\n") + "\n").utf8)).map(\.remoteRef)
        }
        #expect(moved("\(zeros) \(one) refs/remotes/origin/main") == ["refs/heads/main"])
        #expect(moved("\(zeros) \(two) refs/remotes/origin/main") == [])
        #expect(moved("\(zeros) \(one) refs/heads/main") == [])
        #expect(moved("\(two) \(zeros) refs/remotes/origin/gone", "x") == ["refs/heads/gone"])
        #expect(moved("\(zeros) \(zeros) refs/remotes/origin/main") == [])
        #expect(moved("ref:refs/heads/a ref:refs/heads/b HEAD", "") == [])
        var rest = note
        rest.remove([note.entries[0].update])
        #expect(rest.entries.map(\.trackingRef) == ["refs/remotes/origin/gone"])
    }

    @Test(arguments: [
        (["+refs/heads/*:refs/remotes/o/*"], "refs/heads/a/b", "refs/remotes/o/a/b"),
        (["refs/heads/a:refs/x", "+refs/heads/*:refs/y/*"], "refs/heads/a", "refs/x"),
        (["refs/heads/a*z:refs/m/*n"], "refs/heads/abz", "refs/m/bn"),
        (["refs/heads/ab*ba:refs/m/*"], "refs/heads/aba", nil),
        (["refs/heads/a"], "refs/heads/a", nil), (["refs/heads/a:"], "refs/heads/a", nil),
        (["+refs/heads/*:refs/y/*", "^refs/heads/tmp/*"], "refs/heads/tmp/x", nil),
        (["+refs/heads/*:refs/y/*"], "refs/tags/v1", nil), ([], "refs/heads/a", nil),
    ])
    func `finds the tracking ref as Git does`(specs: [String], ref: String, tracking: String?) {
        let config = GitConfig(values: ["remote.o.fetch": specs])
        #expect(config.trackingRef(of: ref, on: "o") == tracking)
    }
}
