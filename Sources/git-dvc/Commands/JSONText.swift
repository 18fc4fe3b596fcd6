import FoundationEssentials

/// A result as `--json` prints it: on one line, names in order, so that two runs can be compared.
///
/// Throws `EncodingError`.
func jsonText(_ result: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(result), as: UTF8.self)
}
