internal import Basics

/// The source of an import that was never downloaded, which cannot be had.
struct PartialImportError: UserFacingError {
    enum Reason {
        case scheme
        case unrecorded
        case notThere
        case otherContent
        case failed(String)
    }

    let place: String
    let source: String
    let reason: Reason

    var summary: String {
        let cause =
            switch reason {
            case .scheme: "only files of this machine can be got here"
            case .unrecorded: "nothing says what it held"
            case .notThere: "there is no such file or directory"
            case .otherContent: "it is not what was imported"
            case .failed(let words): printable(words)
            }
        return "cannot get \(place), which is imported from '\(printable(source))': \(cause)"
    }

    var advice: String? {
        switch reason {
        case .scheme: "get it with 'dvc pull'"
        case .unrecorded, .otherContent, .notThere: "'dvc update' imports it anew"
        case .failed: nil
        }
    }
}
