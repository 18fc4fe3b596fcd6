internal import Basics
internal import FoundationEssentials
internal import HTTPClient
internal import Storage

/// What a name node says of a file or folder.
///
/// Source: Hadoop, "WebHDFS REST API", JSON schemas.
struct HDFSFile: Equatable, Decodable {
    /// Empty for what was asked for itself.
    let pathSuffix: String
    /// `FILE`, `DIRECTORY` or `SYMLINK`.
    let type: String
    /// In bytes.
    let length: Int64

    var isFolder: Bool { type == "DIRECTORY" }

    private struct One: Decodable {
        let file: HDFSFile

        enum CodingKeys: String, CodingKey { case file = "FileStatus" }
    }

    private struct List: Decodable {
        struct Files: Decodable {
            let files: [HDFSFile]

            enum CodingKeys: String, CodingKey { case files = "FileStatus" }
        }
        let list: Files

        enum CodingKeys: String, CodingKey { case list = "FileStatuses" }
    }

    /// The answer to `GETFILESTATUS`; `nil` for what is none.
    static func one(_ body: [UInt8]) -> HDFSFile? {
        (try? JSONDecoder().decode(One.self, from: Data(body)))?.file
    }

    /// The answer to `LISTSTATUS`; `nil` for what is none.
    static func list(_ body: [UInt8]) -> [HDFSFile]? {
        (try? JSONDecoder().decode(List.self, from: Data(body)))?.list.files
    }
}

/// The answer to `RENAME` and `DELETE`: whether it was done; `nil` for what is none.
func hdfsBoolean(_ body: [UInt8]) -> Bool? {
    struct Answer: Decodable {
        let boolean: Bool
    }
    return (try? JSONDecoder().decode(Answer.self, from: Data(body)))?.boolean
}

/// Why a node did not do what it was asked.
struct HDFSException: Equatable, Decodable {
    let exception: String
    let message: String

    /// `nil` for what is no exception of HDFS, such as the page of a proxy.
    init?(_ body: [UInt8]) {
        struct Answer: Decodable {
            let exception: HDFSException

            enum CodingKeys: String, CodingKey { case exception = "RemoteException" }
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
            return nil
        }
        self = answer.exception
    }

    /// What it means; `nil` where the status of the answer says it as well.
    ///
    /// `place`: the URL of the remote's folder.
    func reason(_ operation: StoreError.Operation, at place: String) -> StoreError.Reason? {
        let line = message.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let words = printable("\(exception) at '\(place)': \(line)")
        switch exception {
        case "FileNotFoundException": return operation == .upload ? .failed(words) : .missing
        case "AccessControlException", "SecurityException", "AuthenticationException",
            "InvalidToken", "AuthorizationException":
            return .denied(words)
        case "DSQuotaExceededException", "NSQuotaExceededException", "QuotaExceededException",
            "QuotaByStorageTypeExceededException":
            return .full(words)
        case "StandbyException":
            return .unavailable("this name node is on standby, and does no work (\(words))")
        case "ParentNotDirectoryException", "UnsupportedOperationException":
            return .unavailable(words)
        case "SafeModeException", "RetriableException", "RetryAgainException":
            return .busy(words, retryAfter: nil)
        default: return nil
        }
    }

    /// What a user can do about it.
    func remedy(_ remote: String) -> String? {
        exception == "StandbyException"
            ? "set the url of remote '\(remote)' to the active name node" : nil
    }
}
