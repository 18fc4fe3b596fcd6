internal import Basics

/// What is wrong with a configuration file, or with a setting that is to be used.
package struct ConfigError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        // The text of one file.
        case notUTF8
        case byteOrderMark
        case lineTooLong
        /// Neither a section nor `key = value`.
        case unreadableLine
        case unbalancedSection
        case sectionTooNested
        case duplicateSection(String)
        case duplicateKey(String, section: String)
        /// The quotes of the value do not match, or something follows them.
        case unreadableValue(key: String)
        case unendedValue(key: String)
        /// `%(name)s` names no key.
        case unresolvedReference(String)
        case referenceLoop(String)
        /// The references of the file multiply beyond all reason.
        case tooManyReferences

        // What the settings mean.
        case unknownSection(String)
        case unknownOption(String, section: String)
        case optionOutsideSection(String)
        case optionWithoutName(section: String)
        /// A value with an unquoted comma is a list.
        case listInsteadOfText(option: String)
        case badValue(option: String, expected: String)
        case homeUnknown(option: String)
        case exclusiveOptions([String])
        case remoteCache

        // What a remote is.
        case noSuchRemote(String)
        case missingURL(remote: String)
        case unsupportedScheme(String)
        case fileURL
        case remoteLoop(String)

        /// What DVC's format has no way to write.
        case notWritable(String)
    }

    package let reason: Reason
    /// The file's name for messages; `nil` when the error is not in one file.
    package let file: String?
    /// Counted from 1.
    package let line: Int?

    package var summary: String {
        let place = [file, line.map { "\($0)" }].compactMap { $0 }.joined(separator: ":")
        return printable(place.isEmpty ? explanation : "\(place): \(explanation)")
    }

    package var advice: String? {
        switch reason {
        case .listInsteadOfText: "put the value in quotes: a comma outside of quotes makes a list"
        case .byteOrderMark: "save the file as UTF-8 without a byte order mark"
        case .unresolvedReference: "DVC replaces %(name)s by another option of the section"
        case .fileURL: "write the path without file://: DVC takes it for a folder named 'file:'"
        case .homeUnknown: "write the whole path"
        case .noSuchRemote(let name):
            "correct the name ('git dvc remote list' shows them), or add it: "
                + "'git dvc remote add \(name) <url>'"
        case .missingURL(let remote): "set it with 'git dvc remote modify \(remote) url <url>'"
        case .notWritable: "leave out line ends, and some of the quotes"
        case .optionWithoutName(let section): #"the section's title is ['\#(section) "name"']"#
        default: nil
        }
    }

    private var explanation: String {
        switch reason {
        case .notUTF8: "the file is not UTF-8"
        case .byteOrderMark: "the file starts with a byte order mark"
        case .lineTooLong: "the line is too long"
        case .unreadableLine: "neither a section nor 'key = value'"
        case .unbalancedSection: "the brackets of the section do not match"
        case .sectionTooNested: "the section has too many brackets"
        case .duplicateSection(let title): "duplicate section '\(title)'"
        case .duplicateKey(let key, ""): "duplicate key '\(key)'"
        case .duplicateKey(let key, let section): "duplicate key '\(key)' in section '\(section)'"
        case .unreadableValue(let key): "the quotes of '\(key)' do not match"
        case .unendedValue(let key): "the triple quotes of '\(key)' do not match"
        case .unresolvedReference(let name): "%(\(name))s names no option"
        case .referenceLoop(let name): "%(\(name))s refers to itself"
        case .tooManyReferences: "the %(name)s references are too many"
        case .unknownSection(let title): "unknown section '\(title)'"
        case .unknownOption(let option, let section):
            "unknown option '\(option)' in section '\(section)'"
        case .optionOutsideSection(let option): "option '\(option)' is not in a section"
        case .optionWithoutName(let section): "section '\(section)' has options, but no name"
        case .listInsteadOfText(let option): "the value of '\(option)' is a list"
        case .badValue(let option, let expected): "the value of '\(option)' is not \(expected)"
        case .homeUnknown(let option): "cannot tell whose home directory '\(option)' means"
        case .remoteCache: "a cache on a remote is not supported"
        case .noSuchRemote(let name): "remote '\(name)' does not exist"
        case .missingURL(let remote): "remote '\(remote)' has no url"
        case .unsupportedScheme(let scheme): "unsupported URL type \(scheme)://"
        case .fileURL: "file:// is not supported"
        case .remoteLoop(let name): "remote '\(name)' refers to itself"
        case .exclusiveOptions(let options):
            options.map { "'\($0)'" }.joined(separator: " and ") + " exclude each other"
        case .notWritable(let what):
            "\(what) cannot be written in the format of DVC's configuration"
        }
    }
}
