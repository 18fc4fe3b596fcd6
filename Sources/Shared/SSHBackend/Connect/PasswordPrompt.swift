/// What ssh asks, as it puts it to the program that `SSH_ASKPASS` names.
///
/// The words come from ssh or, where they do not start as ssh's own, from the server. So a question
/// is answered only when it can be no other than the one that the secret is for.
/// Source: OpenSSH 8.4 to 10, `sshconnect2.c` and `readpass.c`.
package enum PasswordPrompt: Equatable, Sendable {
    case password
    /// For the key in this file.
    case passphrase(keyFile: String)
    /// Such as whether to trust a new host: never ours to say.
    case other

    package init(_ text: String) {
        let line = text.unicodeScalars.drop { $0 == "\r" || $0 == "\n" }
        let words = String(line)
        if let path = Self.between("Enter passphrase for key '", "'", words) {
            self = .passphrase(keyFile: path)
        } else if words.hasSuffix("'s password: ") || Self.isAskedByServer(words) {
            self = .password
        } else {
            self = .other
        }
    }

    /// Whether the server asks for a password, and for nothing else: `(user@host) Password: `.
    private static func isAskedByServer(_ words: String) -> Bool {
        var question = words[...]
        if question.hasPrefix("("), let end = question.firstIndex(of: ")") {
            question = question[question.index(after: end)...].drop { $0 == " " }
        }
        let lowered = question.lowercased()
        return lowered.hasPrefix("password") && lowered.utf8.count < 80
            && lowered.unicodeScalars.contains(":")
    }

    private static func between(_ start: String, _ end: Character, _ text: String) -> String? {
        guard text.hasPrefix(start), let last = text.lastIndex(of: end) else { return nil }
        let from = text.index(text.startIndex, offsetBy: start.count)
        return from <= last ? String(text[from..<last]) : nil
    }
}
