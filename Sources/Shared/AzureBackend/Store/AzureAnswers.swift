internal import Basics
package import XML

/// What the service says when it refuses.
///
/// Source: Azure Storage, "Status and error codes".
package struct AzureRefusal: Equatable, Sendable {
    package var code = ""
    package var message = ""

    package init() {}

    /// The document in the body of a refusal; `nil` when it is none.
    package init?(_ body: [UInt8]) {
        var found = AzureRefusal()
        var root: String?
        do throws(XMLError) {
            try readXML(body) { event in
                switch event {
                case .start(let name): if root == nil { root = name }
                case .end("Code", let text): found.code = text
                case .end("Message", let text):
                    // What follows is the number of the request and the time.
                    let lines = text.split(whereSeparator: \.isNewline)
                    found.message = lines.first.map { String($0) } ?? ""
                case .end: break
                }
            }
        } catch {
            return nil  // a page of a proxy, say: the status alone has to do
        }
        guard root == "Error" else { return nil }
        self = found
    }
}

/// One page of names.
///
/// Source: "List Blobs".
package struct AzureListing: Equatable, Sendable {
    package private(set) var names: [String] = []
    /// Where the next page starts; `nil` after the last.
    package private(set) var continuation: String?

    package init(_ body: [UInt8]) throws(XMLError) {
        var names: [String] = []
        var next: String?
        var open: [String] = []
        var root = ""
        try readXML(body) { event in
            switch event {
            case .start(let name):
                if open.isEmpty { root = name }
                open.append(name)
            case .end(let name, let text):
                open.removeLast()
                if name == "Name", open.last == "Blob" { names.append(text) }
                if name == "NextMarker", open.count == 1, !text.isEmpty { next = text }
            }
        }
        guard root == "EnumerationResults" else {
            throw XMLError(reason: .syntax("it is no list of blobs"), line: 1)
        }
        self.names = names
        continuation = next
    }
}

/// A block that was sent and belongs to no object yet.
package struct AzureBlock: Hashable, Sendable {
    /// As it was given when it was sent, not in base64.
    package let id: [UInt8]
    package let size: Int64

    /// Source: "Get Block List".
    package static func list(_ body: [UInt8]) throws(XMLError) -> [AzureBlock] {
        var blocks: [AzureBlock] = []
        var name = ""
        var size = Int64(-1)
        var root: String?
        try readXML(body) { event in
            switch event {
            case .start(let element): if root == nil { root = element }
            case .end("Name", let text): name = text
            case .end("Size", let text): size = Int64(text) ?? -1
            case .end("Block", _):
                if let id = bytes(base64: name), !id.isEmpty, size >= 0 {
                    blocks.append(AzureBlock(id: id, size: size))
                }
            case .end: break
            }
        }
        guard root == "BlockList" else {
            throw XMLError(reason: .syntax("it is no list of blocks"), line: 1)
        }
        return blocks
    }
}
