import Testing

@testable import Basics

@Suite struct Base64Tests {
    @Test(
        arguments: [
            ([], ""), ([0], "AA=="), ([0, 1], "AAE="), ([0xff, 0xfe, 0xfd], "//79"),
            ([1, 2, 3, 4], "AQIDBA=="),
        ] as [([UInt8], String)])
    func `what is encoded is decoded, with and without padding`(bytes: [UInt8], text: String) {
        #expect(base64(bytes) == text)
        #expect(Basics.bytes(base64: text) == bytes)
        #expect(Basics.bytes(base64: String(text.filter { $0 != "=" })) == bytes)
    }
}
