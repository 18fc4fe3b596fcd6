import Basics
import Digests
import Testing

@testable import DVC

@Suite struct DirectoryListingReadingTests {
    static let empty = "d41d8cd98f00b204e9800998ecf8427e"

    /// A list of members with these paths, as they stand in JSON.
    static func list(_ paths: String...) -> String { list(paths) }

    static func list(_ paths: [String]) -> String {
        "[" + paths.map { #"{"md5": "\#(empty)", "relpath": "\#($0)"}"# }.joined(separator: ", ")
            + "]"
    }

    static func failure(_ text: String) -> DirectoryListingError? {
        do throws(DirectoryListingError) {
            _ = try DirectoryListing(reading: Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test func `reads what DVC wrote`() throws {
        let listing = try DirectoryListing(reading: OddNames.bytes)
        #expect(listing.count == OddNames.names.count)
        for (index, name) in OddNames.names.enumerated() {
            #expect(listing.path(at: index) == FilePath(name))
            #expect(listing.oid(at: index) == objectID(of: Array(name.utf8)))
            #expect(listing.index(of: FilePath(name)) == index)
        }
        #expect(listing.index(of: "b") == nil)
        #expect(listing.index(of: "\u{10ffff}") == nil)
    }

    @Test(arguments: ["[]", " [ \n] \r\t"])
    func `reads the empty directory`(text: String) throws {
        #expect(try DirectoryListing(reading: Array(text.utf8)).isEmpty)
    }

    @Test(arguments: [
        #" [ { "relpath" : "a" , "md5" : "\#(empty)" } ] "#,
        "[{\"relpath\":\"a\",\n\"md5\":\"\(empty)\"}]\n",
        #"[{"size": 12, "md5": "\#(empty)", "isexec": true, "relpath": "a"}]"#,
        #"[{"x": {"relpath": ["b", {}, []], "md5": null}, "md5": "\#(empty)", "relpath": "a"}]"#,
        #"[{"n": [-0.5e+3, 0, 10, 1E2, false], "md5": "\#(empty)", "relpath": "\u0061"}]"#,
        #"[{"s": "\"\\\/\b\f\n\r\t\ud800 é", "\u006dd5": "\#(empty)", "rel\u0070ath": "a"}]"#,
        #"[{"": "", "\ud800": 1, "md5": "\u00644\#(empty.dropFirst(2))", "relpath": "a"}]"#,
    ])
    func `takes other keys, spaces, orders and escapes`(text: String) throws {
        let listing = try DirectoryListing(reading: Array(text.utf8))
        #expect(listing.count == 1)
        #expect(listing.path(at: 0) == "a")
        #expect(listing.oid(at: 0).description == Self.empty)
    }

    @Test(arguments: [
        (#"\ud83d\ude00"#, "\u{1f600}"), (#"\u00e9é"#, "\u{e9}\u{e9}"), (#"\u00E9"#, "\u{e9}"),
        (#"a\/b"#, "a/b"), (#"\\..\\x"#, #"\..\x"#), ("...", "..."), (".a", ".a"),
        ("a/..b", "a/..b"),
        ("\u{7f}", "\u{7f}"), ("😀", "\u{1f600}"), (#"\uFFFF"#, "\u{ffff}"),
    ])
    func `decodes a path`(json: String, path: String) throws {
        let listing = try DirectoryListing(reading: Array(Self.list(json).utf8))
        #expect(listing.path(at: 0).bytes == Array(path.utf8))
    }

    @Test func `members have the scheme of the list`() throws {
        let listing = try DirectoryListing(
            reading: Array(Self.list("a").utf8), scheme: .md5DosToUnix)
        #expect(listing.oid(at: 0) == ObjectID(Self.empty, scheme: .md5DosToUnix))
    }

    @Test func `sorts members that come in another order`() throws {
        let listing = try DirectoryListing(reading: Array(Self.list("b/a", "b-", "a", "b.").utf8))
        #expect(listing.indices.map { listing.path(at: $0).string } == ["a", "b-", "b.", "b/a"])
        #expect(
            try listing == DirectoryListing(reading: Array(Self.list("a", "b-", "b.", "b/a").utf8)))
    }

    @Test(
        arguments: [
            ("", .cutOff, 0, nil), ("  ", .cutOff, 2, nil),
            ("{}", .unexpected(expected: "an array"), 0, nil),
            ("[] x", .unexpected(expected: "the end"), 3, nil),
            ("[1]", .unexpected(expected: "an object"), 1, 0), ("[", .cutOff, 1, 0),
            ("[{}", .missingKey("md5"), 1, 0),
            ("[{\"md5\": \"\(empty)\"}]", .missingKey("relpath"), 1, 0),
            ("[{\"relpath\": \"a\"}]", .missingKey("md5"), 1, 0),
            ("[{\"md5\": \"\(empty)\", \"md5\": 1", .repeatedKey("md5"), 45, 0),
            ("[{\"md5\": 12}]", .unexpected(expected: "a string"), 9, 0),
            ("[{\"md5\": \"\(empty.dropLast())\"}]", .badID, 9, 0),
            ("[{\"md5\": \"\(empty)0\"}]", .badID, 9, 0),
            ("[{\"md5\": \"\(empty.uppercased())\"}]", .badID, 9, 0),
            ("[{\"md5\": \"\(empty).dir\"}]", .directoryAsMember, 9, 0),
            ("[{\"relpath\": null}]", .unexpected(expected: "a string"), 13, 0),
            ("[{\"x\": NaN}]", .unexpected(expected: "a value"), 7, 0),
            ("[{\"x\": 01}]", .unexpected(expected: "',' or '}'"), 8, 0),
            ("[{\"x\": 1.}]", .unexpected(expected: "a digit"), 9, 0),
            ("[{\"x\": \"\n\"}]", .unexpected(expected: "a character of a string"), 8, 0),
            ("[{\"x\": \"\\x\"}]", .unexpected(expected: "an escape"), 9, 0),
            ("[{\"x\": \"\\u12g4\"}]", .unexpected(expected: "four hex digits"), 12, 0),
            ("[{\"x\": [1,]}]", .unexpected(expected: "a value"), 10, 0),
            ("[{\"x\": tru", .cutOff, 10, 0),
            ("\u{feff}[]", .unexpected(expected: "an array"), 0, nil),
        ] as [(String, DirectoryListingError.Reason, Int, Int?)])
    func `says what is wrong and where`(
        text: String, reason: DirectoryListingError.Reason, offset: Int, member: Int?
    ) {
        #expect(
            Self.failure(text)
                == DirectoryListingError(reason: reason, offset: offset, member: member))
    }

    @Test(
        arguments: [
            ("", .empty), ("/a", .absolute), ("a//b", .emptyComponent), ("a/", .emptyComponent),
            (".", .dot), ("./a", .dot), ("a/./b", .dot), ("a/.", .dot), ("..", .dotDot),
            ("../a", .dotDot), ("a/../b", .dotDot), ("a/..", .dotDot),
            (#"\u002e\u002e/a"#, .dotDot),
            (#"..\/a"#, .dotDot), (#"\u002fa"#, .absolute),
        ] as [(String, DirectoryListingError.PathFault)])
    func `refuses a path that could leave the directory`(
        path: String, fault: DirectoryListingError.PathFault
    ) {
        let failure = Self.failure(Self.list("A", path))
        #expect(failure?.reason == .badPath(fault))
        #expect(failure?.member == 1)
        #expect(failure?.offset == Self.list("A").utf8.count - 1 + 57)
    }

    @Test(
        arguments: [
            (#"a\u0000b"#, .nul), (#"a\ud800"#, .loneSurrogate),
            (#"a\udc00\ud800"#, .loneSurrogate),
            (#"a\ud800\ud800\udc00"#, .loneSurrogate), (#"a\ud800\n"#, .loneSurrogate),
        ] as [(String, DirectoryListingError.PathFault)])
    func `refuses a path that is no text`(path: String, fault: DirectoryListingError.PathFault) {
        let failure = Self.failure(Self.list(path))
        #expect(failure?.reason == .badPath(fault))
        #expect(failure?.offset == 58)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0, 0, 0],
            [0xf4, 0x90, 0x80, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xe2, 0x82],
        ] as [[UInt8]])
    func `refuses what is not UTF-8, in any string`(bytes: [UInt8]) {
        let text = Array(#"[{"x": ""#.utf8) + bytes + Array(#""}]"#.utf8)
        #expect {
            try DirectoryListing(reading: text)
        } throws: { error in
            (error as? DirectoryListingError)?.reason == .unexpected(expected: "UTF-8")
        }
    }

    @Test(arguments: [
        (["a", "a"], 1), (["b", "a", "b"], 2), (["b", "c", "a", "c"], 3), ([#"\u0061"#, "a"], 1),
    ])
    func `refuses two members of one path`(paths: [String], member: Int) throws {
        let text =
            "[" + paths.map { Self.list($0).dropFirst().dropLast() }.joined(separator: ", ") + "]"
        let failure = try #require(Self.failure(text))
        guard case .duplicate = failure.reason else {
            Issue.record("unexpected \(failure.reason)")
            return
        }
        #expect(failure.member == member)
        #expect(failure.offset != nil)
    }

    @Test func `names that differ only in normalisation are not duplicates`() {
        #expect(Self.failure(Self.list(#"e\u0301"#, #"\u00e9"#)) == nil)
    }

    @Test(arguments: [
        ["a", "a/b"], ["a", "a-b", "a.b", "a/b"], ["a", "a-", "a-/c", "a/b"], ["a/b", "a"],
        ["x/y", "x/y/z/w"], ["x", "x-", "x--", "x---", "x/y"],
    ])
    func `refuses a path that is both file and directory`(paths: [String]) throws {
        for order in [paths, paths.reversed()] {
            let text =
                "[" + order.map { Self.list($0).dropFirst().dropLast() }.joined(separator: ",")
                + "]"
            let failure = try #require(Self.failure(text))
            guard case .fileAndDirectory(let file, let below) = failure.reason else {
                Issue.record("unexpected \(failure.reason)")
                return
            }
            #expect(below.relative(to: file) != nil)
        }
    }

    @Test func `a value may nest, but not without end`() {
        func nested(_ depth: Int) -> String {
            #"[{"x": "# + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth)
                + #", "md5": "\#(Self.empty)", "relpath": "a"}]"#
        }
        #expect(Self.failure(nested(60)) == nil)
        #expect(Self.failure(nested(1_000_000))?.reason == .tooDeep)
    }

    @Test func `every prefix of a list is refused, and none traps`() {
        for length in OddNames.bytes.indices {
            #expect(throws: DirectoryListingError.self) {
                try DirectoryListing(reading: Array(OddNames.bytes.prefix(length)))
            }
        }
    }

    @Test func `an error's line has no control characters of the list in it`() throws {
        let failure = try #require(Self.failure(Self.list(#"\u001b[31m"#, #"\u001b[31m"#)))
        #expect(failure.summary.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
}
