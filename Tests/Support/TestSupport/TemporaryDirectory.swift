package import Basics
internal import Foundation

/// A fresh directory that is removed with everything in it when its owner goes away.
package final class TemporaryDirectory: Sendable {
    /// Absolute, with symbolic links resolved, so that it can be compared with what git prints.
    package let path: FilePath

    /// `inMemory`: on a file system in memory, where there is one: what makes thousands of files, or
    /// pushes over and over, would otherwise wait for the disk.
    package init(inMemory: Bool = false) throws {
        let usual = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let hasMemory = "/dev/shm".withCString { access($0, W_OK | X_OK) } == 0
        let parent = inMemory && hasMemory ? "/dev/shm" : usual
        var template = FilePath(parent).appending("git-dvc-test.XXXXXX").bytes.map {
            CChar(bitPattern: $0)
        }
        template.append(0)
        guard mkdtemp(&template) != nil else { throw SystemError("create", FilePath(parent)) }
        let created = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(cString: $0) } ?? ""
        }
        self.path = created.resolved ?? created
    }

    deinit {
        // A test may have taken away permissions; what still cannot be removed is left to the system.
        let walk = FileManager.default.enumerator(atPath: path.string)
        while let name = walk?.nextObject() as? String {
            let entry = path.appending(name)
            guard let status = try? fileStatus(entry), status.st_mode & S_IFMT == S_IFDIR,
                status.st_mode & 0o700 != 0o700
            else { continue }
            _ = entry.withCString { chmod($0, 0o700) }
        }
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
