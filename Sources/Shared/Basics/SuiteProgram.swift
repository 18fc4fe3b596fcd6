/// The suite's program of that name: next to the running one first, then on `PATH`.
///
/// Programs with a short `PATH`, such as graphical clients, find it that way.
package func suiteProgram(named name: String, _ environment: Environment) -> FilePath? {
    if let sibling = runningProgram()?.parent.appending(name), isExecutableFile(sibling) {
        return sibling
    }
    return environment.program(named: name)
}

/// The same, where nothing can be done without it.
package func requiredProgram(
    named name: String, _ environment: Environment
) throws(MissingProgramError) -> FilePath {
    guard let program = suiteProgram(named: name, environment) else {
        throw MissingProgramError(name: name)
    }
    return program
}

/// A program of the suite that is not where it should be.
package struct MissingProgramError: UserFacingError {
    package let name: String

    package init(name: String) { self.name = name }

    package var summary: String { "the program \(name) is missing" }
    package var advice: String? {
        "install it again, or leave DVC out this time: DVC_SKIP=1 git ..."
    }
}
