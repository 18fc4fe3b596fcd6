internal import Basics
internal import Storage

extension SSHStore {
    /// Has the server write the names of what was put to its disk, where it offers that.
    ///
    /// Large objects are there already; the content of small ones follows by the server's own
    /// write-back, as for every other program that writes many files
    /// (docs/decisions/0011-ssh-over-the-users-own-ssh.md).
    package func makeDurable() async throws {
        do {
            try await pool.withSession { session in
                guard session.abilities.offers(.fsync) else { return }
                let opened = folders.present.map { ($0, session.send(.open($0, .read))) }
                var synced: [(FilePath, SFTPHandle, SFTPReply)] = []
                for (folder, reply) in opened {
                    // Some servers do not open a folder as a file; then there is no way.
                    guard case .handle(let handle) = try await reply.value() else { continue }
                    synced.append((folder, handle, session.send(.fsync(handle), isSlow: true)))
                }
                for (folder, handle, reply) in synced {
                    let answer = try await reply.value()
                    session.send(.close(handle))  // nothing was written through it
                    guard case .status(let status) = answer else { continue }
                    if status.code == .failure { throw SFTPRefusal(status, folder) }
                }
            }
        } catch let refusal as SFTPRefusal {
            throw SSHSyncError(remote: traits.name, path: refusal.path)
        } catch let failure as SFTPSessionFailure {
            throw SSHSyncError(
                remote: traits.name, path: configuration.root,
                words: failure.words(configuration.peer))
        }
    }
}

/// The server could not write to its disk what it had taken.
struct SSHSyncError: UserFacingError {
    let remote: String
    let path: FilePath
    var words = "the server failed to write it to its disk"

    var summary: String {
        "cannot make sure of '\(printable(path.string))' on remote '\(remote)': \(words)"
    }
    var advice: String? { "push again; check the disk of the server" }
}
