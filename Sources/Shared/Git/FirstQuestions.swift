package import Basics

/// What `git-dvc` asks Git first where a hook has work for it, in the working copy whose top a directory is.
///
/// `dvc-hooks` asks it, and Git answers while the larger program that takes its place is loaded
/// (docs/decisions/0029).
package struct FirstQuestions: ~Copyable {
    private let git: GitProgram
    private let directory: FilePath
    private let settings: GitConfig.Question
    private let files: RunningCommand
    private let place: RunningCommand

    /// What Git said.
    package struct Answers {
        package let repository: GitRepository
        package let config: GitConfig
        /// What ``workspaceListing`` lists.
        package let files: [UInt8]
    }

    /// The arguments that list all metafiles of a working copy, each with a NUL behind it.
    // Git's own index and untracked cache answer quicker than a walk, and ignored directories, where
    // the data is, are not entered.
    package static let workspaceListing =
        ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
        + metafilePathspecs + [":(glob)**/Dvcfile"]

    /// Asks.
    package init(at directory: FilePath, using git: GitProgram) throws(SubprocessError) {
        // Starting takes most of the time of these, so they do it side by side.
        let settings = try GitConfig.Question(at: directory, using: git)
        let files = try git.command(Self.listing(at: directory)).begin()
        let place = try git.command(GitRepository.question(at: directory, findsHead: true)).begin()
        self.init(directory, git, settings, files, place)
    }

    private init(
        _ directory: FilePath, _ git: GitProgram, _ settings: consuming GitConfig.Question,
        _ files: consuming RunningCommand, _ place: consuming RunningCommand
    ) {
        self.git = git
        self.directory = directory
        self.settings = settings
        self.files = files
        self.place = place
    }

    /// Takes over what another program of ours has asked before it became this one.
    ///
    /// `words`: what its ``handOver()`` gave; `nil` if they mean nothing here.
    init?(at directory: FilePath, using git: GitProgram, handedOver words: String) {
        let parts = words.split(separator: ";").map(String.init)
        guard parts.count == 3,
            let settings = GitConfig.Question(at: directory, using: git, handedOver: parts[0]),
            let files = RunningCommand(
                git.begun(Self.listing(at: directory)), handedOver: parts[1]),
            let place = RunningCommand(
                git.begun(GitRepository.question(at: directory, findsHead: true)),
                handedOver: parts[2])
        else { return nil }
        self.init(directory, git, settings, files, place)
    }

    private static func listing(at directory: FilePath) -> [String] {
        ["-C", directory.string] + workspaceListing
    }

    /// Leaves the questions to the program that this process becomes.
    package consuming func handOver() throws(SystemError) -> String {
        let words = [
            try settings.handOver(), try files.handOver(), try place.handOver(),
        ]
        return words.joined(separator: ";")
    }

    /// The answers to what was asked, or is asked now where nobody has.
    ///
    /// `asked`: what ``handOver()`` gave. Throws what ``GitRepository/init(at:git:findsHead:)`` does.
    package static func answers(
        at directory: FilePath, using git: GitProgram, asked: String?
    ) throws -> Answers {
        if let asked,
            let questions = FirstQuestions(at: directory, using: git, handedOver: asked)
        {
            return try questions.answers()
        }
        return try FirstQuestions(at: directory, using: git).answers()
    }

    consuming func answers() throws -> Answers {
        let repository = try GitRepository(
            at: directory, git: git, findsHead: true, answering: place)
        return Answers(
            repository: repository, config: try settings.answer(),
            files: try files.outputIfSuccessful())
    }
}
