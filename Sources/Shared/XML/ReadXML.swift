internal import Basics
internal import CExpat

/// A step through a document, in its order.
package enum XMLEvent: Equatable, Sendable {
    /// An element begins; names are without namespaces.
    case start(String)
    /// An element ends; `text` is what stood directly in it, without that of its children.
    case end(String, text: String)
}

/// Why some bytes are not a document that is read here.
package struct XMLError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        /// Not well-formed; the words of the library.
        case syntax(String)
        /// It declares a document type, which can make a small document huge.
        case documentType
        /// Elements within elements, deeper than any service nests them.
        case tooDeep
        /// One text longer than any that services send.
        case tooLong
    }

    package let reason: Reason
    /// Counted from 1.
    package let line: Int

    package init(reason: Reason, line: Int) {
        self.reason = reason
        self.line = line
    }

    package var summary: String {
        let words =
            switch reason {
            case .syntax(let words): printable(words)
            case .documentType: "it has a document type declaration"
            case .tooDeep: "its elements are nested too deep"
            case .tooLong: "one of its texts is too long"
            }
        return "not the XML that was expected: \(words) (line \(line))"
    }
}

/// Reads a whole document, calling `body` for each element's start and end.
///
/// Nothing outside of the bytes is ever read, whatever the document asks for.
package func readXML(
    _ bytes: [UInt8], _ body: (XMLEvent) -> Void
) throws(XMLError) {
    // The separator comes between a namespace and a name, and occurs in neither.
    guard let parser = XML_ParserCreateNS(nil, XML_Char(bitPattern: XMLReader.separator)) else {
        preconditionFailure("out of memory")
    }
    defer { XML_ParserFree(parser) }
    try withoutActuallyEscaping(body) { body throws(XMLError) in
        let reader = XMLReader(parser, body)
        defer { withExtendedLifetime(reader) {} }
        XML_SetUserData(parser, Unmanaged.passUnretained(reader).toOpaque())
        XML_SetElementHandler(
            parser, { context, name, _ in openReader(context)?.start(name) },
            { context, _ in openReader(context)?.end() })
        XML_SetCharacterDataHandler(parser) { openReader($0)?.add($1, count: Int($2)) }
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            openReader(context)?.stop(.documentType)
        }
        var status = XML_STATUS_OK
        for start in stride(from: 0, to: max(1, bytes.count), by: 1 << 20) {
            let piece = bytes[start..<min(start + 1 << 20, bytes.count)]
            let isLast = start + 1 << 20 >= bytes.count
            status = piece.withUnsafeBytes { piece in
                let text = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
                return XML_Parse(parser, text, CInt(piece.count), isLast ? 1 : 0)
            }
            if status != XML_STATUS_OK { break }
        }
        if let failure = reader.failure { throw failure }
        if status != XML_STATUS_OK {
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
            throw XMLError(reason: .syntax(words ?? "an error"), line: reader.line)
        }
    }
}

/// What the library's callbacks work on; used by one thread during one call.
private final class XMLReader {
    static let separator = UInt8(ascii: "\n")
    private static let deepest = 64
    private static let longestText = 1 << 20

    private let parser: XML_Parser
    private let body: (XMLEvent) -> Void
    /// The elements that are open: their names, and their texts so far.
    private var open: [(name: String, text: [UInt8])] = []
    private(set) var failure: XMLError?

    init(_ parser: XML_Parser, _ body: @escaping (XMLEvent) -> Void) {
        self.parser = parser
        self.body = body
    }

    var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

    func stop(_ reason: XMLError.Reason) {
        if failure == nil { failure = XMLError(reason: reason, line: line) }
        XML_StopParser(parser, 0)
    }

    func start(_ name: UnsafePointer<XML_Char>?) {
        if failure != nil { return }
        guard open.count < Self.deepest else { return stop(.tooDeep) }
        let bytes =
            name.map { Array(UnsafeRawBufferPointer(start: $0, count: length(of: $0))) } ?? []
        let local = bytes.lastIndex(of: Self.separator).map { bytes[($0 + 1)...] } ?? bytes[...]
        let text = String(decoding: local, as: UTF8.self)
        open.append((text, []))
        body(.start(text))
    }

    func end() {
        guard failure == nil, let element = open.popLast() else { return }
        body(.end(element.name, text: String(decoding: element.text, as: UTF8.self)))
    }

    func add(_ text: UnsafePointer<XML_Char>?, count: Int) {
        guard failure == nil, let text, let last = open.indices.last else { return }
        guard open[last].text.count + count <= Self.longestText else { return stop(.tooLong) }
        open[last].text.append(contentsOf: UnsafeRawBufferPointer(start: text, count: count))
    }

    private func length(of text: UnsafePointer<XML_Char>) -> Int {
        var end = text
        while end.pointee != 0 { end += 1 }
        return end - text
    }
}

private func openReader(_ context: UnsafeMutableRawPointer?) -> XMLReader? {
    context.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
}
