package import Basics
package import Digests
internal import Storage

/// A folder beside the objects for what is not what its name says; DVC ignores it.
extension LocalStore {
    package var quarantine: FilePath { root.appending("quarantine") }

    /// How many downloads are kept there: enough to look into what happened.
    private static let keptDownloads = 8

    /// Moves a damaged object out of the way and returns where it is now.
    ///
    /// `found`: what its content is; `nil` when that cannot be read. Throws `SystemError`.
    package func setAside(
        objectAt path: FilePath, _ oid: ObjectID, found: ObjectID?
    ) throws(SystemError) -> FilePath {
        try move(path, to: quarantine, oid, found: found)
    }

    /// Keeps what was downloaded for an object and is something else; of many only the last few.
    ///
    /// Throws `SystemError`.
    package func setAside(
        downloadAt path: FilePath, _ oid: ObjectID, found: ObjectID
    ) throws(SystemError) -> FilePath {
        let folder = quarantine.appending("downloads")
        let place = try move(path, to: folder, oid, found: found)
        var others: [(path: FilePath, touched: Int64)] = []
        for name in try directoryEntries(folder) where folder.appending(name) != place {
            let other = folder.appending(name)
            // One that is gone was removed by another process, for the same reason.
            if let facts = try FileFacts(of: other) { others.append((other, facts.lastTouched)) }
        }
        others.sort { $0.touched > $1.touched }
        for other in others.dropFirst(Self.keptDownloads - 1) { try removeFile(other.path) }
        return place
    }

    private func move(
        _ path: FilePath, to folder: FilePath, _ oid: ObjectID, found: ObjectID?
    ) throws(SystemError) -> FilePath {
        try createDirectories(folder, mode: isShared ? 0o2775 : nil)
        let generation = oid.scheme == .md5 ? "" : "legacy-"
        let content = found.map { String(decoding: $0.hexDigits, as: UTF8.self) } ?? "unreadable"
        let name = "\(generation)\(oid)-\(content)"
        var place = folder.appending(name)
        // The same content may take the place of its like; what nobody could read may differ.
        var count = 1
        while found == nil, fileExists(place) {
            count += 1
            place = folder.appending("\(name)-\(count)")
        }
        try renameFile(path, to: place)
        return place
    }
}
