package import Basics

/// Why templates of a `dvc.yaml` cannot be filled in, without the place.
package enum TemplateFault: Error, Equatable, Sendable {
    /// What stands between `${` and `}` is no name.
    case badExpression(String)
    case notFound(String)
    /// A list or a map where only one value can stand.
    case notOneValue(expression: String, found: String)
    /// A list in a list, or in a map that becomes options of a command.
    case nestedList(key: String)
    /// A key that becomes a list or a map, or a second kind of value that nothing can be named by.
    case badKey(String)
    /// A value that templates cannot hold: "a date".
    case unsupported(String)
    /// A template where DVC allows none.
    case notAllowed(String)
    /// A name that was given a value before.
    case redefined(String)
    /// `item` or `key` in the `vars` of a stage of a group.
    case reserved(String)
    case alreadyLoaded(String)
    case noFile(FilePath)
    case badFile(FilePath, ParameterFileError)
    case notAMap(FilePath, found: String)
    case noSuchKey(String, FilePath)
    /// What `foreach` or `matrix` names cannot be gone through.
    case notIterable(String)
    /// A name of a generated stage that DVC cannot find again: its key is empty or has an `@`.
    case badMember(String)
    /// A value where DVC needs another kind: "an out".
    case wrongKind(subject: String, expected: String, found: String)
    case tooManyStages(limit: Int)
    case tooMuchText
}

extension TemplateFault {
    var text: String {
        switch self {
        case .badExpression(let expression): "\(quoted("${\(expression)}")) is not an expression"
        case .notFound(let expression): "no value for \(quoted("${\(expression)}"))"
        case .notOneValue(let expression, let found):
            "\(quoted("${\(expression)}")) is \(found), not one value"
        case .nestedList(let key): "a list within the list or map \(quoted(key))"
        case .badKey(let key): "\(quoted(key)) as a key is no single value"
        case .unsupported(let kind): "\(kind) cannot be used in templates"
        case .notAllowed(let text): "a template is not allowed here: \(quoted(text))"
        case .redefined(let key): "\(quoted(key)) has a value already"
        case .reserved(let key): "'vars' may not give a value to \(quoted(key)) here"
        case .alreadyLoaded(let item): "\(quoted(item)) is loaded already"
        case .noFile(let path): "there is no file \(quoted(path.string))"
        case .badFile(let path, let error):
            "\(quoted(path.string))\(error.line.map { " line \($0)" } ?? ""): \(error.problem)"
        case .notAMap(let path, let found): "\(quoted(path.string)) holds \(found), not a map"
        case .noSuchKey(let key, let path): "no key \(quoted(key)) in \(quoted(path.string))"
        case .notIterable(let found): "needs a list or a map, not \(found)"
        case .badMember(let name): "the name \(quoted(name)) is not usable"
        case .wrongKind(let subject, let expected, let found):
            "\(subject) must be \(expected), not \(found)"
        case .tooManyStages(let limit): "more than \(limit) stages"
        case .tooMuchText: "the templates stand for too much text"
        }
    }
}

/// Why a parameters file cannot be read.
package struct ParameterFileError: Error, Equatable, Sendable {
    /// Lower case, without the place.
    package let problem: String
    /// Counted from 1; `nil` when the problem is not at one place.
    package let line: Int?
}
