internal import Basics
package import Digests

extension DirectoryListing {
    /// Reads the content of a `.dir` object.
    ///
    /// Takes any JSON array of objects with `md5` and `relpath`, in any order, with other keys
    /// among them, as DVC does, but no path that could leave the directory. `scheme` is how the
    /// list's own name was computed, which holds for its members.
    package init(
        reading bytes: UnsafeBufferPointer<UInt8>, scheme: HashScheme = .md5
    ) throws(DirectoryListingError) {
        if let usual = UsualListingReader(bytes).listing(scheme) {
            self = usual
            return
        }
        var reader = DirectoryListingReader(bytes, scheme: scheme)
        do {
            try reader.read()
        } catch {
            throw DirectoryListingError(
                reason: error.reason, offset: reader.cursor.position, member: reader.member)
        }
        guard !reader.isSorted else {
            self = reader.listing
            return
        }
        do {
            self = try reader.listing.sorted()
        } catch {
            // Seldom and fatal: reading once more is cheaper than remembering where each one was.
            throw DirectoryListingError(
                reason: error.reason, offset: error.member.flatMap { memberOffset($0, in: bytes) },
                member: error.member)
        }
    }

    /// Reads the content of a `.dir` object that is held in an array.
    package init(reading bytes: [UInt8], scheme: HashScheme = .md5) throws(DirectoryListingError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(DirectoryListingError) in
            try DirectoryListing(reading: buffer, scheme: scheme)
        }
    }
}

/// Where the member with this number starts, in a list that was read before without an error.
private func memberOffset(_ number: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var cursor = JSONCursor(bytes)
    do {
        for index in 0...number {
            cursor.skipSpace()
            cursor.position += 1  // the opening bracket or a comma
            cursor.skipSpace()
            if index < number { try cursor.skipValue() }
        }
    } catch { return nil }  // cannot happen; an error without an offset is still the right error
    return cursor.position
}

/// Turns a `.dir` object into a list, member by member.
private struct DirectoryListingReader {
    typealias Failure = JSONCursor.Failure

    var cursor: JSONCursor
    private(set) var listing: DirectoryListing
    /// Whether all members so far came in order, and were thus found to be distinct.
    private(set) var isSorted = true
    /// The member being read.
    private(set) var member: Int?

    private var order = MemberOrder()
    /// For strings that are compared and not kept.
    private var scratch: [UInt8] = []

    /// `{"md5": "…32 digits…", "relpath": "…"}, ` without the path.
    private static let bytesPerMember = 60

    init(_ bytes: UnsafeBufferPointer<UInt8>, scheme: HashScheme) {
        cursor = JSONCursor(bytes)
        listing = DirectoryListing(scheme: scheme)
        // More than is needed. What is not touched takes no memory, and nothing is ever moved.
        listing.reserve(members: bytes.count / Self.bytesPerMember + 1, pathBytes: bytes.count)
    }

    mutating func read() throws(Failure) {
        guard cursor.input.count < UInt32.max else { throw Failure(reason: .tooLarge) }
        cursor.skipSpace()
        try cursor.expect("[", "an array")
        cursor.skipSpace()
        if !cursor.skip("]") {
            while true {
                member = listing.count
                try readMember()
                member = nil
                cursor.skipSpace()
                if cursor.skip("]") { break }
                try cursor.expect(",", "',' or ']'")
                cursor.skipSpace()
            }
        }
        cursor.skipSpace()
        guard cursor.isAtEnd else { throw cursor.failure(expected: "the end") }
    }

    private mutating func readMember() throws(Failure) {
        let start = cursor.position
        try cursor.expect("{", "an object")
        var digest: DirectoryListing.Digest?
        var hasPath = false
        cursor.skipSpace()
        var isDone = cursor.skip("}")
        while !isDone {
            let keyStart = cursor.position
            try cursor.expect("\"", "a key")
            let key = try readKey()
            cursor.skipSpace()
            try cursor.expect(":", "':'")
            cursor.skipSpace()
            switch key {
            case .md5:
                guard digest == nil else { throw repeated("md5", at: keyStart) }
                digest = try readDigest()
            case .relpath:
                guard !hasPath else { throw repeated("relpath", at: keyStart) }
                hasPath = true
                try readPath()
            case .other: try cursor.skipValue()
            }
            cursor.skipSpace()
            isDone = cursor.skip("}")
            if !isDone {
                try cursor.expect(",", "',' or '}'")
                cursor.skipSpace()
            }
        }
        guard let digest, hasPath else {
            cursor.position = start
            throw Failure(reason: .missingKey(digest == nil ? "md5" : "relpath"))
        }
        listing.endMember(digest)
    }

