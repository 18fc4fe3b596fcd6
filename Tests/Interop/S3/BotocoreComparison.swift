import Basics
import FoundationEssentials
import S3Backend
import TestSupport

/// Real botocore, asked by small scripts what it makes of the same input.
struct BotocoreComparison {
    let sandbox: Sandbox
    private let python: String

    init() throws {
        sandbox = try Sandbox()
        python = FilePath(try Sandbox.realDVC()).parent.appending("python").string
    }

    /// Runs a script that reads JSON and writes JSON.
    func ask<Answer: Decodable>(
        _ script: String, _ input: some Encodable, environment: [String: String?] = [:]
    ) throws -> Answer {
        let result = try sandbox.start(
            python, ["-c", script], stdin: Array(try JSONEncoder().encode(input)),
            environment: environment
        ).wait().checked()
        return try JSONDecoder().decode(Answer.self, from: Data(result.outputBytes))
    }

    /// As the programs of this sandbox see it.
    func environment(_ changes: [String: String]) -> Environment {
        Environment(sandbox.environment.merging(changes) { _, new in new })
    }
}
