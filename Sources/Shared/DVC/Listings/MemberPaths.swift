internal import Basics

/// The rules for the path of one member, apart from its text being UTF-8 without NUL.
///
/// Source: dvc-compat 2.3; design 12 (no path leaves the directory).
@inline(__always)
func pathFault(_ path: UnsafeBufferPointer<UInt8>) -> DirectoryListingError.PathFault? {
    isPlainPath(path) ? nil : slowPathFault(path)
}

/// Whether no component is empty or begins with a dot, so that all rules are kept; quick.
///
/// `false` also for paths that are too short to be looked at in this way.
@inline(__always)
private func isPlainPath(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    guard path.count > 8, let start = path.baseAddress, path[0] != slash, path[0] != dot,
        path[path.count - 1] != slash
    else { return false }
    // Words of eight bytes, and those of the bytes after each; the last one overlaps the one before.
    let last = path.count - 9
    var position = 0
    while true {
        let next = ByteLanes(start, at: position + 1)
        let found =
            ByteLanes(start, at: position).marks(of: slash)
            & (next.marks(of: slash) | next.marks(of: dot))
        if found != 0 { return false }
        if position == last { return true }
        position = min(position + 8, last)
    }
}

private func slowPathFault(
    _ path: UnsafeBufferPointer<UInt8>
) -> DirectoryListingError.PathFault? {
    guard !path.isEmpty else { return .empty }
    guard path[0] != UInt8(ascii: "/") else { return .absolute }
    var start = 0
    var position = 0
    while position <= path.count {
        if position == path.count || path[position] == UInt8(ascii: "/") {
            if let fault = componentFault(path, start, position - start) { return fault }
            start = position + 1
        }
        position += 1
    }
    return nil
}

@inline(__always)
private func componentFault(
    _ path: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int
) -> DirectoryListingError.PathFault? {
    if length > 2 { return nil }
    if length == 0 { return .emptyComponent }
    guard path[start] == UInt8(ascii: ".") else { return nil }
    if length == 1 { return .dot }
    return path[start + 1] == UInt8(ascii: ".") ? .dotDot : nil
}

/// Sees, path after path, whether they are in byte order, distinct, and none is below another.
///
/// `a` and `a/b` need not be neighbours: `a-b` sorts between them. But whatever sorts between them
/// starts with `a`, so it is enough to remember which earlier paths are a prefix of the last one,
/// and of those only the lengths.
struct MemberOrder {
    enum Verdict: Equatable {
        case fine
        case outOfOrder
        case duplicate
        /// The first so many bytes of the path are the path of an earlier member.
        case below(length: Int)
    }

    private var openPrefixes: [Int] = []

    /// Judges `path`, given the one before it (empty for the first).
    @inline(__always)
    mutating func judge(
        _ path: UnsafeBufferPointer<UInt8>, after last: UnsafeBufferPointer<UInt8>
    ) -> Verdict {
        let common = commonPrefixLength(path, last)
        if common == path.count { return common == last.count ? .duplicate : .outOfOrder }
        if common < last.count, path[common] < last[common] { return .outOfOrder }
        while let length = openPrefixes.last, length > common { openPrefixes.removeLast() }
        // Few paths are the beginning of the next one; only those need to be remembered.
        if common == last.count, common > 0 { openPrefixes.append(common) }
        // The prefixes below the topmost one were judged when that one was the path.
        if let length = openPrefixes.last, path[length] == UInt8(ascii: "/") {
            return .below(length: length)
        }
        return .fine
    }
}

@inline(__always)
private func commonPrefixLength(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
) -> Int {
    let limit = min(left.count, right.count)
    let (leftBytes, rightBytes) = (UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
    var length = 0
    while length + 8 <= limit {
        let leftWord = leftBytes.loadUnaligned(fromByteOffset: length, as: UInt64.self)
        let rightWord = rightBytes.loadUnaligned(fromByteOffset: length, as: UInt64.self)
        let difference = UInt64(littleEndian: leftWord ^ rightWord)
        if difference != 0 { return length + difference.trailingZeroBitCount / 8 }
        length += 8
    }
    while length < limit, left[length] == right[length] { length += 1 }
    return length
}
