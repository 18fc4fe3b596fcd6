import Basics
import Testing

@testable import DVC

/// The expected values come from DVC 3.67.1, `dvc.utils.serialize.load_path(path, fs)`, that is
/// from `ast`, tomlkit and `json`.
@Suite struct ParameterFileTests {
    /// The values of a file as Python prints them; `nil` when it cannot be read.
    private func read(_ text: String, _ name: FilePath) throws -> String? {
        guard let value = try? parameterFile(Array(text.utf8), named: name) else { return nil }
        var printed = PythonText(limit: 10_000)
        try printed.appendString(value)
        return printed.text
    }

    @Test(arguments: [
        ("a = 1\nb: float = -1.5e-3\nc: int\n", "{'a': 1, 'b': -0.0015}"),
        ("a = 1; b = 0x_ff ; c = 1_000", "{'a': 1, 'b': 255, 'c': 1000}"),
        ("a = 'x' \"y\" '''z\nw'''\nb = r'\\d' + ''", "{'a': 'xyz\\nw'}"),
        (#"a = "\n\x41\u00e9\\\d\101"; b = b'\xff\q'"#, #"{'a': '\nAé\\\\dA', 'b': b'\xff\\q'}"#),
        ("a = [1, -2, (3), {'k': [True, None], 2: 3}]", "{'a': [1, -2, 3, {'k': [True, None]}]}"),
        ("a = b = 1\nc, d = 1, 2\ne[0] = 1\nf.g = 1\nh += 1\n(i) = 2", "{'i': 2}"),
        ("a = f(1)\nb = not 1\nc = 1 + 2\nd = f'x'\ne = [x]\ng = --1\nh = -True", "{}"),
        ("a = 1 if b else 2\nc = [1][0]\nd = 'x'.y\ne = {**f}\ng = [x for x in y]", "{}"),
        (
            "a = -(5)\nb = +3\nc = 1.\nd = .5\ne = -0.0",
            "{'a': -5, 'b': 3, 'c': 1.0, 'd': 0.5, 'e': -0.0}"
        ),
        ("a = 1\na = 2\nclass a:\n    b = 1\n", "{'a': {'b': 1}}"),
        ("if x:\n    a = 1\nelse: b = 2\nfor i in j: c = 3\nd = 4", "{'d': 4}"),
        ("match x:\n    case 1: a = 1\nb = 2", "{'b': 2}"),
        (
            "@x(y=1)\nclass A(B, k=1):\n    '''doc'''\n    a = 1\n    class C: b = 2; c = 3\nd = 4",
            "{'A': {'a': 1, 'C': {'b': 2, 'c': 3}}, 'd': 4}"
        ),
        (
            "class A:\n  def __init__(self, a={1: 2}) -> int:\n    self.a = 1\n    b = 2\n  def f(self):\n"
                + "    self.c = 3\n", "{'A': {'a': 1}}"
        ),
        (
            "def __init__(self): self.a = 1\nasync def __init__(): self.b = 1\nself.c = 2",
            "{'a': 1, 'c': 2}"
        ),
        ("a = [ # c\n 1,\n\n 2]\nb = 1 \\\n\n# end", "{'a': [1, 2], 'b': 1}"),
        ("a = 1\r\nb = 2\rc = 3", "{'a': 1, 'b': 2, 'c': 3}"), ("", "{}"),
        ("a = 01", nil), ("a = 1x", nil), ("a = 'x", nil), ("a = (1", nil), ("a = 1)", nil),
        ("  a = 1", nil), ("if x:\na = 1", nil), ("class A:\n    a = 1\n  b = 2", nil),
        ("a = {[1]: 2}", nil), ("a = {[1]}", nil), ("a = 'x' b'y'", nil), ("a = '\\x4'", nil),
        ("a = b'é'", nil), ("a = ?", nil), ("a = 1\u{0}", nil), ("\u{FEFF}a = 1", nil),
    ])
    func `Python constants`(text: String, expected: String?) throws {
        #expect(try read(text, "p.py") == expected)
    }

    @Test(arguments: [
        ("a = 1 # c\n'b c' = 0xff\n\"d\\u00e9\" = 1_000", "{'a': 1, 'b c': 255, 'dé': 1000}"),
        (
            "a = [1, [2.0, 'x'], # c\n {k = 1, l.m = true},\n]",
            "{'a': [1, [2.0, 'x'], {'k': 1, 'l': {'m': True}}]}"
        ),
        ("a = \"\"\"\nx\\\n   y \"\"z\"\"\"\"", #"{'a': 'xy ""z"'}"#),
        ("a = '''\nx\\n'''", #"{'a': 'x\\n'}"#),
        ("a = inf\nb = -nan\nc = 1e3", "{'a': inf, 'b': nan, 'c': 1000.0}"),
        (
            "a.b = 1\na.c = 2\n[d]\ne.f = 1\n[d.e.g]\nh = 1",
            "{'a': {'b': 1, 'c': 2}, 'd': {'e': {'f': 1, 'g': {'h': 1}}}}"
        ),
        ("[a.b.c]\nx = 1\n[a]\ny = 2\nb.z = 3", "{'a': {'b': {'c': {'x': 1}, 'z': 3}, 'y': 2}}"),
        ("[[a]]\nb = 1\n[[a]]\nc = 2\n[a.d]\ne = 3", "{'a': [{'b': 1}, {'c': 2, 'd': {'e': 3}}]}"),
        ("a = 1\r\nb = 2", "{'a': 1, 'b': 2}"), ("", "{}"),
        ("a = 1\na = 2", nil), ("[a]\n[a]", nil), ("a = {b = 1}\n[a.c]", nil), ("a = 01", nil),
        ("a = 1.", nil), ("a = .5", nil), ("a = 1__0", nil), ("a = 'x\ny'", nil), ("a =", nil),
        ("a = \"\\q\"", nil), ("a = [1 2]", nil), ("a b = 1", nil), ("[a", nil), ("a = yes", nil),
        ("a = 1 b = 2", nil), ("[[a]]\n[a]", nil), ("a = [1]\n[[a]]", nil), ("a.b = 1\n[a]", nil),
    ])
    func `TOML`(text: String, expected: String?) throws {
        #expect(try read(text, "p.toml") == expected)
    }

    @Test(arguments: [
        (
            #"{"a": [1.50, -0, 1E3, "\u00e9\n", null, true]}"#,
            #"{'a': [1.5, 0, 1000.0, 'é\n', None, True]}"#
        ),
        (#" {"a": 1, "b": {}, "a": 2} "#, "{'a': 2, 'b': {}}"), ("[]", "{}"), ("0", "{}"),
        (#"{"a": NaN, "b": [Infinity, -Infinity]}"#, "{'a': nan, 'b': [inf, -inf]}"),
        (#"{"a": 123456789012345678901234567890}"#, "{'a': 123456789012345678901234567890}"),
        ("", nil), ("{", nil), ("{\"a\": 01}", nil), ("{\"a\": 1,}", nil), ("{'a': 1}", nil),
        ("{\"a\": \"\n\"}", nil), ("{} {}", nil), ("\u{FEFF}{}", nil), ("{\"a\": -}", nil),
    ])
    func `JSON`(text: String, expected: String?) throws {
        #expect(try read(text, "p.json") == expected)
    }

    @Test(arguments: [
        ("a: [0x1F, 0o17, 0b11, 010, +1, -0, 1_000]", "{'a': [31, 15, 3, 10, 1, 0, 1000]}"),
        ("a: [-0x1ffffffffffffffffffffff]", "{'a': [-618970019642690137449562111]}"),
        (
            "a: [1e3, .5, 1., 1e400, .nan, ~, no, Yes]",
            "{'a': [1000.0, 0.5, 1.0, inf, nan, None, 'no', 'Yes']}"
        ),
        ("2: a\nb: {3: c, d: e}", "{'b': {'d': 'e'}}"), ("", "{}"), ("a: [", nil),
    ])
    func `YAML`(text: String, expected: String?) throws {
        #expect(try read(text, "p.yaml") == expected)
    }

    @Test(arguments: ["p.py", "p.toml", "p.json", "p.yaml"])
    func `text that is not UTF-8 is refused`(name: String) {
        let bytes = Array("a = '".utf8) + [0xff] + Array("'".utf8)
        #expect(throws: ParameterFileError.self) {
            try parameterFile(bytes, named: FilePath(name))
        }
    }
}
