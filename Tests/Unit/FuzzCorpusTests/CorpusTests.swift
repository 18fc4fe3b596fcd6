import Basics
import FoundationEssentials
import FuzzTargets
import Testing

/// What the fuzzer learned, and what once broke a parser, replayed.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases) func `a parser stands its corpus`(
        _ target: FuzzTarget
    ) throws {
        let folder = FilePath(#filePath).parent.parent.parent.appending("Fuzz/corpus")
        let file = folder.appending(FilePath("\(target.rawValue).txt"))
        let lines = try readFile(file).split(separator: UInt8(ascii: "\n"))
            .filter { $0.first != UInt8(ascii: "#") }
        #expect(!lines.isEmpty)
        for line in lines {
            // A broken promise traps, and then the name of the test says which parser it was.
            let input = try #require(Data(base64Encoded: Data(line)))
            target.run(Array(input))
        }
    }
}
