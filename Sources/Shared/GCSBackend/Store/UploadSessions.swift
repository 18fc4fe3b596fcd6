package import Basics
internal import Digests

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Where it is kept which large uploads were begun, so that another run goes on with them.
///
/// The service lists none: only who began one knows its URL, which for a week lets anybody who has it
/// write that one object. So the files are the user's alone. What goes wrong here only means that an
/// upload starts anew.
package struct UploadSessions: Sendable {
    private let folder: FilePath

    /// The service forgets a session after that time.
    ///
    /// Source: Cloud Storage, "Resumable uploads".
    private static let lifetime: Int64 = 7 * 86_400

    /// `folder`: made when it is needed.
    package init(in folder: FilePath) { self.folder = folder }

    /// The URL of an upload; `place`: the object, as a URL without secrets.
    func url(of place: String, size: Int64) -> String? {
        // What cannot be read is not known.
        guard let bytes = try? readFileIfPresent(path(place), limit: 16 << 10) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, lines[1] == "\(size)" else { return nil }
        return String(lines[0])
    }

    func keep(_ url: String, of place: String, size: Int64, now: Int64) {
        // Without it the next run begins anew, which is no error of this one.
        do throws(SystemError) {
            try createDirectories(folder.parent)
            try createDirectories(folder, mode: 0o700)
        } catch {
            return
        }
        forgetOld(now: now)
        try? writeFile(path(place), Array("\(url)\n\(size)\n".utf8), mode: 0o600)
    }

    func forget(_ place: String) {
        try? removeFile(path(place))  // one that stays is found to be over when it is used
    }

    private func forgetOld(now: Int64) {
        for name in (try? directoryEntries(folder)) ?? [] {
            let path = folder.appending(name)
            guard let status = try? fileStatus(path) else { continue }
            #if canImport(Darwin)
            let time = Int64(status.st_mtimespec.tv_sec)
            #else
            let time = Int64(status.st_mtim.tv_sec)
            #endif
            if now - time > Self.lifetime { try? removeFile(path) }
        }
    }

    private func path(_ place: String) -> FilePath {
        folder.appending(FilePath(sha256Hex(of: Array(place.utf8))))
    }
}
