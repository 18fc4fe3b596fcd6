internal import Basics
internal import HTTPClient
internal import Storage
internal import XML

/// What is in the way of uploads where a remote is.
///
/// Servers answer the same where a file is in place of a folder, and where they make no folders: who
/// wants to know must look.
enum Obstacle {
    /// The URL of a file at the remote's place, or above it.
    case file(String)
    /// The nearest folder that is there, in which nothing can be made.
    case closedFolder(String)

    /// The error about an object that cannot be put because of it.
    func error(_ key: ObjectKey, store: String) -> StoreError {
        switch self {
        case .file(let url):
            StoreError(
                .upload, key, store: store,
                .unavailable("'\(printable(url))' is a file, not a folder"),
                remedy: "let the url of remote '\(store)' name a folder, or take that file away")
        case .closedFolder(let url):
            StoreError(
                .upload, key, store: store,
                .denied("the server makes no folders in '\(printable(url))'"),
                remedy: "if it may be written to, check the credentials of remote '\(store)' and "
                    + "what they allow")
        }
    }
}

extension WebClient {
    /// What keeps a WebDAV server from having a folder; `nil` when it has it, or when it is not to be
    /// seen.
    func obstacle(to folder: FilePath, _ key: ObjectKey) async throws -> Obstacle? {
        let address = configuration.address
        if try await isCollection(address.url(of: folder), key) == true { return nil }
        let server = "\(address.scheme)://\(address.host)/"
        for url in [address.root] + address.parents + [server] {
            switch try await isCollection(url, key) {
            case true?: return .closedFolder(url)
            case false?: return .file(url)
            case nil: continue
            }
        }
        return nil
    }

    /// Whether a WebDAV server has a folder, and not a file, at a URL; `nil` for neither.
    private func isCollection(_ url: String, _ key: ObjectKey) async throws -> Bool? {
        var request = HTTPRequest(.propfind, url, peer: configuration.peer)
        request.headers = [
            HTTPHeader("depth", "0"), HTTPHeader("content-type", "application/xml; charset=utf-8"),
        ]
        request.body = .bytes(MultiStatus.question)
        request.destination = .memory(limit: 1 << 20)
        do {
            let response = try await send(request, .upload, key)
            // Only the name of a folder is told with a slash.
            if response.status == 301 { return response["location"]?.hasSuffix("/") }
            guard response.status == 207 else { return nil }
            return try MultiStatus(response.body).members.first?.isCollection
        } catch is StoreError, is XMLError {
            return nil  // what was refused before is what counts
        }
    }

    /// Whether a file is at the remote's place, on a server that can only be asked for files.
    ///
    /// With a slash the name of a folder has an answer as well, that of a file has none.
    func isFileInPlace(_ key: ObjectKey) async throws -> Bool {
        let root = configuration.address.root
        do {
            var statuses: [Int] = []
            for url in [root, root + "/"] {
                let request = HTTPRequest(.head, url, peer: configuration.peer)
                let asked = following(redirects: false, anonymously: false)
                statuses.append(try await asked.send(request, .upload, key).status)
            }
            return statuses == [200, 404]
        } catch is StoreError {
            return false  // as above
        }
    }
}
