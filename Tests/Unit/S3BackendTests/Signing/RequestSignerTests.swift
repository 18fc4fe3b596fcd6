import Basics
import HTTPClient
import S3Backend
import Testing

@Suite struct RequestSignerTests {
    private let signer = RequestSigner(service: "s3", region: "eu-west-1")
    private let request = UnsignedRequest("GET", host: "h", path: "/k")
    private let day = AWSTime(secondsSince1970: 1_700_000_000)

    private func authorization(_ secret: String, _ time: AWSTime, by signer: RequestSigner)
        -> String?
    {
        signer.headers(
            for: request, as: AWSCredentials(accessKeyID: "A", secretAccessKey: secret), at: time
        ).last?.value
    }

    @Test func `a kept key serves neither another day nor another secret`() {
        let nextDay = AWSTime(secondsSince1970: day.secondsSince1970 + 86_400)
        let order = [("one", day), ("two", day), ("two", nextDay), ("one", day), ("one", nextDay)]
        for (secret, time) in order {
            let fresh = RequestSigner(service: "s3", region: "eu-west-1")
            #expect(
                authorization(secret, time, by: signer) == authorization(secret, time, by: fresh))
        }
    }

    @Test func `a session token is sent and signed`() {
        let headers = signer.headers(
            for: request,
            as: AWSCredentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "T"), at: day)
        #expect(headers.contains(HTTPHeader("x-amz-security-token", "T")))
        #expect(
            headers.last?.value.contains(
                "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") == true)
    }

    @Test func `what proxies change is not signed`() {
        var request = request
        request.headers = ["User-Agent", "Expect", "Transfer-Encoding"].map { HTTPHeader($0, "x") }
        let headers = signer.headers(
            for: request, as: AWSCredentials(accessKeyID: "A", secretAccessKey: "S"), at: day)
        #expect(
            headers.last?.value.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,")
                == true)
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("é", "%C3%A9"), ("a/b", "a/b"), ("%+&=", "%25%2B%26%3D"),
        ("-._~", "-._~"), ("*'()!", "%2A%27%28%29%21"),
    ])
    func `keys are encoded once, slashes stay`(key: String, encoded: String) {
        #expect(percentEncoded(key, keepingSlashes: true) == encoded)
    }

    @Test func `no form of showing credentials tells a secret`() {
        let credentials = AWSCredentials(
            accessKeyID: "AKID", secretAccessKey: "hush-secret", sessionToken: "hush-token")
        var dumped = ""
        dump([credentials], to: &dumped)
        let shown = [
            "\(credentials)", String(reflecting: credentials), "\([credentials])", dumped,
            "\(Optional(credentials) as Any)",
        ]
        for text in shown { #expect(!text.contains("hush"), "\(text)") }
        #expect("\(credentials)".contains("AKID"))
    }
}

@Suite struct SigningClockTests {
    private let clock = SigningClock { AWSTime(secondsSince1970: 1000) }

    @Test func `takes over the server's time once`() {
        let early = clock.now
        let alsoEarly = clock.now
        #expect(early.time.secondsSince1970 == 1000)
        #expect(clock.correction == nil)
        #expect(clock.correct(to: AWSTime(secondsSince1970: 4600), afterRefusalOf: early))
        #expect(clock.correction == 3600)
        let corrected = clock.now
        #expect(corrected.time.secondsSince1970 == 4600)
        // Signed before the correction: worth another try, and no second correction.
        #expect(clock.correct(to: AWSTime(secondsSince1970: 9999), afterRefusalOf: alsoEarly))
        #expect(clock.now.time.secondsSince1970 == 4600)
        // Refused although corrected: an end to it.
        #expect(!clock.correct(to: AWSTime(secondsSince1970: 9999), afterRefusalOf: corrected))
    }

    @Test func `a server with the same time is not asked again for ever`() {
        let first = clock.now
        #expect(clock.correct(to: first.time, afterRefusalOf: first))
        #expect(!clock.correct(to: first.time, afterRefusalOf: clock.now))
    }
}

@Suite struct AWSTimeTests {
    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"),
        (1_440_938_160, "20150830T123600Z"), (4_107_542_399, "21000228T235959Z"),
        (4_107_542_400, "21000301T000000Z"), (-1, "19691231T235959Z"),
    ])
    func `is written as signatures need it`(seconds: Int64, text: String) {
        #expect(AWSTime(secondsSince1970: seconds).basicFormat == text)
    }

    @Test(arguments: [
        "2015-08-30T12:36:00Z", "2015-08-30T12:36:00", "2015-08-30T12:36:00.999Z",
        "2015-08-30T14:36:00+02:00", "2015-08-30T07:06:00-0530", "2015-08-30 12:36:00Z",
        "2015-08-30T12:36:00UTC",
    ])
    func `is read in every form that occurs`(text: String) {
        #expect(AWSTime(text) == AWSTime(secondsSince1970: 1_440_938_160))
    }

    @Test(arguments: [
        "", "2015", "2015-08-30", "2015-13-30T12:36:00Z", "2015-08-32T12:36:00Z",
        "2015-08-30T24:36:00Z", "2015-08-30T12:36:00.Z", "2015-08-30T12:36:00+",
        "+015-08-30T12:36:00Z",
        "2015-08-30T12:36:00Z ", "2015-08-30T12:36:00+2:00", "never", "2015-08-30T12:36:00+02:00x",
    ])
    func `is not read from anything else`(text: String) { #expect(AWSTime(text) == nil) }
}
