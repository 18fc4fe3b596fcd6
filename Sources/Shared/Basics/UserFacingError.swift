/// An error whose text is written for the person at the terminal.
///
/// The text is made from values at the edge, never parsed again: code that decides something
/// switches over the concrete error.
package protocol UserFacingError: Error, Sendable {
    /// What happened, to which object, where: one lower-case line without a final period.
    var summary: String { get }

    /// What to do about it, in the same form; `nil` when there is nothing useful to say.
    var advice: String? { get }
}

extension UserFacingError {
    package var advice: String? { nil }
}

/// The line to show for any error, ours or not.
package func summary(of error: any Error) -> String {
    (error as? any UserFacingError)?.summary ?? "\(error)"
}
