import Testing
import XML

@Suite struct ReadXMLTests {
    private func events(_ text: String) throws -> [XMLEvent] {
        var events: [XMLEvent] = []
        try readXML(Array(text.utf8)) { events.append($0) }
        return events
    }

    private func reason(_ text: String) -> XMLError.Reason? {
        do {
            _ = try events(text)
            return nil
        } catch {
            return (error as? XMLError)?.reason
        }
    }

    @Test func `elements come in their order, with their own texts`() throws {
        #expect(
            try events("<?xml version='1.0'?><a x='1'>\n<b>1&amp;2<c/>3</b><![CDATA[<d>]]></a>")
                == [
                    .start("a"), .start("b"), .start("c"), .end("c", text: ""),
                    .end("b", text: "1&23"), .end("a", text: "\n<d>"),
                ])
    }

    @Test func `namespaces are left out`() throws {
        #expect(
            try events("<D:a xmlns:D='DAV:' xmlns='x'><b/></D:a>")
                == [.start("a"), .start("b"), .end("b", text: ""), .end("a", text: "")])
    }

    @Test(arguments: [
        "", " ", "<a>", "<a></b>", "<a>&unknown;</a>", "<a/><b/>", "not xml", "<a>\u{1}</a>",
        "<html><br></html>", "{\"a\": 1}",
    ])
    func `what is not well-formed is refused`(text: String) {
        guard case .syntax = reason(text) else {
            Issue.record("\(String(describing: reason(text)))")
            return
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: XMLError.self) {
            try readXML(Array("<a>".utf8) + [0xff, 0xfe] + Array("</a>".utf8)) { _ in }
        }
    }

    @Test func `a document type is refused before it can do harm`() {
        let laughs =
            "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;&c;</a>"
        #expect(reason(laughs) == .documentType)
        #expect(reason("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") == .documentType)
    }

    @Test func `a nest that is too deep is refused`() {
        let deep = String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100)
        #expect(reason(deep) == .tooDeep)
    }

    @Test func `a text that is too long is refused`() {
        #expect(reason("<a>\(String(repeating: "x", count: 2 << 20))</a>") == .tooLong)
    }

    @Test func `a long document of short elements is read`() throws {
        let text =
            "<a>" + String(repeating: "<b>12345678901234567890</b>\n", count: 100_000) + "</a>"
        var count = 0
        try readXML(Array(text.utf8)) { event in
            if event == .end("b", text: "12345678901234567890") { count += 1 }
        }
        #expect(count == 100_000)
    }

    @Test func `an error names its line`() {
        let error = #expect(throws: XMLError.self) {
            try readXML(Array("<a>\n<b>\n</a>".utf8)) { _ in }
        }
        #expect(error?.summary == "not the XML that was expected: mismatched tag (line 3)")
    }
}
