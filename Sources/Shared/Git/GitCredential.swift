package import Basics

/// A user name and password from where the user keeps them: Git's credential helpers, or a question.
///
/// Source: git-credential(1).
package struct GitCredential: Equatable, Sendable {
    package let user: String
    package let password: String

    /// Asks Git for a password.
    ///
    /// `scheme`: `https`; `host`: with its port. `nil` when there is none and nobody could be asked.
    /// Blocks until the user has answered. Throws `SubprocessError`.
    package init?(
        scheme: String, host: String, user: String?, from git: GitProgram
    ) throws(SubprocessError) {
        var question = "protocol=\(scheme)\nhost=\(host)\n"
        if let user { question += "username=\(user)\n" }
        // A line end would start another attribute, of a host that was never meant.
        guard ![scheme, host, user ?? ""].contains(where: { $0.contains { $0.isNewline } }) else {
            return nil
        }
        let answer = try git.command(["credential", "fill"]).run(input: Array(question.utf8))
        guard answer.status.isSuccess else { return nil }
        var values: [Substring: Substring] = [:]
        for line in String(decoding: answer.output, as: UTF8.self).split(separator: "\n") {
            guard let sign = line.firstIndex(of: "=") else { continue }
            values[line[..<sign]] = line[line.index(after: sign)...]
        }
        guard let password = values["password"] else { return nil }
        self.user = values["username"].map(String.init) ?? user ?? ""
        self.password = String(password)
    }
}
