import Basics
import CloudStorage
import HTTPClient
import S3Backend
import TestSupport
import Testing

/// Random requests, signed by us and by botocore.
@Suite struct BotocoreSignatureTests {
    struct Case: Codable {
        var service, region, method, key, body: String
        var query: [[String]]
        var headers: [[String]]
        var token: String?
        var isUnsigned: Bool
        var time: Int64
    }

    struct Answer: Codable {
        var path, query, authorization: String
    }

    private static let script = """
        import datetime, json, sys
        from urllib.parse import quote
        import botocore.auth as auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        answers = []
        for case in json.load(sys.stdin):
            now = datetime.datetime.fromtimestamp(case['time'], datetime.timezone.utc)
            auth.get_current_datetime = lambda *a, **k: now
            path = '/' + quote(case['key'], safe='/~')
            query = '&'.join(
                quote(n, safe='-_.~') + '=' + quote(v, safe='-_.~') for n, v in case['query'])
            url = 'https://bucket.example.org:8443' + path + ('?' + query if query else '')
            request = AWSRequest(case['method'], url, data=case['body'].encode())
            for name, value in case['headers']:
                request.headers.add_header(name, value)
            if case['isUnsigned']:
                request.context['has_streaming_input'] = True
            kind = auth.S3SigV4Auth if case['service'] == 's3' else auth.SigV4Auth
            credentials = Credentials('AKID', 'secret/+', case.get('token'))
            kind(credentials, case['service'], case['region']).add_auth(request)
            answers.append({'path': path, 'query': query,
                            'authorization': request.headers['Authorization']})
        json.dump(answers, sys.stdout)
        """

    private static func randomText(_ random: inout SeededGenerator, upTo limit: Int) -> String {
        let pieces =
            [
                "/", "//", ".", "..", " ", "+", "%", "%20", "&", "=", "?", "#", "~", "*", "'", "(",
                "é",
            ]
            + [
                "\u{65}\u{301}", "日本", "\u{1F600}", "\u{7f}", "\t", "a", "Z", "0", "-", "_", ":",
                ";",
            ]
        return (0..<Int.random(in: 0...limit, using: &random)).map { _ in
            pieces.randomElement(using: &random) ?? ""
        }.joined()
    }

    private static func randomCase(_ random: inout SeededGenerator) -> Case {
        let isUnsigned = Bool.random(using: &random)
        let service = isUnsigned || Bool.random(using: &random) ? "s3" : "sts"
        var headers = [["x-amz-meta-a", randomHeader(&random)], ["Range", "bytes=0-9"]]
        if Bool.random(using: &random) { headers.append(["X-Amz-Meta-A", randomHeader(&random)]) }
        if isUnsigned { headers.append(["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="]) }
        return Case(
            service: service, region: "eu-west-\(Int.random(in: 1...3, using: &random))",
            method: ["GET", "PUT", "HEAD", "POST"].randomElement(using: &random) ?? "GET",
            key: randomText(&random, upTo: 12), body: randomText(&random, upTo: 5),
            query: (0..<Int.random(in: 0...4, using: &random)).map { _ in
                ["p" + randomText(&random, upTo: 3), randomText(&random, upTo: 4)]
            }, headers: headers, token: Bool.random(using: &random) ? "to/ken+==" : nil,
            isUnsigned: isUnsigned,
            time: Int64.random(in: 1_000_000_000...4_000_000_000, using: &random))
    }

    private static func randomHeader(_ random: inout SeededGenerator) -> String {
        ["plain", "  two   blanks ", "a, b", "\"q  q\""].randomElement(using: &random) ?? ""
    }

    @Test func `botocore signs the same requests with the same signatures`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let cases = (0..<500).map { _ in Self.randomCase(&random) }
        let answers: [Answer] = try BotocoreComparison().ask(Self.script, cases)
        #expect(answers.count == cases.count)
        for (one, answer) in zip(cases, answers) {
            let query = one.query.map { percentEncoded($0[0]) + "=" + percentEncoded($0[1]) }
                .joined(separator: "&")
            let request = UnsignedRequest(
                one.method, host: "bucket.example.org:8443",
                path: "/" + percentEncoded(one.key, keepingSlashes: true), query: query,
                headers: one.headers.map { HTTPHeader($0[0], $0[1]) },
                payload: one.isUnsigned ? .unsigned : PayloadHash(of: Array(one.body.utf8)))
            let headers = RequestSigner(service: one.service, region: one.region).headers(
                for: request,
                as: AWSCredentials(
                    accessKeyID: "AKID", secretAccessKey: "secret/+", sessionToken: one.token),
                at: AWSTime(secondsSince1970: one.time))
            #expect(request.path == answer.path, "seed \(seed)")
            #expect(request.query == answer.query, "seed \(seed)")
            #expect(headers.last?.value == answer.authorization, "seed \(seed): \(one)")
        }
    }
}
