internal import FoundationEssentials

/// Why an answer is not what its sender documents; says nothing of its content.
package struct AnswerProblem: Error, Equatable {
    package let words: String

    package init(words: String) { self.words = words }
}

/// The decoder's own errors may quote the input, so none of their words is kept.
package func decode<Value: Decodable>(
    _ bytes: [UInt8], as type: Value.Type = Value.self, namesAreSnakeCase: Bool = false
) throws(AnswerProblem) -> Value {
    do {
        let decoder = JSONDecoder()
        if namesAreSnakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        return try decoder.decode(type, from: Data(bytes))
    } catch {
        throw AnswerProblem(words: "not the JSON that is documented")
    }
}

/// The JSON of a value that has nothing but texts.
package func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts cannot fail to be encoded.
    return (try? encoder.encode(value)).map { Array($0) } ?? []
}
