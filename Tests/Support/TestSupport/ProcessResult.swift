/// How a program ended and what it said.
package struct ProcessResult: Sendable, CustomStringConvertible {
    package enum Ending: Equatable, Sendable {
        case exited(status: Int32)
        case killed(signal: Int32)
        /// Ended by us, because it ran longer than the test allowed.
        case timedOut
    }

    package let commandLine: [String]
    package let ending: Ending
    package let outputBytes: [UInt8]
    package let errorBytes: [UInt8]

    /// The exit status, or `nil` when a signal ended the program.
    package var status: Int32? {
        if case .exited(let status) = ending { status } else { nil }
    }

    /// The signal that ended the program, or `nil` when it exited.
    package var signal: Int32? {
        if case .killed(let signal) = ending { signal } else { nil }
    }

    package var succeeded: Bool { status == 0 }
    package var output: String { String(decoding: outputBytes, as: UTF8.self) }
    package var errorOutput: String { String(decoding: errorBytes, as: UTF8.self) }

    /// The lines of standard output, without the empty ones.
    package var outputLines: [String] {
        output.split(separator: "\n").map(String.init)
    }

    /// Everything a reader of a failed test wants to see.
    package var description: String {
        "\(commandLine.joined(separator: " ")): \(ending)\n--- stdout\n\(output)--- stderr\n\(errorOutput)"
    }

    /// Throws unless the program ended with status 0.
    @discardableResult
    package func checked() throws -> ProcessResult {
        guard succeeded else { throw UnexpectedEnding(result: self) }
        return self
    }
}

/// A program that a test relies on did not do its work.
package struct UnexpectedEnding: Error, CustomStringConvertible {
    package let result: ProcessResult
    package var description: String { result.description }
}
