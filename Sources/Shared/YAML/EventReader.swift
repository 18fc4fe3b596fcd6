internal import CYAML

/// One step of a YAML document, in Swift's types.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        /// The version of a `%YAML` line, if there is one.
        case documentStart(version: (major: CInt, minor: CInt)?)
        case documentEnd
        case alias(String)
        case scalar(text: String, isPlain: Bool)
        case sequenceStart
        case mappingStart
        /// The end of the innermost sequence or mapping.
        case end
    }

    let kind: Kind
    let mark: YAMLMark
    /// Where it ends; of a block scalar or a block collection the line after it, or later.
    var end = YAMLMark(line: 0, column: 0)
    var anchor: String?
    var tag: String?
}

/// libyaml's event parser: owns the C object and turns what it says into Swift values.
///
/// The bytes given to `init` must stay where they are for as long as the reader lives. After an
/// error nothing may be asked any more.
struct EventReader: ~Copyable {
    // On the heap, because libyaml keeps a pointer to the parser inside of the parser.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(.outOfMemory, at: YAMLMark(line: 1, column: 1))
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        self.parser = parser
        self.bytes = bytes
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        var translated = translate(event)
        translated.end = YAMLMark(event.end_mark)
        return translated
    }

    private func translate(_ event: yaml_event_t) -> YAMLEvent {
        let mark = YAMLMark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, mark: mark)
        case YAML_DOCUMENT_START_EVENT:
            let version = event.data.document_start.version_directive?.pointee
            return YAMLEvent(
                kind: .documentStart(version: version.map { ($0.major, $0.minor) }), mark: mark)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, mark: mark)
        case YAML_ALIAS_EVENT:
            let name = String(c: event.data.alias.anchor) ?? ""
            return YAMLEvent(kind: .alias(name), mark: mark)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length))
            return YAMLEvent(
                kind: .scalar(
                    text: String(decoding: text, as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
                mark: mark, anchor: String(c: scalar.anchor), tag: String(c: scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart, mark: mark, anchor: String(c: start.anchor),
                tag: String(c: start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return YAMLEvent(
                kind: .mappingStart, mark: mark, anchor: String(c: start.anchor),
                tag: String(c: start.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return YAMLEvent(kind: .end, mark: mark)
        default:  // YAML_STREAM_END_EVENT, and YAML_NO_EVENT that follows when it is asked again
            return YAMLEvent(kind: .streamEnd, mark: mark)
        }
    }

    /// What libyaml says about the call that has just failed.
    private var failure: YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unknown error"
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR: return YAMLError(.outOfMemory, at: YAMLMark(parser.pointee.mark))
        case YAML_READER_ERROR:
            // The reader works ahead of the parser and counts in bytes.
            let isForbidden = problem.hasPrefix("control characters")
            return YAMLError(
                isForbidden ? .forbiddenCharacter : .notUTF8,
                at: YAMLMark(offset: Int(clamping: parser.pointee.problem_offset), in: bytes))
        default:
            return YAMLError(.syntax(problem), at: YAMLMark(parser.pointee.problem_mark))
        }
    }
}

extension YAMLMark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    /// The place of a byte; its column counts the code points before it in the line.
    fileprivate init(offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let lines = before.count { $0 == UInt8(ascii: "\n") }
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        self.init(line: lines + 1, column: column + 1)
    }
}

extension String {
    /// The text of a C string of libyaml's, which is UTF-8; `nil` for a null pointer.
    fileprivate init?(c pointer: UnsafeMutablePointer<yaml_char_t>?) {
        guard let pointer else { return nil }
        self.init(cString: pointer)
    }
}
