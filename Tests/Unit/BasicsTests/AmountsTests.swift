import Testing

@testable import Basics

@Suite struct AmountsTests {
    /// By the formulas of git 2.39's `strbuf_humanise`.
    @Test(
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (2, "2 bytes"), (1023, "1023 bytes"),
            (1024, "1024 bytes"), (1025, "1.00 KiB"), (1044, "1.02 KiB"), (1536, "1.50 KiB"),
            (3174, "3.10 KiB"), (1_048_570, "1023.99 KiB"), (1_048_575, "1024.00 KiB"),
            (1_048_576, "1024.00 KiB"), (1_048_577, "1.00 MiB"), (1_572_864, "1.50 MiB"),
            (1_073_741_824, "1024.00 MiB"), (1_073_741_825, "1.00 GiB"),
            (2_147_483_647, "1.99 GiB"), (3_328_599_654, "3.09 GiB"),
            (.max, "8589934591.99 GiB"),
        ] as [(Int64, String)])
    func `writes sizes as git's meter does`(bytes: Int64, text: String) {
        #expect(byteCountText(bytes) == text)
    }

    @Test func `counts with the right noun`() {
        #expect(counted(0, "object") == "0 objects")
        #expect(counted(1, "object") == "1 object")
        #expect(counted(2, "entry", plural: "entries") == "2 entries")
    }
}
