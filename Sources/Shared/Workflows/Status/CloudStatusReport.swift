package import Basics
internal import DVC
internal import Digests
internal import Planning

/// What differs between the cache and the remotes.
package struct CloudStatusReport: Sendable {
    /// Where an object is not, in DVC's order.
    package enum State: String, Sendable, CaseIterable {
        /// Only on the remote.
        case deleted
        /// Only in the cache.
        case new
        /// In neither.
        case missing
    }

    /// An out, or a member of one.
    package struct Entry: Sendable, Equatable {
        package let state: State
        /// Relative to the current directory.
        package let name: FilePath

        package init(state: State, name: FilePath) {
            self.state = state
            self.name = name
        }
    }

    /// By state, then by name; each name once.
    package var entries: [Entry] = []
    /// What could not be found out.
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    /// Whether the working copy has no metafile at all.
    package var tracksNothing = false
    /// What is in sync with the cache when there are no entries; `nil` without a default remote.
    package var remote: String?

    package init() {}

    /// Whether nothing failed but a configuration file that cannot be read.
    package var hasOnlyConfigurationErrors: Bool {
        !errors.isEmpty && errors.allSatisfy { ($0 as? ConfigError)?.file != nil }
    }
}

/// What was found out about the objects of some outs.
struct ComparedSides {
    var outs: [ComparedOut] = []
    /// Outs of which a part is meant that their list does not have, and what was found of others.
    var withoutMember: [NeededOut] = []
    var met: Set<FilePath> = []
    var absentInCache: Set<ObjectID> = []
    var absentOnRemote: Set<ObjectID> = []

    /// `nil` when both sides have it.
    func state(of oid: ObjectID) -> CloudStatusReport.State? {
        switch (absentInCache.contains(oid), absentOnRemote.contains(oid)) {
        case (false, false): nil
        case (true, false): .deleted
        case (false, true): .new
        case (true, true): .missing
        }
    }

    var isInSync: Bool { absentInCache.isEmpty && absentOnRemote.isEmpty }
}

/// An out of a comparison, and the members of it that are meant.
struct ComparedOut {
    /// From the top of the repository.
    let path: FilePath
    let oid: ObjectID
    var listing: DirectoryListing?
    var members = 0..<0
}

/// Gives what differs its name, as DVC does: each object has one, and each name one state.
struct StatusNames {
    private let directory: FilePath
    private var states: [FilePath: CloudStatusReport.State] = [:]
    private var named: Set<ObjectID> = []

    /// `directory`: the current one, from the top of the repository.
    init(from directory: FilePath) { self.directory = directory }

    /// Adds what differs of an out.
    ///
    /// The first path that an object is found at names it.
    mutating func add(_ out: ComparedOut, _ sides: ComparedSides) {
        if sides.isInSync { return }
        add(out.oid, out.path, sides)
        guard let listing = out.listing else { return }
        for index in out.members where sides.state(of: listing.oid(at: index)) != nil {
            add(listing.oid(at: index), out.path.appending(listing.path(at: index)), sides)
        }
    }

    private mutating func add(_ oid: ObjectID, _ path: FilePath, _ sides: ComparedSides) {
        guard let state = sides.state(of: oid), named.insert(oid).inserted else { return }
        let name = path.relativeName(from: directory)
        // Several versions of one file may be in different states: the worst is the one to see.
        states[name] = states[name].map { max($0, state) } ?? state
    }

    /// By state, then by name.
    var entries: [CloudStatusReport.Entry] {
        states.map { CloudStatusReport.Entry(state: $1, name: $0) }.sorted {
            $0.state == $1.state ? $0.name < $1.name : $0.state < $1.state
        }
    }
}

extension CloudStatusReport.State: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
