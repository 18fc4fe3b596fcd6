internal import Basics
package import YAML

extension MetafileError {
    package enum Reason: Equatable, Sendable {
        /// Not YAML, or YAML that DVC does not load either.
        case yaml(YAMLError.Reason)
        /// Git's conflict markers are still in the file.
        case conflictMarkers
        /// A key that DVC's schema does not have; `place` is where it stands: "an out".
        case unknownKey(String, place: String)
        case missingKey(String, place: String)
        /// `subject` is the key, or what stands there: "an out".
        case wrongType(subject: String, expected: String, found: String)
        case wrongValue(key: String, value: String, expected: String)
        case badID(key: String, value: String, flaw: IDFlaw)
        /// A path that is empty or holds a NUL.
        case badPath(key: String, value: String)
        /// A `.dvc` file with a command: a stage of DVC before 1.0.
        case oldStageFile
        case lockSchema(LockSchema)
        /// An out, relative to the DVC root, that a `.dvcignore` hides, or its lying in `.git` or `.dvc`.
        case ignoredOut(String)
        /// Templates that cannot be filled in; `place` is where they stand: `stages.train.outs`.
        case template(place: String, TemplateFault)
        /// What has to change is written in a way that cannot be changed in place.
        case notUpdatable
    }

    /// What is wrong with a text that should be an object's name.
    package enum IDFlaw: Equatable, Sendable {
        /// Unquoted, and YAML takes it for a number.
        case unquotedNumber
        case upperCase
        case notHex
    }

    /// What a `dvc.lock` has instead of the string '2.0'.
    package enum LockSchema: Equatable, Sendable {
        /// The text '1.0', which DVC 1 never wrote: its files have no schema.
        case version1
        case missing
        /// The number 2.0, without quotes.
        case number(String)
        case unknown(String)
    }
}

extension MetafileError.Reason {
    /// What is wrong, without the place.
    var text: String {
        switch self {
        case .yaml(let reason): reason.text
        case .conflictMarkers: "the file has merge-conflict markers"
        case .unknownKey(let key, let place): "unknown key \(quoted(key)) in \(place)"
        case .missingKey(let key, let place): "\(place) without '\(key)'"
        case .wrongType(let subject, let expected, let found):
            "\(subject) must be \(expected), not \(found)"
        case .wrongValue(let key, let value, let expected):
            "\(quoted(value)) as '\(key)': must be \(expected)"
        case .badID(let key, let value, let flaw): "\(key) \(quoted(value)) is \(flaw.text)"
        case .badPath(let key, let value): "\(quoted(value)) as '\(key)' is not a path"
        case .oldStageFile:
            "a stage file, as 'dvc run' of DVC 0.x wrote it: it has a command ('cmd')"
        case .lockSchema(.version1): "a lock file with schema '1.0'"
        case .lockSchema(.missing): "a lock file without 'schema'"
        case .lockSchema(.number(let text)): "schema \(text) is a number, not the string '2.0'"
        case .lockSchema(.unknown(let text)): "schema \(quoted(text)) is not '2.0'"
        case .ignoredOut(let path):
            "the out \(quoted(path)) is ignored by '.dvcignore' or by DVC itself"
        case .template(let place, let fault): "\(printable(place)): \(fault.text)"
        case .notUpdatable: "what has to change is an alias, or has an anchor or a tag"
        }
    }

    var advice: String? {
        switch self {
        case .conflictMarkers: "resolve the conflict and commit the result"
        case .yaml(.duplicateKey): "keep one of the two; DVC refuses the file as well"
        case .unknownKey(let key, _) where ["metric", "plot", "tags"].contains(key):
            "DVC 0.x and 1 wrote it; remove the key, and name metrics and plots in 'dvc.yaml'"
        case .unknownKey: "remove the key or correct its spelling; DVC refuses the file as well"
        case .badID(let key, let value, .unquotedNumber):
            "quote it: \(key): \(quoted(value))"
        case .badID(_, _, .upperCase): "write it in lower case, as DVC does"
        case .badID(_, _, .notHex): "an id is 32 lower-case hex digits and, for a directory, '.dir'"
        case .wrongType(_, "a string", _): "put the value in quotes"
        case .oldStageFile:
            "move the command to dvc.yaml with 'dvc stage add' and remove 'cmd' and 'deps' here"
        case .lockSchema(.version1):
            "DVC 1 wrote none; if the stages are at the top level, remove the line"
        case .lockSchema(.number): "quote it: schema: '2.0'"
        case .lockSchema(.missing): "add the line schema: '2.0'"
        case .lockSchema(.unknown): "it may come from a newer DVC than this program knows"
        case .ignoredOut:
            "change the pattern in '.dvcignore' or the out's path; DVC refuses the out as well"
        case .notUpdatable: "write the value out where it is used, then run the command again"
        case .yaml, .missingKey, .wrongType, .wrongValue, .badPath, .template: nil
        }
    }
}

extension MetafileError.IDFlaw {
    fileprivate var text: String {
        switch self {
        case .unquotedNumber: "a number to YAML, not a string"
        case .upperCase: "in upper case, so DVC never finds the object"
        case .notHex: "not an object id"
        }
    }
}
