internal import Basics
internal import DVC
internal import Digests
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the working copy has at the place of one out, beside what it should have.
///
/// A file is treated as the only member of the directory that it lies in.
struct OutSurvey: Sendable {
    let out: WantedOut
    /// The directory that the members lie in, from the top.
    let base: FilePath
    let listing: DirectoryListing
    /// The members that are meant, as indices of the list.
    let selected: Range<Int>

    /// What is at the place of the out itself.
    var found = Found.nothing
    /// Members that are not there.
    var absent: [Int32] = []
    /// Members in whose place another file is, or a link that is not the right one.
    var replaced: [Replaced] = []
    /// Files that must go: that the directory does not have, or that are where a directory must be.
    var extras: [Extra] = []
    /// Directories that hold no member, each after those in it.
    var spareDirectories: [FilePath] = []
    /// A file whose content is right and that should be executable.
    var needsExecutableBit = false
    /// Of the members that are right as they are; `nil` when that is not known of all of them.
    var rightStamp: TreeStamp?

    enum Found { case nothing, file, directory }

    /// A file in the place of a member.
    struct Replaced: Sendable {
        let index: Int32
        /// Of the file or link itself.
        let stamp: FileStamp
        /// Whether only its type of link is to change.
        let isRelink: Bool
        /// Whether the cache has what it holds.
        let isSaved: Bool
    }

    /// A file that should not be there.
    struct Extra: Sendable {
        /// From the top.
        let path: FilePath
        let stamp: FileStamp
        /// Whether the cache has what it holds.
        let isSaved: Bool
    }

    init(
        _ out: WantedOut, base: FilePath, listing: DirectoryListing, selected: Range<Int>
    ) {
        self.out = out
        self.base = base
        self.listing = listing
        self.selected = selected
    }

    var isUnchanged: Bool {
        absent.isEmpty && replaced.isEmpty && extras.isEmpty && spareDirectories.isEmpty
            && !needsExecutableBit && !needsDirectory
    }

    /// Whether the out is a directory without files that is not there: nothing else would make it.
    var needsDirectory: Bool {
        out.oid.isDirectory && out.part == nil && selected.isEmpty && found != .directory
    }

    /// The path of a member, from the top.
    func path(at index: Int) -> FilePath { base.appending(listing.path(at: index)) }

    /// Files whose content is saved nowhere, and that would be lost; from the top.
    var unsaved: [FilePath] {
        replaced.filter { !$0.isSaved }.map { path(at: Int($0.index)) }
            + extras.filter { !$0.isSaved }.map(\.path)
    }

    /// Leaves files alone whose content is saved nowhere.
    mutating func keepUnsaved() {
        if !unsaved.isEmpty { rightStamp = nil }
        replaced.removeAll { !$0.isSaved }
        extras.removeAll { !$0.isSaved }
    }
}

/// A file or link that a walk came across.
struct SeenFile: Sendable {
    /// What it is beside the list.
    enum Place: Sendable {
        /// In the place of this member.
        case member(Int)
        /// One too many; its path from the top.
        case extra(FilePath)
    }

    let place: Place
    /// Of the file or link itself.
    let own: FileStamp
    let mode: mode_t
    let kind: Kind

    enum Kind: Sendable {
        case file(hasOtherNames: Bool)
        /// A link to a regular file, whose stamp this is.
        case link(FileStamp, target: FilePath)
        /// A link to anything else, or to nothing.
        case otherLink(target: FilePath)
        /// A FIFO, a socket, a device.
        case special
    }

    /// The stamp of what is read when the file is read; `nil` when nothing can be.
    var content: FileStamp? {
        switch kind {
        case .file: own
        case .link(let stamp, _): stamp
        case .otherLink, .special: nil
        }
    }
}
