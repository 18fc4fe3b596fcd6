import Basics
import Digests
import TestSupport
import Testing

extension PushWorld {
    /// What a DVC remote must never have: temporary files, wrong objects, lists without members.
    func flawsOfStorage(_ storage: FilePath? = nil) throws -> [String] {
        let folder = storage ?? self.storage
        let names = try stored(in: folder)
        var flaws: [String] = []
        for name in names {
            let digits = name.replacing("files/md5/", with: "").replacing("/", with: "")
            let bytes = try readFile(folder.appending(name))
            guard let oid = ObjectID(digits) else {
                flaws.append("\(name) is no object")
                continue
            }
            if objectID(of: bytes, isDirectory: oid.isDirectory) != oid {
                flaws.append("\(name) has wrong content")
            }
            guard oid.isDirectory else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            for part in text.split(separator: "\"md5\": \"").dropFirst() {
                let member = ObjectID(String(part.prefix(32))).map { DVCRepository.key($0).string }
                if let member, !names.contains(member) { flaws.append("\(name) lacks \(member)") }
            }
        }
        return flaws
    }

    /// Pushes and expects a refusal whose first line is `error: ` and this text.
    ///
    /// `@` stands for the commit that is pushed.
    func expectRefusal(
        _ text: String, hint: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let head = try git("rev-parse", "--short=10", "HEAD").outputLines[0]
        let before = try refs()
        let result = try push("-q", "origin", "HEAD:refs/heads/main")
        let lines = ourLines(result)
        let expected = "error: " + text.replacing("@", with: head)
        #expect(result.status == 1, "\(result)", sourceLocation: sourceLocation)
        #expect(
            lines.contains { $0.hasPrefix(expected) }, "\(expected)\n\(result)",
            sourceLocation: sourceLocation)
        if let hint {
            #expect(
                lines.contains { $0.hasPrefix("hint: " + hint) }, "\(result)",
                sourceLocation: sourceLocation)
        }
        #expect(try refs() == before, sourceLocation: sourceLocation)
        #expect(try flawsOfStorage() == [], sourceLocation: sourceLocation)
    }
}