    private mutating func repeated(_ key: String, at position: Int) -> Failure {
        cursor.position = position
        return Failure(reason: .repeatedKey(key))
    }

    private enum Key { case md5, relpath, other }

    /// Reads a key after its opening quote.
    @inline(__always)
    private mutating func readKey() throws(Failure) -> Key {
        let run = try cursor.skipPlainRun()
        if cursor.skip("\"") {
            return matches(run, "md5") ? .md5 : matches(run, "relpath") ? .relpath : .other
        }
        cursor.position -= run.count
        try readIntoScratch()
        return scratch.withUnsafeBufferPointer { text in
            matches(text, "md5") ? .md5 : matches(text, "relpath") ? .relpath : .other
        }
    }

    @inline(__always)
    private func matches(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for index in text.indices where text[index] != word.utf8Start[index] { return false }
        return true
    }

    /// Reads a string after its opening quote; half a surrogate pair becomes U+FFFD.
    private mutating func readIntoScratch() throws(Failure) {
        scratch.removeAll(keepingCapacity: true)
        while true {
            scratch.append(contentsOf: try cursor.skipPlainRun())
            if cursor.skip("\"") { return }
            switch try cursor.escape() {
            case .scalar(let scalar): scratch.append(contentsOf: UTF8.encode(scalar) ?? .init())
            case .loneSurrogate: scratch.append(contentsOf: "\u{fffd}".utf8)
            }
        }
    }

    @inline(__always)
    private mutating func readDigest() throws(Failure) -> DirectoryListing.Digest {
        let start = cursor.position
        if cursor.skip("\""), cursor.position + 32 < cursor.input.count {
            let digest = cursor.input.baseAddress.flatMap {
                DirectoryListing.Digest(hexDigits: $0 + cursor.position)
            }
            cursor.position += 32
            if let digest, cursor.skip("\"") { return digest }
        }
        cursor.position = start
        return try readUnusualDigest()
    }

    /// Reads what is not simply 32 digits in quotes: written with escapes, or wrong.
    private mutating func readUnusualDigest() throws(Failure) -> DirectoryListing.Digest {
        let start = cursor.position
        try cursor.expect("\"", "a string")
        try readIntoScratch()
        let oid = ObjectID(scratch)
        if let oid, !oid.isDirectory { return .init(high: oid.high, low: oid.low) }
        cursor.position = start
        throw Failure(reason: oid == nil ? .badID : .directoryAsMember)
    }

    @inline(__always)
    private mutating func readPath() throws(Failure) {
        let start = cursor.position
        let pathStart = listing.pathBytes.count
        try cursor.expect("\"", "a string")
        while true {
            listing.appendToPath(try cursor.skipPlainRun())
            if cursor.skip("\"") { break }
            let escapeStart = cursor.position
            switch try cursor.escape() {
            case .scalar("\0"): throw bad(.nul, at: escapeStart)
            case .scalar(let scalar):
                for byte in UTF8.encode(scalar) ?? .init() { listing.appendToPath(byte) }
            case .loneSurrogate: throw bad(.loneSurrogate, at: escapeStart)
            }
        }
        let lastStart = listing.count == 0 ? 0 : listing.pathRange(at: listing.count - 1).lowerBound
        let verdict = listing.pathBytes.withUnsafeBufferPointer { bytes -> Judgement in
            let path = UnsafeBufferPointer(rebasing: bytes[pathStart...])
            if let fault = pathFault(path) { return .bad(fault) }
            guard isSorted else { return .good(.outOfOrder) }
            let last = UnsafeBufferPointer(rebasing: bytes[lastStart..<pathStart])
            return .good(order.judge(path, after: last))
        }
        switch verdict {
        case .good(.fine): break
        case .good(.outOfOrder): isSorted = false  // judged when all are there
        case .good(.duplicate):
            cursor.position = start
            throw Failure(reason: .duplicate(path(from: pathStart)))
        case .good(.below(let length)):
            cursor.position = start
            let file = path(from: pathStart, length: length)
            throw Failure(reason: .fileAndDirectory(file, path(from: pathStart)))
        case .bad(let fault): throw bad(fault, at: start)
        }
    }

    private enum Judgement {
        case good(MemberOrder.Verdict)
        case bad(DirectoryListingError.PathFault)
    }

    private mutating func bad(
        _ fault: DirectoryListingError.PathFault, at position: Int
    ) -> Failure {
        cursor.position = position
        return Failure(reason: .badPath(fault))
    }

    private func path(from start: Int, length: Int? = nil) -> FilePath {
        let end = length.map { start + $0 } ?? listing.pathBytes.count
        return FilePath(validating: Array(listing.pathBytes[start..<end])) ?? FilePath("")
    }
}
