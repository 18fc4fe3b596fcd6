import Basics
import Digests
import TestSupport
import Testing

@testable import DVC

/// Lists as DVC writes them are read by a reader of their own, which must agree with the other one.
@Suite struct UsualListingTests {
    /// What each of the two readers makes of a list; a blank before it is nothing usual.
    private func verdicts(
        _ bytes: [UInt8]
    ) -> (usual: DirectoryListing?, any: DirectoryListing?, other: DirectoryListing?) {
        let usual = bytes.withUnsafeBufferPointer { UsualListingReader($0).listing(.md5) }
        return (
            usual, try? DirectoryListing(reading: bytes),
            try? DirectoryListing(reading: [UInt8(ascii: " ")] + bytes)
        )
    }

    private func list(_ paths: [String], using random: inout SeededGenerator) throws -> [UInt8] {
        let members = paths.map { path in
            (
                path: FilePath(path),
                oid: objectID(of: [UInt8.random(in: 0...255, using: &random)])
            )
        }
        return try DirectoryListing(members).encoded()
    }

    private static let usualPaths: [[String]] = [
        ["a"], ["sample-1.bin", "sample-2.bin"],
        ["1", "10", "100", "100 000", "2"], ["a", "a-b", "a.b", "b/a"],
        ["deep/er/and/deep/er/still", "deep/er/x"],
        ["seven-7", "with.dots/in..it/.x/...", "~{}]'"],
        (100..<400).map { "part-\($0 / 10)/sample-\($0).bin" },
        (1...40).map { String(repeating: "n", count: $0) },
    ]

    @Test(arguments: usualPaths)
    func `reads what DVC writes most`(paths: [String]) throws {
        var random = SeededGenerator(seed: 1)
        let bytes = try list(paths, using: &random)
        let (usual, _, other) = verdicts(bytes)
        let listing = try #require(usual)
        #expect(listing == other)
        #expect(listing.indices.map { listing.path(at: $0).string } == paths.sorted())
        #expect(listing.encoded() == bytes)
    }

    @Test(arguments: ["caf\u{e9}", "a\"b", "a\\b", "a\nb"])
    func `leaves names that need escapes to the other reader`(name: String) throws {
        var random = SeededGenerator(seed: 2)
        let (usual, any, other) = verdicts(try list(["A", name, "zz"], using: &random))
        #expect(usual == nil)
        #expect(any != nil && any == other)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a changed byte means the same to both`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let paths = Self.usualPaths[Int(seed) % Self.usualPaths.count]
        let bytes = try list(Array(paths.prefix(40)), using: &random)
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    let letters = Array("/./.ag09`:@G\"\\}],".utf8)
                    changed[place] = letters.randomElement(using: &random) ?? 0
                default: changed.removeSubrange(place..<min(place + 9, changed.count))
                }
            }
            let (usual, any, other) = verdicts(changed)
            #expect(any == other, "\(String(decoding: changed, as: UTF8.self))")
            #expect(usual == nil || usual == other)
        }
    }

    @Test func `every byte in place of a digit means the same to both`() throws {
        var random = SeededGenerator(seed: 3)
        let bytes = try list(["a"], using: &random)
        for byte in UInt8.min...UInt8.max {
            for place in [10, 17, 18, 41] {
                var changed = bytes
                changed[place] = byte
                let (usual, any, other) = verdicts(changed)
                let isDigit = "0123456789abcdef".utf8.contains(byte)
                #expect((usual != nil) == isDigit)
                #expect(any == other && (any != nil) == isDigit)
            }
        }
    }

    @Test(arguments: [
        ["a", "a/b"], ["x", "x-", "x--", "x---", "x/y"], ["long-name-1", "long-name-1/x"],
        ["a", "a"], ["long-name/x", "long-name/x"], ["b", "a"], ["../long-name", "x"],
        ["long-name/../x", "x"], ["long-name//x"], ["long-name/x/"], ["long-name/x/."],
        ["/long-name/x"], ["long-name/.git/../x"], [""],
    ])
    func `gives up where paths cannot be, or not in this order`(paths: [String]) throws {
        let text = DirectoryListingReadingTests.list(paths)
        let (usual, any, other) = verdicts(Array(text.utf8))
        #expect(usual == nil)
        #expect(any == other)
    }
}
