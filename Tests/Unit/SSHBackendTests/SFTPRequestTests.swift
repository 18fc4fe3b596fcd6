import Basics
import SSHBackend
import Testing

@Suite struct SFTPRequestTests {
    @Test func `a request says its own length, and the rest is as the draft has it`() {
        let handle = SFTPHandle([7, 8])
        let expected: [(SFTPRequest, [UInt8])] = [
            (.initialize, [1, 0, 0, 0, 3]),
            (
                .open("/a", .create),
                [3, 0, 0, 0, 0, 0, 0, 0, 2, 0x2f, 0x61, 0, 0, 0, 0x2a, 0, 0, 0, 0]
            ),
            (.close(handle), [4, 0, 0, 0, 0, 0, 0, 0, 2, 7, 8]),
            (
                .read(handle, at: 258, count: 3),
                [5, 0, 0, 0, 0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3]
            ),
            (
                .write(handle, at: 1, [9]),
                [6, 0, 0, 0, 0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9]
            ),
            (
                .rename("a", to: "b"),
                [18, 0, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 0, 1, 0x62]
            ),
        ]
        for (request, body) in expected {
            #expect(request.bytes + request.content == [0, 0, 0, UInt8(body.count)] + body)
        }
    }
}
