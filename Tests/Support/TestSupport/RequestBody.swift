/// Tells where the body of a request ends while it arrives in pieces.
struct RequestBody {
    private enum Place {
        case data(left: Int)
        /// In the line that says how long the next chunk is.
        case size(Int, isNumber: Bool)
        /// In a chunk and the line end after it.
        case chunk(left: Int)
        case trailer(lineCount: Int)
        case end
    }

    private var place: Place

    /// `headers`: names in lower case.
    init(headers: [String: String]) {
        if headers["transfer-encoding"]?.lowercased() == "chunked" {
            place = .size(0, isNumber: true)
        } else {
            let count = headers["content-length"].flatMap { Int($0) } ?? 0
            place = count > 0 ? .data(left: count) : .end
        }
    }

    var isComplete: Bool {
        if case .end = place { true } else { false }
    }

    mutating func take(_ piece: some Collection<UInt8>) {
        if case .data(let left) = place {
            place = left > piece.count ? .data(left: left - piece.count) : .end
        } else {
            for byte in piece { take(byte) }
        }
    }

    private mutating func take(_ byte: UInt8) {
        let isLineEnd = byte == UInt8(ascii: "\n")
        switch place {
        case .size(0, isNumber: _) where isLineEnd: place = .trailer(lineCount: 0)
        case .size(let size, isNumber: _) where isLineEnd: place = .chunk(left: size + 2)
        case .size(let size, let isNumber):
            let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            if isNumber, let digit {
                place = .size(size * 16 + digit, isNumber: true)
            } else {
                place = .size(size, isNumber: false)
            }
        case .chunk(let left): place = left > 1 ? .chunk(left: left - 1) : .size(0, isNumber: true)
        case .trailer(0) where isLineEnd: place = .end
        case .trailer where isLineEnd: place = .trailer(lineCount: 0)
        case .trailer(let count):
            if byte != UInt8(ascii: "\r") { place = .trailer(lineCount: count + 1) }
        case .data, .end: break
        }
    }
}
