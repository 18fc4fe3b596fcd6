import Basics
import Digests
import TestSupport
import Testing

@testable import DVC

/// Random input: nothing may trap, and what is read must be what was written.
@Suite struct DirectoryListingMutationTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `what was written is what is read`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "-", ".", "/", "\"", "\\", "\n", "\u{1}", "\u{7f}", "\u{e9}", "\u{d7ff}",
            "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}", " ", "u",
        ]
        var members: [(path: FilePath, oid: ObjectID)] = []
        for _ in 0..<200 {
            var name = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                name.append(alphabet.randomElement(using: &random) ?? "a")
            }
            let oid = objectID(of: [UInt8.random(in: 0...255, using: &random)])
            // Whatever cannot be beside the others is left out.
            let candidate = members + [(FilePath(String(name)), oid)]
            if (try? DirectoryListing(candidate)) != nil { members = candidate }
        }
        let listing = try DirectoryListing(members.shuffled(using: &random))
        #expect(listing.count == members.count)
        #expect(try DirectoryListing(reading: listing.encoded()) == listing)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `no change of the bytes traps the reader`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "\\u", "d800", "/", "..", "\0", "ÿ", "1e",
        ]
        for _ in 0..<500 {
            var bytes = OddNames.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    bytes.insert(
                        contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
                case 2: bytes.removeSubrange(place..<min(place + 9, bytes.count))
                default: bytes += bytes[place...]
                }
            }
            // Either outcome is right; what is read must hold what a list promises.
            guard let listing = try? DirectoryListing(reading: bytes) else { continue }
            #expect(try DirectoryListing(reading: listing.encoded()) == listing)
            for (left, right) in zip(listing.indices, listing.indices.dropFirst()) {
                #expect(listing.path(at: left) < listing.path(at: right))
            }
        }
    }
}
