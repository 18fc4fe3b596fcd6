internal import Basics
internal import DVC

/// A remote that is a directory of this machine, which is not there or has nothing in it: most likely
/// its disk is not mounted.
///
/// A directory to which nothing was ever pushed is no mistake, but nothing can be fetched from it.
struct RemoteDirectoryError: UserFacingError {
    enum Flaw {
        case missing, empty
        /// It once had data, and a push makes it anew.
        case remade
    }

    let remote: String
    let path: FilePath
    let flaw: Flaw

    var summary: String {
        let directory = "the directory of remote '\(remote)'"
        return switch flaw {
        case .missing: "\(directory) is missing: '\(path)'"
        case .empty: "\(directory) is empty: '\(path)'"
        case .remade: "\(directory) is gone, and is made anew: '\(path)'"
        }
    }

    var advice: String? {
        switch flaw {
        case .missing, .empty:
            "mount the disk that has it, push the data from where it is, or correct the url with 'git dvc "
                + "remote modify \(remote) url <path>'"
        case .remade:
            "if it is on a disk that is not mounted, remove '\(path)', mount the disk and push again"
        }
    }
}

extension DVCRemote {
    /// What is amiss with a remote from which something is to be fetched; `nil` when it may have it.
    var directoryFlaw: RemoteDirectoryError? {
        guard case .directory(let path) = location else { return nil }
        // What is there and is no directory, or cannot be read, has errors of its own.
        guard fileExists(path) else {
            return RemoteDirectoryError(remote: name, path: path, flaw: .missing)
        }
        guard let names = try? directoryEntries(path), names.isEmpty else { return nil }
        return RemoteDirectoryError(remote: name, path: path, flaw: .empty)
    }
}
