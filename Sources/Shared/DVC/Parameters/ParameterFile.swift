internal import Basics
internal import YAML

/// How deep values of a parameters file may nest.
let parameterDepthLimit = 128

/// The contents of a parameters file; what kind it is, its name says.
///
/// `keepingKeys`: see `ParameterValue`; of YAML alone, as other kinds have no such keys.
///
/// Source: dvc-compat 3.6; `LOADERS` in DVC 3.67 `utils/serialize/__init__.py`.
func parameterFile(
    _ bytes: [UInt8], named path: FilePath, keepingKeys: Bool = false
) throws(ParameterFileError) -> ParameterValue {
    switch suffix(of: path) {
    case "json": try JSONParameters.read(bytes)
    case "toml": try TOMLParameters.read(bytes)
    case "py": try PythonParameters.read(bytes)
    default: try yamlParameters(bytes, keepingKeys: keepingKeys)
    }
}

/// The part after the first dot of the file's name, in lower case: `p.dev.toml` is no TOML to DVC.
///
/// Source: `suffix` in dvc-objects 5 `fs/base.py`.
private func suffix(of path: FilePath) -> String? {
    let name = path.lastComponent.bytes
    guard let dot = name.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
}

private func yamlParameters(
    _ bytes: [UInt8], keepingKeys: Bool
) throws(ParameterFileError) -> ParameterValue {
    do {
        guard let root = try parseYAML(bytes), !root.isFalsy else { return .map(ParameterMap()) }
        return ParameterValue(root, keepingKeys: keepingKeys)
    } catch {
        throw ParameterFileError(problem: error.reason.text, line: error.mark.line)
    }
}

extension ParameterFileError {
    /// An error at a byte of `text`.
    init(_ problem: String, at offset: Int, in text: some Collection<UInt8>) {
        let before = text.prefix(offset)
        self.init(problem: problem, line: before.count { $0 == UInt8(ascii: "\n") } + 1)
    }
}

/// The text of a file with the line ends that Python makes of `\r\n` and `\r`.
func pythonLines(_ bytes: [UInt8]) throws(ParameterFileError) -> [UInt8] {
    guard String(validating: bytes, as: UTF8.self) != nil else {
        throw ParameterFileError(problem: "the text is not UTF-8", line: nil)
    }
    let carriageReturn = UInt8(ascii: "\r")
    guard bytes.contains(carriageReturn) else { return bytes }
    var lines: [UInt8] = []
    lines.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
        if byte == carriageReturn {
            lines.append(UInt8(ascii: "\n"))
        } else if byte != UInt8(ascii: "\n") || index == 0 || bytes[index - 1] != carriageReturn {
            lines.append(byte)
        }
    }
    return lines
}
