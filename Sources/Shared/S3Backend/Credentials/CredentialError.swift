package import Basics

/// Why there are no credentials to sign with.
package enum CredentialError: UserFacingError, Equatable {
    /// Nothing was found; where was looked, in order.
    case noneFound(places: [String])
    /// One half of a pair is there.
    case incomplete(place: String, missing: String)
    case noSuchProfile(String, files: [FilePath])
    /// Settings of a profile that contradict each other or lead nowhere.
    case badProfile(String, words: String)
    case profileLoop([String])
    case codeNeeded(profile: String)
    case processFailed(profile: String, words: String)
    /// No login, or one that is over; `command` starts a new one.
    case loginNeeded(profile: String, words: String, command: String)
    /// A service said no, in its own words.
    case refused(service: String, words: String)
    case unreachable(service: String, words: String)
    /// An answer that is not what the program or the server documents.
    case badAnswer(from: String, words: String)
    /// What was fetched is no longer valid.
    case expired(source: String)
    case unreadable(SystemError)
    /// A file that the repository names wants something that only the user's own may.
    case notFromRepository(setting: String, file: FilePath)

    package var summary: String {
        switch self {
        case .noneFound(let places):
            "no AWS credentials found; looked at: \(places.map(printable).joined(separator: ", "))"
        case .incomplete(let place, let missing):
            "incomplete AWS credentials: \(printable(place)) has no \(missing)"
        case .noSuchProfile(let name, let files):
            "there is no AWS profile \(quoted(name)) in "
                + files.map { "'\(printable($0.string))'" }.joined(separator: " or ")
        case .badProfile(let name, let words): "AWS profile \(quoted(name)): \(printable(words))"
        case .profileLoop(let names):
            "AWS profiles take their credentials from each other: "
                + names.map { quoted($0) }.joined(separator: " -> ")
        case .codeNeeded(let profile):
            "AWS profile \(quoted(profile)) needs the code of an MFA device, and nobody can be asked"
        case .processFailed(let profile, let words):
            "the credential_process of AWS profile \(quoted(profile)) \(printable(words))"
        case .loginNeeded(let profile, let words, _):
            "AWS profile \(quoted(profile)): \(printable(words))"
        case .refused(let service, let words):
            "\(service) gives no credentials: \(printable(words))"
        case .unreachable(let service, let words):
            "cannot ask \(service) for credentials: \(printable(words))"
        case .badAnswer(let place, let words):
            "credentials from \(printable(place)) cannot be used: \(words)"
        case .expired(let source): "the AWS credentials from \(printable(source)) have expired"
        case .unreadable(let error): error.summary
        case .notFromRepository(let setting, let file):
            "'\(setting)' in '\(printable(file.string))' is not obeyed: "
                + "the repository itself names that file"
        }
    }

    package var advice: String? {
        switch self {
        case .noneFound:
            "run 'aws configure', or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                + "or the remote's 'profile'"
        case .incomplete: "set both the access key's id and the secret access key"
        case .noSuchProfile: "check the remote's 'profile' and AWS_PROFILE"
        case .badProfile, .profileLoop: "correct the profile in the AWS configuration file"
        case .codeNeeded:
            "run the command in a terminal, or use temporary keys from 'aws sts get-session-token'"
        case .processFailed: "run the command of that setting by hand to see what is wrong"
        case .loginNeeded(_, _, let command): "run '\(command)'"
        case .refused: "check the role, and who may assume it"
        case .unreachable: "check the network and the endpoint's address"
        case .badAnswer: nil
        case .expired: "get new ones, then run the command again"
        case .unreadable(let error): error.advice
        case .notFromRepository:
            "put it into your own '~/.aws/config', "
                + "or set 'configpath' or 'credentialpath' with 'git dvc remote modify --local'"
        }
    }
}
