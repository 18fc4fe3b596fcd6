package import Basics
internal import Git

/// A session of which Git is asked already, while the program still has other things to do before its work
/// (docs/decisions/0030).
package final class SessionStart: Sendable {
    package let environment: Environment
    package let directory: FilePath
    let git: GitProgram
    private let plain: PlainRepository?
    private let question: Locked<GitConfig.Question?>

    /// Asks.
    ///
    /// `directory`: where the user is. Throws `GitError`, `SubprocessError`.
    package init(at directory: FilePath, environment: Environment) throws {
        self.environment = environment
        self.directory = directory
        git = try GitProgram(
            environment: environment, trace: Trace(setting: environment["GIT_DVC_TRACE"]))
        question = Locked(try GitConfig.Question(at: directory, using: git))
        plain = PlainRepository(at: directory, environment: environment)
    }

    /// Waits for what Git says; to be called once.
    ///
    /// Throws `GitError`, `SubprocessError`, `SystemError`.
    func answers() throws -> (GitRepository, GitConfig) {
        let asked = question.withLock { $0.take() }
        // Side by side where both are needed.
        let place = plain == nil ? try GitRepository(at: directory, git: git, findsHead: true) : nil
        let config = try asked?.answer() ?? GitConfig(using: git)
        if let place { return (place, config) }
        if let plain, config.describesPlainRepository {
            return (GitRepository(plain, git: git), config)
        }
        return (try GitRepository(at: directory, git: git, findsHead: true), config)
    }
}
