internal import Basics
internal import CCurl

extension Transfer {
    /// Sets everything on a handle that is as new.
    ///
    /// Returns the first code that is not `CURLE_OK`.
    func configure(
        _ handle: UnsafeMutableRawPointer, with curl: UnsafePointer<ccurl_functions>
    ) -> CURLcode {
        var options = Options(handle: handle, curl: curl)
        options.set(CURLOPT_NOSIGNAL, 1)
        // The protocols that a URL may name, and none that a server could send us to.
        options.set(CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_PATH_AS_IS, 1)
        options.set(CURLOPT_URL, request.url)
        // Large bodies are faster on connections of their own than as streams of one.
        options.set(
            CURLOPT_HTTP_VERSION,
            Int((request.isBulk ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)))
        if request.isBulk {
            // One of them only: dozens of connections have such buffers.
            let isUpload = request.body.count > 0
            if isUpload {
                options.set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
            } else {
                options.set(CURLOPT_BUFFERSIZE, 128 << 10)
            }
        } else if (1...(16 << 10)).contains(request.body.count) {
            // The least there is: dozens of connections have one of 64 KiB otherwise.
            options.set(CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        }
        if let limit = request.timeLimit {
            options.set(CURLOPT_TIMEOUT_MS, max(1, milliseconds(limit)))
        }
        setPeer(&options)
        setMethod(&options)
        setHeaders(&options)
        setCallbacks(&options)
        return options.code
    }

    private func setPeer(_ options: inout Options) {
        let peer = request.peer
        options.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, milliseconds(peer.connectTimeout)))
        let isSecure = request.url.prefix(6).lowercased() == "https:"
        if isSecure {
            setAuthorities(&options)
            let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
            words.pointee = 0
            errorWords = words
            options.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(words))
        }
        if peer.negotiates {
            options.set(CURLOPT_HTTPAUTH, 1 << 2)  // CURLAUTH_NEGOTIATE, whose cast hides it
            options.set(CURLOPT_USERPWD, ":")  // whoever the ticket says
        }
        // Both are always set: what is not is read from the environment by libcurl.
        options.set(CURLOPT_PROXY, (isSecure ? peer.proxy.https : peer.proxy.http) ?? "")
        options.set(CURLOPT_NOPROXY, peer.proxy.exceptions ?? "")
    }

    private func setAuthorities(_ options: inout Options) {
        let peer = request.peer
        switch peer.verification {
        case .system: break
        case .authorities(let path):
            options.set(directoryExists(FilePath(path)) ? CURLOPT_CAPATH : CURLOPT_CAINFO, path)
        case .none:
            options.set(CURLOPT_SSL_VERIFYPEER, 0)
            options.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if let path = peer.certificatePath { options.set(CURLOPT_SSLCERT, path) }
        if let path = peer.keyPath { options.set(CURLOPT_SSLKEY, path) }
    }

    private func setMethod(_ options: inout Options) {
        switch request.body {
        case .none where request.method == .head: options.set(CURLOPT_NOBODY, 1)
        case .none where request.method == .get: options.set(CURLOPT_HTTPGET, 1)
        case .none where request.method == .delete:
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .none, .bytes:
            // As the body of a "POST" it goes into the same packet as the header.
            var bytes: [UInt8] = []
            if case .bytes(let some) = request.body { bytes = some }
            let copy = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(1, bytes.count), alignment: 16)
            copy.copyBytes(from: bytes)
            sentBytes = copy
            options.set(CURLOPT_POST, 1)
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, size: Int64(bytes.count))
            options.set(CURLOPT_POSTFIELDS, UnsafeRawPointer(copy.baseAddress))
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .file, .enclosedFile:
            options.set(CURLOPT_UPLOAD, 1)
            options.set(CURLOPT_INFILESIZE_LARGE, size: request.body.count)
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func setHeaders(_ options: inout Options) {
        var line: [UInt8] = []
        line.reserveCapacity(320)
        func add(_ name: String, _ separator: String, _ value: String = "") {
            line.removeAll(keepingCapacity: true)
            for part in [name, separator, value, "\0"] { line.append(contentsOf: part.utf8) }
            let list = line.withUnsafeBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    options.curl.pointee.slist_append(headerList, $0.baseAddress)
                }
            }
            headerList = list ?? headerList
        }
        for headers in [request.headers, request.secrets] {
            for header in headers {
                // One without a value would be taken out, and with a semicolon it is empty.
                add(header.name, header.value.isEmpty ? ";" : ": ", header.value)
            }
        }
        // libcurl's own ideas, which would otherwise be added: these two only where there is a body.
        if request.hasBody {
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                add("Content-Type", ":")
            }
            add("Expect", ":", request.expectsContinue ? " 100-continue" : "")
        }
        add("Accept", ":")
        options.set(CURLOPT_HTTPHEADER, UnsafeRawPointer(headerList))
    }

    private func setCallbacks(_ options: inout Options) {
        // Balanced by the engine, which keeps the transfer for as long as the handle has it.
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        options.set(CURLOPT_HEADERDATA, context)
        options.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer(context).takeHeader(line) ? line.count : 0
        }
        options.set(CURLOPT_WRITEDATA, context)
        options.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let body = UnsafeRawBufferPointer(start: bytes, count: size * count)
            // Zero means an error, also for a piece of no bytes; curl never hands out such a one.
            return transfer(context).takeBody(body) ? body.count : 0
        }
        switch request.body {
        case .none, .bytes: return
        case .file, .enclosedFile: break
        }
        options.set(CURLOPT_READDATA, context)
        options.set(CURLOPT_READFUNCTION) { bytes, size, count, context in
            let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            return transfer(context).giveBody(buffer) ?? Int(CURL_READFUNC_ABORT)
        }
        options.set(CURLOPT_SEEKDATA, context)
        options.setSeek { context, offset, _ in
            transfer(context).rewindBody(to: Int64(offset))
            return CURL_SEEKFUNC_OK
        }
    }
}

/// The transfer that a callback is about.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("a callback without its context") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

/// Sets options one by one and keeps the first code that is an error.
private struct Options {
    let handle: UnsafeMutableRawPointer
    let curl: UnsafePointer<ccurl_functions>
    private(set) var code = CURLE_OK

    init(handle: UnsafeMutableRawPointer, curl: UnsafePointer<ccurl_functions>) {
        self.handle = handle
        self.curl = curl
    }

    private mutating func note(_ result: CURLcode) {
        if code == CURLE_OK { code = result }
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        note(ccurl_set_number(curl, handle, option, value))
    }
    mutating func set(_ option: CURLoption, size: Int64) {
        note(ccurl_set_size(curl, handle, option, curl_off_t(size)))
    }
    mutating func set(_ option: CURLoption, _ text: String) {
        note(text.withCString { ccurl_set_pointer(curl, handle, option, $0) })
    }
    mutating func set(_ option: CURLoption, _ pointer: UnsafeRawPointer?) {
        note(ccurl_set_pointer(curl, handle, option, pointer))
    }
    mutating func set(_ option: CURLoption, _ function: ccurl_data_function) {
        note(ccurl_set_function(curl, handle, option, function))
    }
    mutating func setSeek(
        _ function:
            @convention(c) (UnsafeMutableRawPointer?, curl_off_t, CInt) -> CInt
    ) {
        note(ccurl_set_seek(curl, handle, function))
    }
}

/// A duration in whole milliseconds, for one that is longer than any timeout the greatest there is.
private func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
}
