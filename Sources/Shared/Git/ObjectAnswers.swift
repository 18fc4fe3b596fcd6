internal import Basics

/// Cuts the output of `git cat-file --batch` into answers: append what arrived, then drain `next()`.
///
/// Source: git-cat-file(1), "BATCH OUTPUT": `<oid> SP <type> SP <size> LF <content> LF`, or
/// `<name> SP missing LF`. A name may contain blanks, an existing object's line never does.
struct ObjectAnswers {
    enum Answer: Equatable {
        case object(GitObject)
        /// There is no such object, or the name could mean several.
        case none
    }

    /// Something else than the documented format, as far as it can be shown.
    struct Garbage: Error, Equatable {
        let text: String
    }

    private var pending: [UInt8] = []
    /// Where the next answer starts in ``pending``.
    private var position = 0

    /// In bytes; larger objects than this are not metafiles, and are not held in memory.
    static let largestObject = 256 << 20

    mutating func append(_ bytes: some Collection<UInt8>) { pending += bytes }

    /// Returns the next answer, or `nil` when not all of it has arrived.
    mutating func next() throws(Garbage) -> Answer? {
        guard let lineEnd = pending[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            return nil
        }
        let line = pending[position..<lineEnd]
        let words = line.split(separator: UInt8(ascii: " "))
        if let last = words.last,
            last.elementsEqual("missing".utf8) || last.elementsEqual("ambiguous".utf8)
        {
            advance(to: lineEnd + 1)
            return Answer.none
        }
        guard words.count == 3, let oid = GitOID(words[0]),
            let kind = GitObject.Kind(rawValue: String(decoding: words[1], as: UTF8.self)),
            let size = Int(String(decoding: words[2], as: UTF8.self)),
            (0...Self.largestObject).contains(size)
        else { throw Garbage(text: Self.shown(line)) }
        let start = lineEnd + 1
        guard pending.count > start + size else { return nil }
        guard pending[start + size] == UInt8(ascii: "\n") else {
            throw Garbage(text: "\(Self.shown(line)), and more than \(size) bytes")
        }
        let content = Array(pending[start..<(start + size)])
        advance(to: start + size + 1)
        return .object(GitObject(oid: oid, kind: kind, content: content))
    }

    /// Forgets answers that were given, but seldom, as that moves what follows them.
    private mutating func advance(to index: Int) {
        position = index
        guard position == pending.count || position > 1 << 20 else { return }
        pending.removeFirst(position)
        position = 0
    }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        printable(String(decoding: line.prefix(80), as: UTF8.self))
    }
}
