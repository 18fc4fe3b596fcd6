/// A Git tree: the entries of one directory, found without being copied.
///
/// Source: gitformat-pack(5), `fsck.c`: `<mode> SP <name> NUL <oid>`, sorted by name, where the name
/// of a directory counts as if a slash followed it.
package struct TreeObject: Sendable {
    package enum EntryKind: Sendable { case file, directory, link, submodule }

    private let content: [UInt8]
    private let oidLength: Int
    /// Where each entry starts.
    private let starts: [UInt32]

    /// Reads a tree; `nil` for bytes that are none.
    ///
    /// `oidLength`: 20 bytes for SHA-1, 32 for SHA-256.
    package init?(_ content: [UInt8], oidLength: Int) {
        var starts: [UInt32] = []
        var position = 0
        while position < content.count {
            starts.append(UInt32(truncatingIfNeeded: position))
            guard let end = content[position...].firstIndex(of: 0), end + oidLength < content.count,
                content[position..<end].contains(UInt8(ascii: " "))
            else { return nil }
            position = end + 1 + oidLength
        }
        self.content = content
        self.oidLength = oidLength
        self.starts = starts
    }

    package var indices: Range<Int> { starts.indices }

    private func bytes(at index: Int) -> Range<Int> {
        let end = index + 1 < starts.count ? Int(starts[index + 1]) : content.count
        return Int(starts[index])..<end
    }

    package func kind(at index: Int) -> EntryKind {
        let start = Int(starts[index])
        return switch content[start] {
        case UInt8(ascii: "4"), UInt8(ascii: "0"): .directory
        case UInt8(ascii: "1"):
            switch content[start + 1] {
            case UInt8(ascii: "0"): .file
            case UInt8(ascii: "2"): .link
            default: .submodule
            }
        default: .submodule
        }
    }

    package func name(at index: Int) -> ArraySlice<UInt8> {
        let range = bytes(at: index)
        let start = content[range].firstIndex(of: UInt8(ascii: " ")) ?? range.lowerBound
        return content[(start + 1)..<(range.upperBound - oidLength - 1)]
    }

    package func oid(at index: Int) -> GitOID {
        GitOID(
            raw: content[(bytes(at: index).upperBound - oidLength)..<bytes(at: index).upperBound])
    }

    /// The index of the entry with this name; `nil` when there is none.
    package func index(of name: [UInt8]) -> Int? {
        index(of: name, isDirectory: false) ?? index(of: name, isDirectory: true)
    }

    private func index(of name: [UInt8], isDirectory: Bool) -> Int? {
        let key = isDirectory ? name + [UInt8(ascii: "/")] : name
        return content.withUnsafeBufferPointer { content in
            var low = 0
            var high = starts.count
            while low < high {
                let middle = (low + high) / 2
                if precedes(middle, key, content) { low = middle + 1 } else { high = middle }
            }
            guard low < starts.count, (kind(at: low) == .directory) == isDirectory,
                self.name(at: low).elementsEqual(name)
            else { return nil }
            return low
        }
    }

    /// Whether an entry comes before a name, which ends in a slash for a directory.
    ///
    /// Called so often that an allocation would show.
    private func precedes(
        _ index: Int, _ key: [UInt8], _ content: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let entry = bytes(at: index)
        var position = entry.lowerBound
        while content[position] != UInt8(ascii: " ") { position += 1 }
        position += 1
        let end = entry.upperBound - oidLength - 1
        let isDirectory = kind(at: index) == .directory
        for byte in key {
            if position > end || (position == end && !isDirectory) { return true }
            let own = position == end ? UInt8(ascii: "/") : content[position]
            if own != byte { return own < byte }
            position += 1
        }
        return false
    }

    /// The indices of the entries that `other` does not have exactly so.
    package func indices(differingFrom other: TreeObject) -> [Int] {
        var differing: [Int] = []
        content.withUnsafeBufferPointer { mine in
            other.content.withUnsafeBufferPointer { theirs in
                var position = 0
                for index in starts.indices {
                    let entry = bytes(at: index)
                    let (found, next) = other.find(mine, entry, theirs, from: position)
                    if !found { differing.append(index) }
                    position = next
                }
            }
        }
        return differing
    }

    /// Whether an entry is here as well, from `position` on, and where to look for the next.
    private func find(
        _ content: UnsafeBufferPointer<UInt8>, _ entry: Range<Int>,
        _ own: UnsafeBufferPointer<UInt8>, from position: Int
    ) -> (found: Bool, next: Int) {
        // Trees of one directory are much alike: what was at this place mostly still is, and after
        // something new or gone the same entry is not far.
        var candidate = position
        while candidate < starts.count, candidate < position + 16 {
            let range = bytes(at: candidate)
            if range.count == entry.count,
                UnsafeBufferPointer(rebasing: own[range])
                    .elementsEqual(UnsafeBufferPointer(rebasing: content[entry]))
            {
                return (true, candidate + 1)
            }
            candidate += 1
        }
        return (false, position)
    }
}

extension GitOID {
    /// The oid with these bytes, 20 or 32 of them.
    init(raw bytes: ArraySlice<UInt8>) {
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
        }
        let text = String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var position = 0
            for byte in bytes {
                buffer[position] = digit(byte >> 4)
                buffer[position + 1] = digit(byte & 15)
                position += 2
            }
            return position
        }
        self.init(unchecked: text)
    }
}
