package import Basics
package import DVC
package import Digests
package import Git

/// An out whose object must be on a data remote, and where it says so.
package struct NeededOut: Sendable, Equatable {
    package let oid: ObjectID
    /// Relative to the top of the repository.
    package let path: FilePath
    /// What the need rests on: a `.dvc` file, or `dvc.lock` and `dvc.yaml`; and the configuration.
    package let sources: [MetafileVersion]
    package let revision: Revision
    /// Which of the data is meant, when the out is a directory.
    package var part = OutPart.whole
    /// What DVC recorded, in bytes: of a directory, that of all its members.
    package var size: Int64?

    /// The path of what is meant: the out's, or that of a part of it.
    package var meantPath: FilePath {
        part.path.map(path.appending) ?? path
    }

    /// `data/model.pkl (commit 0123456789)`.
    package var place: String { revision.place(of: path) }
}

/// How much of an out is meant.
package enum OutPart: Hashable, Sendable {
    case whole
    /// A member of a directory, or all members below a directory in it; relative to the out.
    case below(FilePath)

    /// What is meant, relative to the out; `nil` for all of it.
    package var path: FilePath? {
        if case .below(let path) = self { path } else { nil }
    }
}

/// A metafile as one revision has it.
package struct MetafileVersion: Hashable, Sendable {
    /// Relative to the top of the repository.
    package let path: FilePath
    /// The content in Git; `nil` when there is no such file, or it was read from the workspace.
    package let blob: GitOID?
}

/// An out that names no object: its stage never ran, nobody downloaded its import, or only a
/// cloud-versioned remote knows its data.
package struct UnidentifiedOut: Sendable {
    package let out: Out
    /// Relative to the top of the repository, as the following.
    package let path: FilePath
    /// The metafile that names the out.
    package let metafile: FilePath
    /// The DVC root.
    package let root: FilePath
    package let sources: [MetafileVersion]
    package let revision: Revision
    package let configuration: RootConfiguration
    package let metafileKind: Metafile.Kind
    /// What the out of an import was to be downloaded from; `nil` for anything else.
    package var importInput: StageInput?
    /// Which of the data is meant, should it be a directory.
    package var part = OutPart.whole

    /// The out with the object that it turned out to be.
    package func identified(as oid: ObjectID) -> CollectedOut {
        let needed = NeededOut(
            oid: oid, path: path, sources: sources, revision: revision, part: part, size: out.size)
        return CollectedOut(
            out: out, needed: needed, root: root, configuration: configuration,
            metafileKind: metafileKind, metafile: metafile)
    }

    /// The same out, but only this part of it.
    func limited(to part: OutPart) -> UnidentifiedOut {
        var limited = self
        limited.part = part
        return limited
    }

    /// The out with the list that its members in the metafile make; `nil` when there are none.
    ///
    /// No remote has the object of that list: its members are in versions, or under their own ids.
    package var listed: CollectedOut? {
        out.versions?.listing.map { identified(as: $0.objectID()) }
    }

    /// Whether a push would have to bring its data to a cloud-versioned remote.
    var needsVersions: Bool {
        out.isCloudVersioned && out.isCached && out.isPushable && !out.hasAllVersions
    }
}

/// Something in the pushed commits that keeps us from knowing or doing what they need.
package struct PlanProblem: Sendable {
    package enum Cause: Sendable {
        /// A metafile or a configuration that cannot be read.
        case unreadable(any UserFacingError)
        /// An out for which no remote is configured.
        case noRemote(NeededOut)
        /// An out that would have to go to a cloud-versioned remote.
        case cloudVersioned(place: String)
        /// A target in a directory whose list has no such member.
        case noMember(NeededOut, member: FilePath)
        /// A blob that a commit names and Git does not have.
        case missingBlob(path: FilePath)
    }

    package let cause: Cause
    /// The files that have the problem, or that it keeps from being understood.
    package let sources: [MetafileVersion]
    package let revision: Revision
}
