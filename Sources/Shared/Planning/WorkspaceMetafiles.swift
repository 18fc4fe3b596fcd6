package import Basics
package import Git

extension GitRepository {
    /// The metafiles of the working copy, of all DVC roots: tracked ones, and new ones that Git does
    /// not ignore; from the top of the repository.
    package func workspaceMetafiles() throws -> [FilePath] {
        try workspaceFiles().metafiles
    }

    /// The same, and what no DVC reads any more.
    package func workspaceFiles() throws -> MetafileNames {
        MetafileNames(listed: try output(FirstQuestions.workspaceListing))
    }

    /// The DVC root that a directory of the working copy is in, both from the top of the repository;
    /// `nil` when it is in none.
    package func dvcRoot(of directory: FilePath) -> FilePath? {
        guard let workTree else { return nil }
        return nearestDVCRoot(above: directory, in: workTree)
    }

    /// What Git tracks of DVC around a directory of the working copy that is in no DVC root; all from the
    /// top of the repository.
    ///
    /// Throws `SubprocessError`.
    package func dvcRootsNear(_ directory: FilePath) throws -> DVCRootsNearby {
        let listed = try output(["ls-files", "-t", "-z", "--", ":(top,glob)**/.dvc/config"])
        var near = DVCRootsNearby()
        for entry in listed.split(separator: 0) {
            guard let config = FilePath(validating: entry.dropFirst(2)) else { continue }
            let root = config.parent.parent
            let isLeftOut = entry.starts(with: Array("S ".utf8))
            if directory.relative(to: root) != nil {
                // The longer of two that are above the same place is the nearer.
                if isLeftOut, root.bytes.count >= near.leftOut?.bytes.count ?? 0 {
                    near.leftOut = root
                }
            } else if !isLeftOut, root.relative(to: directory) != nil {
                near.below.append(root)
            }
        }
        return near
    }
}

/// The DVC roots around a place that is in none.
package struct DVCRootsNearby: Equatable, Sendable {
    /// The nearest one above, or there, whose `.dvc` is tracked and not in the sparse checkout: in cone
    /// mode, every one that was not asked for.
    package var leftOut: FilePath?
    /// Those below that are there.
    package var below: [FilePath] = []

    package init() {}
}

/// The files of a working copy that may say what its data is; from the top of the repository.
package struct MetafileNames: Sendable {
    /// Of all DVC roots: tracked ones, and new ones that Git does not ignore.
    package let metafiles: [FilePath]
    /// What DVC before 1.0 called `Dvcfile`.
    package let obsolete: [FilePath]

    /// `listed`: what Git answers to ``FirstQuestions/workspaceListing``.
    package init(listed: [UInt8]) {
        let paths = uniqued(listed.split(separator: 0).compactMap { FilePath(validating: $0) })
        metafiles = paths.filter { path in
            let role = MetafileRole(path)
            return role != nil && role != .context
        }
        obsolete = paths.filter { $0.lastComponent == "Dvcfile" }
    }
}

/// The directory itself or the nearest above it that has a `.dvc`; paths but `top` are from `top`.
func nearestDVCRoot(above directory: FilePath, in top: FilePath) -> FilePath? {
    var candidate = directory
    while true {
        if directoryExists(top.appending(candidate).appending(".dvc")) { return candidate }
        if candidate.isEmpty { return nil }
        candidate = candidate.parent
    }
}

/// A stage file with the default name of DVC before 1.0.
package struct ObsoleteFileError: UserFacingError, Equatable {
    package let path: FilePath

    package var summary: String {
        "'\(printable(path.string))' is a stage file of DVC 0.x; DVC does not read it any more, and "
            + "nothing of it is transferred"
    }

    package var advice: String? {
        "move its command to 'dvc.yaml' with 'dvc stage add', or track its outs with 'git dvc add'"
    }
}
