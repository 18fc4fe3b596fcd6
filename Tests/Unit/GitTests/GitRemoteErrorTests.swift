import Testing

@testable import Basics
@testable import Git

/// What is said of a Git command that could not use a remote.
@Suite struct GitRemoteErrorTests {
    private let usual = """
        fatal: Could not read from remote repository.

        Please make sure you have the correct access rights
        and the repository exists.

        """

    private func words(_ errors: String, _ status: Basics.ExitStatus = .exited(128)) -> String {
        let result = CommandResult(status: status, output: [], errorOutput: Array(errors.utf8))
        let error = GitRemoteError(remote: "origin", cause: result.failure(of: "git fetch"))
        return error.summary
    }

    @Test func `Git's own words, without those that it says of each`() {
        #expect(
            words("ssh: no route to host\n\(usual)")
                == "cannot use Git remote 'origin': ssh: no route to host")
        #expect(
            words("fatal: '/x' does not appear to be a git repository\n\(usual)")
                == "cannot use Git remote 'origin': '/x' does not appear to be a git repository")
    }

    @Test func `what was killed is named`() {
        #expect(
            words("", .signalled(9))
                == "cannot use Git remote 'origin': 'git fetch' was ended by signal 9")
        #expect(
            words("remote: hello\n", .signalled(15))
                == "cannot use Git remote 'origin': 'git fetch' was ended by signal 15: "
                + "remote: hello")
        #expect(
            words("Killed\n\(usual)")
                == "cannot use Git remote 'origin': the program that makes the connection was ended "
                + "by a signal (Killed)")
    }

    @Test func `of what says nothing it is said how it ended`() {
        #expect(
            words("", .exited(1))
                == "cannot use Git remote 'origin': 'git fetch' ended with code 1")
        #expect(
            words(usual)
                == "cannot use Git remote 'origin': the connection was closed before the server had "
                + "answered")
    }
}
