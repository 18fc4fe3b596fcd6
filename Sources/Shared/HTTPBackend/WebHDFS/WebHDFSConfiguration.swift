package import Basics
internal import HTTPClient

/// A folder of HDFS that is reached by its REST interface.
package struct WebHDFSConfiguration: Sendable {
    /// The name node, the folder there, and who we are to it.
    package var web: WebConfiguration
    /// The folder, absolute; as it is, and not as a URL spells it.
    package let root: FilePath
    /// Replaces the beginning of the URLs of data nodes, up to `/webhdfs/v1`: for a cluster behind a
    /// proxy.
    package var dataProxy: String?
    /// `user.name`, `doas` and `delegation`, in every request to the name node; not encoded.
    package var parameters: [(name: String, value: String)] = []

    /// What stands between a node's address and a path.
    static let prefix = "/webhdfs/v1"

    /// `authority`: host and port of the name node; `nil` for what is none.
    package init?(name: String, scheme: String, authority: String, root: FilePath) {
        let path = percentEncoded(root.bytes, keepingSlashes: true)
        guard let address = WebAddress("\(scheme)://\(authority)\(Self.prefix)\(path)") else {
            return nil
        }
        web = WebConfiguration(name: name, address: address)
        web.service = .webHDFS
        self.root = root
    }

    /// The URL of an operation on what lies at `path` below the folder.
    func url(_ operation: String, _ path: FilePath, _ more: [(String, String)] = []) -> String {
        let all = [("op", operation)] + more + parameters.map { ($0.name, $0.value) }
        let query = all.map { name, value in
            "\(name)=\(percentEncoded(Array(value.utf8), keepingSlashes: false))"
        }
        return "\(web.address.url(of: path))?\(query.joined(separator: "&"))"
    }

    /// Where the content of a file is, after the name node's answer; `nil` when that is nowhere.
    func dataURL(_ location: String, from url: String) -> String? {
        guard let target = redirectTarget(location, from: url) else { return nil }
        guard let dataProxy else { return target }
        let rest = target.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        guard rest.hasPrefix(Self.prefix) else { return target }
        return dataProxy + rest.dropFirst(Self.prefix.count)
    }
}
