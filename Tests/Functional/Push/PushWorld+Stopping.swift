import Basics
import Digests
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Pushes that are held in the middle, so that something can happen meanwhile.
extension PushWorld {
    /// Tracks a file that takes a while to upload; it is in the cache only.
    func addLargeObject(as name: String) throws -> ObjectID {
        // All zeros in a file without blocks: nothing has to be written before the upload.
        let size = 96 << 20
        let oid = objectID(of: [UInt8](repeating: 0, count: size))
        let object = repository.cache.appending(DVCRepository.key(oid))
        try createDirectories(object.parent)
        try sandbox.run("truncate", "-s", "\(size)", object.string).checked()
        try sandbox.run("chmod", "444", object.string).checked()
        try repository.writeMetafile(for: name, oid: oid, size: size)
        return oid
    }

    /// Starts a program and stops it, with its children, while the large object is under way.
    ///
    /// Should the upload be over before it can be stopped, everything is done again.
    func stopped(
        whileUploading large: ObjectID, _ program: String, _ arguments: [String]
    ) throws -> RunningProcess {
        let object = storage.appending(DVCRepository.key(large))
        for _ in 1...20 {
            try sandbox.run("rm", "-rf", storage.string, ".git/dvc", in: path)
                .checked()
            let head = try git("rev-parse", "HEAD").outputLines[0]
            let zeros = String(repeating: "0", count: 40)
            let process = try sandbox.start(
                program, arguments, in: path,
                stdin: Array("refs/heads/main \(head) refs/heads/main \(zeros)\n".utf8))
            while try !hasTemporary(in: object.parent), !fileExists(object), isRunning(process) {
                sched_yield()
            }
            process.sendToAll(SIGSTOP)
            if !fileExists(object), try hasTemporary(in: object.parent) { return process }
            process.sendToAll(SIGCONT)
            _ = process.wait()
            _ = try push("-q", "--no-verify", "origin", ":main")  // fails when it was not there
        }
        throw TooFast()
    }
    func hasTemporary(in folder: FilePath) throws -> Bool {
        guard directoryExists(folder) else { return false }
        return try directoryEntries(folder).contains { $0.hasSuffix(".tmp") }
    }

    private func isRunning(_ process: RunningProcess) -> Bool {
        var information = siginfo_t()
        waitid(P_PID, id_t(process.processID), &information, WEXITED | WNOHANG | WNOWAIT)
        return information.si_signo == 0
    }
}

/// Every upload was over before it could be stopped.
private struct TooFast: Error {}
