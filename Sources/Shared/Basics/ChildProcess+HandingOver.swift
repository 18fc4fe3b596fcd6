#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A child that outlives the program that started it, because another one takes the place of that: the
/// process stays the same, and with it its children and what is open.
extension ChildProcess {
    /// A child without input that another program of ours started before it became this one.
    ///
    /// `words`: what its ``handOver()`` gave; `nil` if they mean nothing here.
    init?(_ command: Command, handedOver words: String) {
        let parts = words.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { CInt($0) }
        guard parts.count == 3, numbers.count == 3, numbers[0] > 0,
            numbers[1...].allSatisfy({ $0 > 2 }), numbers[1] != numbers[2],
            isChild(numbers[0]),
            // Programs that this one starts must not keep the pipes open.
            numbers[1...].allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 })
        else { return nil }
        self.init(
            command, numbers[0], input: nil,
            output: OpenFile(adopting: numbers[1], named: "the child's output"),
            errorOutput: OpenFile(adopting: numbers[2], named: "the child's messages"))
    }

    /// Leaves the child, which takes no input, to the program that this process becomes.
    ///
    /// Returns the words that describe it there: its number and those of its pipes.
    consuming func handOver() throws(SystemError) -> String {
        var numbers = [identifier]
        for end in [output?.descriptor ?? -1, errorOutput?.descriptor ?? -1] {
            // A copy is open in the next program.
            let kept = dup(end)
            guard kept >= 0 else { throw SystemError("use", "the pipe of a child") }
            numbers.append(kept)
        }
        isReaped = true  // by that program
        return numbers.map(String.init).joined(separator: ",")
    }
}

/// Whether it is one of ours, ended or not: no other may be waited for, or ended.
private func isChild(_ identifier: pid_t) -> Bool {
    var status = siginfo_t()
    return waitid(P_PID, id_t(identifier), &status, WEXITED | WNOHANG | WNOWAIT) == 0
}
