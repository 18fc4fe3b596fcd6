package import Basics
package import Git

/// What a selection means: outs, and what stands in the way of knowing them.
package struct CollectedData: Sendable {
    /// The workspace first, then the commits, newest first.
    ///
    /// An out that many commits have with the same meaning is given once, for one of them;
    /// ``NeededOut/part`` says how much of it is meant.
    package var outs: [CollectedOut] = []
    /// Outs without an object that could be transferred.
    package var unidentified: [UnidentifiedOut] = []
    package var problems: [PlanProblem] = []
    /// Things to tell the user that hinder nothing.
    package var notes: [String] = []
    /// What the user should know, though it hinders nothing.
    package var warnings: [any UserFacingError] = []
    /// The commits that were looked at, newest first.
    package var commits: [GitOID] = []

    package init() {}
}
