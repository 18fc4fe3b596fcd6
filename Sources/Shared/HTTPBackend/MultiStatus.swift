internal import Basics
internal import XML

/// What a WebDAV server has in a collection.
///
/// Source: RFC 4918, section 13.
struct MultiStatus: Equatable, Sendable {
    struct Member: Equatable, Sendable {
        /// The last part of its path, decoded; empty for the root of a server.
        let name: FilePath
        let isCollection: Bool
        /// In bytes; `nil` where the server does not say.
        let size: Int64?
    }

    /// The question to which one is the answer.
    static let question = Array(
        ("<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\"><D:prop>"
            + "<D:resourcetype/><D:getcontentlength/></D:prop></D:propfind>").utf8)

    /// The collection itself, which servers list as well, among them.
    let members: [Member]

    init(_ body: [UInt8]) throws(XMLError) {
        var members: [Member] = []
        var (href, isCollection, size) = ("", false, Int64?.none)
        try readXML(body) { event in
            switch event {
            case .start("response"): (href, isCollection, size) = ("", false, nil)
            case .end("href", let text) where href.isEmpty: href = text
            case .end("collection", _): isCollection = true
            case .end("getcontentlength", let text): size = Int64(text) ?? size
            case .end("response", _):
                let name = Self.lastPart(of: href)
                members.append(Member(name: name, isCollection: isCollection, size: size))
            default: break
            }
        }
        self.members = members
    }

    /// Of a path or a whole URL; a collection's may end with a slash or not.
    private static func lastPart(of href: String) -> FilePath {
        let text = href.drop { $0.isWhitespace }
        var bytes = percentDecoded(String(text))[...]
        while let last = bytes.last, last == UInt8(ascii: "/") || last <= 0x20 {
            bytes.removeLast()
        }
        let name = bytes.split(separator: UInt8(ascii: "/")).last ?? []
        return name.contains(0) ? "" : FilePath(unchecked: Array(name))
    }
}
