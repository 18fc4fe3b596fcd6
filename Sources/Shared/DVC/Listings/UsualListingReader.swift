internal import Basics
internal import Digests

/// Reads a `.dir` object that is written as DVC writes nearly all: `{"md5": "…", "relpath": "…"}`, one
/// after the other and in order, with names that need no escapes.
///
/// Looks at eight bytes at a time, which takes half of what ``DirectoryListingReader`` needs, and
/// gives up at the first byte that is anything else: what is wrong with a list is for that one to say.
struct UsualListingReader {
    private let input: UnsafeBufferPointer<UInt8>

    /// `{"md5": "` and what follows the digits, `", "relpath": "`: the bytes before a path.
    private static let headSize = 9 + 32 + 15

    init(_ input: UnsafeBufferPointer<UInt8>) { self.input = input }

    /// The list; `nil` when it is not of the usual form, or not in order.
    func listing(_ scheme: HashScheme) -> DirectoryListing? {
        guard input.count > Self.headSize, input.count < UInt32.max, let start = input.baseAddress,
            input[0] == UInt8(ascii: "[")
        else { return nil }
        // More than is needed. What is not touched takes no memory, and nothing is ever moved.
        let most = input.count / Self.headSize + 1
        var found: Counts?
        var digests: [DirectoryListing.Digest] = []
        var ends: [UInt32] = []
        let paths = [UInt8](unsafeUninitializedCapacity: input.count) { paths, pathSize in
            ends = [UInt32](unsafeUninitializedCapacity: most) { ends, endCount in
                digests = [DirectoryListing.Digest](unsafeUninitializedCapacity: most) {
                    digests, digestCount in
                    if let paths = paths.baseAddress, let ends = ends.baseAddress,
                        let digests = digests.baseAddress
                    {
                        found = read(from: start, paths, ends, digests)
                    }
                    digestCount = found?.members ?? 0
                }
                endCount = found?.members ?? 0
            }
            pathSize = found?.pathBytes ?? 0
        }
        guard found != nil else { return nil }
        return DirectoryListing(
            scheme: scheme, digests: digests, pathBytes: paths, pathEnds: ends)
    }

    private struct Counts {
        var members = 0
        var pathBytes = 0
    }

    /// Reads all members into memory that has room for them.
    private func read(
        from start: UnsafePointer<UInt8>, _ paths: UnsafeMutablePointer<UInt8>,
        _ ends: UnsafeMutablePointer<UInt32>,
        _ digests: UnsafeMutablePointer<DirectoryListing.Digest>
    ) -> Counts? {
        var counts = Counts()
        var order = MemberOrder()
        var last = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        var position = 1
        while true {
            guard position + Self.headSize < input.count, hasHead(start + position),
                let digest = DirectoryListing.Digest(hexDigits: start + position + 9)
            else { return nil }
            position += Self.headSize
            guard let length = plainLength(from: position) else { return nil }
            let path = UnsafeBufferPointer(start: start + position, count: length)
            guard pathFault(path) == nil, case .fine = order.judge(path, after: last) else {
                return nil
            }
            (paths + counts.pathBytes).initialize(from: start + position, count: length)
            counts.pathBytes += length
            (digests + counts.members).initialize(to: digest)
            (ends + counts.members).initialize(to: UInt32(truncatingIfNeeded: counts.pathBytes))
            counts.members += 1
            last = path
            position += length
            // A quote is here; `"}]` ends the list, `"}, ` the member.
            guard position + 2 < input.count, input[position + 1] == UInt8(ascii: "}") else {
                return nil
            }
            if input[position + 2] == UInt8(ascii: "]") {
                return position + 3 == input.count ? counts : nil
            }
            guard position + 3 < input.count, input[position + 2] == UInt8(ascii: ","),
                input[position + 3] == UInt8(ascii: " ")
            else { return nil }
            position += 4
        }
    }

    /// Whether everything of a member but its digits and its path is here.
    @inline(__always)
    private func hasHead(_ member: UnsafePointer<UInt8>) -> Bool {
        ByteLanes(member, at: 0).word == Self.head && member[8] == UInt8(ascii: "\"")
            && ByteLanes(member, at: 41).word == Self.middle
            && ByteLanes(member, at: 48).word == Self.tail
    }

    /// `{"md5": `, `", "relp` and `path": "`, as they lie in memory.
    private static let head: UInt64 = 0x203a_2235_646d_227b
    private static let middle: UInt64 = 0x706c_6572_2220_2c22
    private static let tail: UInt64 = 0x2220_3a22_6874_6170

    /// How many bytes stand for themselves from here up to a quote; `nil` when other bytes come first.
    @inline(__always)
    private func plainLength(from position: Int) -> Int? {
        guard let start = input.baseAddress else { return nil }
        var end = position
        while end + 8 <= input.count {
            let lanes = ByteLanes(start, at: end)
            let quotes = lanes.marks(of: UInt8(ascii: "\""))
            let others =
                lanes.marks(of: UInt8(ascii: "\\")) | lanes.marksOfControls | lanes.marksOfNonASCII
            if quotes | others != 0 {
                return quotes.firstMark < others.firstMark ? end + quotes.firstMark - position : nil
            }
            end += 8
        }
        while end < input.count {
            switch start[end] {
            case UInt8(ascii: "\""): return end - position
            case UInt8(ascii: "\\"), ..<0x20, 0x80...: return nil
            default: end += 1
            }
        }
        return nil
    }
}

extension DirectoryListing.Digest {
    /// Reads 32 lower-case hex digits, which must be there; `nil` when one is anything else.
    @inline(__always)
    init?(hexDigits digits: UnsafeRawPointer) {
        var flaws: UInt64 = 0
        high = Self.value(digits, 0, &flaws) << 32 | Self.value(digits, 8, &flaws)
        low = Self.value(digits, 16, &flaws) << 32 | Self.value(digits, 24, &flaws)
        if flaws != 0 { return nil }
    }

    /// What eight digits stand for; sets bits in `flaws` when one is none.
    @inline(__always)
    private static func value(
        _ digits: UnsafeRawPointer, _ offset: Int, _ flaws: inout UInt64
    ) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let word = ByteLanes(digits, at: offset).word
        // `0` to `9` are 0x30 to 0x39, `a` to `f` are 0x61 to 0x66.
        let isLetter = word &>> 6 & each
        let low = word & (each &* 0x0f)
        flaws |= (word & (each &* 0xf0)) ^ (each &* 0x30 &+ isLetter &* 0x30)
        // Ten and more are no digits, seven and more are no letters, and a letter is not 0x60.
        flaws |= (low &+ each &* 6 &+ isLetter &* 3) & (each &* 0x10)
        flaws |= isLetter &<< 4 & ~(low &+ each &* 0x0f)
        var value = (low &+ isLetter &* 9).byteSwapped
        value = (value | value &>> 4) & 0x00ff_00ff_00ff_00ff
        value = (value | value &>> 8) & 0x0000_ffff_0000_ffff
        return (value | value &>> 16) & 0xffff_ffff
    }
}
