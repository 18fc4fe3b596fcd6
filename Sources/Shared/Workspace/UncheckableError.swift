internal import Basics
package import DVC

/// Something that a stage depends on and that cannot be compared with what was recorded.
package struct UncheckableError: UserFacingError {
    package enum Reason: Equatable, Sendable {
        /// It is somewhere that we have no way to look at.
        case elsewhere
        case parameters(ParameterFileError)
        case directoryOfParameters
    }

    /// As users know it.
    package let name: String
    package let reason: Reason

    package init(name: String, reason: Reason) {
        self.name = name
        self.reason = reason
    }

    package var summary: String {
        let name = printable(name)
        return switch reason {
        case .elsewhere: "cannot check whether '\(name)' has changed: it is no path on this machine"
        case .parameters(let error):
            "cannot read parameters from '\(name)'\(error.line.map { " line \($0)" } ?? ""): "
                + printable(error.problem)
        case .directoryOfParameters: "'\(name)' is a directory, not a file with parameters"
        }
    }

    package var advice: String? {
        switch reason {
        case .elsewhere: "'dvc status' can look there"
        case .parameters, .directoryOfParameters: nil
        }
    }
}
