import Basics
import Testing

@testable import DVC

/// See ``sampleParameters`` for where the expected values come from.
@Suite struct InterpolationTests {
    private static let texts: [(String, String?)] = [
        (#"${a}"#, nil),
        (#"x${a}"#, "x1"),
        (#"${b.c[0]}"#, "x"),
        (#"${b.c.1}"#, "y"),
        (#"${b.c[2].d}"#, "z"),
        (#"${b.c[-1].d}"#, "z"),
        (#"${ a }"#, nil),
        (#"x${ b . c [0] }"#, "xx"),
        (#"${b.c[ 1 ]}"#, "y"),
        (#"x${b.e}"#, "xtrue"),
        (#"x${b.n}"#, "xNone"),
        (#"x${b.f}"#, "x0.001"),
        (#"x${b}"#, nil),
        (#"x${lst}"#, nil),
        (#"x${b.c}"#, nil),
        (#"${t}"#, "txt"),
        (#"x${e}"#, "x"),
        (#"${zero}"#, nil),
        (#"x${no}"#, "xyes"),
        (#"x${2}"#, nil),
        (#"x${key with space}"#, "xsp"),
        (#"x${dash-key}"#, "xdk"),
        (#"x${nope}"#, nil),
        (#"x${}"#, nil),
        (#"x${ }"#, "xemptykey"),
        (#"x${a"#, "x${a"),
        (#"x$${a}"#, "x$1"),
        (#"x\${a}"#, "x${a}"),
        (#"x\\${a}"#, "x\\${a}"),
        (#"x${a}${t}"#, "x1txt"),
        (#"x${a ${t}}"#, nil),
        (#"${a}}"#, "1}"),
        (#"x${b..c}"#, nil),
        (#"x${b.}"#, nil),
        (#"x${.b}"#, nil),
        (#"x${b[0}"#, nil),
        (#"x${b]}"#, nil),
        (#"x${b.c[0]x}"#, nil),
        (#"x${b.c[0] }"#, "xx"),
        (#"x${b.c [0]}"#, "xx"),
        (#"x${b.c[x]}"#, nil),
        (#"x${lst[3]}"#, nil),
        (#"x${lst[-3]}"#, "xa"),
        (#"x${lst[-4]}"#, nil),
        (#"x${lst[+1]}"#, "xb"),
        (#"x${lst[01]}"#, "xb"),
        (#"x${lst[1_0]}"#, nil),
        (#"x${q}"#, "xit's \"q\""),
        (#"x${esc}"#, "x${x}"),
        (#"${esc}"#, "\\${x}"),
        (#"x${nl}"#, "xa\nb"),
        (#"x${deep.a.b.c.d}"#, "x5"),
        (#"x${deep[a].b[c][d]}"#, "x5"),
        (#"x${a.b}"#, nil),
        (#"x${key}"#, nil),
        (#"/abs/${t}"#, "/abs/txt"),
        (#"../${t}"#, "../txt"),
        (#"./${t}"#, "./txt"),
        (#"x//${t}"#, "x//txt"),
        (#"${t}/"#, "txt/"),
        (#"x${lst.0}"#, "xa"),
        (#"x${lst. 1 }"#, "xb"),
        (#"x${ lst[0] }y${ lst[1] }"#, "xayb"),
        (#"x${floats[0]}"#, "x1.0"),
        (#"x${floats[1]}"#, "x1000.0"),
        (#"x${floats[2]}"#, "x2.5"),
        (#"x${floats[3]}"#, "x1e+16"),
        (#"x${floats[4]}"#, "x1.2345678901234568e+17"),
        (#"x${floats[5]}"#, "x1e+22"),
        (#"x${floats[6]}"#, "x0.5"),
        (#"x${floats[7]}"#, "x1e-05"),
        (#"x${floats[8]}"#, "x0.0001"),
        (#"x${floats[9]}"#, "x-0.0"),
        (#"x${floats[10]}"#, "xinf"),
        (#"x${floats[11]}"#, "x-inf"),
        (#"x${floats[12]}"#, "xnan"),
        (#"x${floats[13]}"#, "x9007199254740992.0"),
        (#"x${ints[0]}"#, "x31"),
        (#"x${ints[1]}"#, "x15"),
        (#"x${ints[2]}"#, "x5"),
        (#"x${ints[3]}"#, "x10"),
        (#"x${ints[4]}"#, "x7"),
        (#"x${ints[5]}"#, "x0"),
        (#"x${ints[6]}"#, "x1000"),
        (#"x${ints[7]}"#, "x123456789012345678901234567890"),
        (#"x${ints[8]}"#, "x-5"),
    ]

    @Test(arguments: texts)
    func `the path of an out is what DVC makes of it`(text: String, expected: String?) throws {
        let definition = "stages: {s: {cmd: x, outs: [\(yamlQuoted(text))]}}"
        let path = try? stages(definition).first?.outs.first?.path  // nil: an error
        #expect(path == expected)
    }

    @Test(arguments: texts)
    func `a key that is a path is filled in like a text`(text: String, expected: String?) throws {
        let definition = "stages: {s: {cmd: x, outs: [{\(yamlQuoted(text)): {cache: false}}]}}"
        let out = try? stages(definition).first?.outs.first  // nil for an error, as in the table
        #expect(out?.path == expected)
        #expect(out?.flags.isCached != true)
    }

    @Test func `flags stay exact and remotes are filled in`() throws {
        let outs = try #require(
            try stages(
                """
                stages:
                  s:
                    cmd: x
                    wdir: w/${t}
                    outs:
                    - ${t}: {cache: false, remote: 'R${a}'}
                    - txt: {push: false}
                    - {x: {cache: false}, '${b.c[0]}': {push: false}}
                    - none: {remote: '${b.n}'}
                    metrics:
                    - txt
                """
            ).first?.outs)
        #expect(outs.map(\.path) == ["txt", "x", "none", "txt"])
        #expect(outs.map(\.line) == [6, 8, 9, 11])
        #expect(outs.map(\.flags.isCached) == [false, true, true, true])
        #expect(outs.map(\.flags.isPushable) == [false, false, true, true])
        #expect(outs.map(\.flags.remoteName) == ["r1", nil, nil, nil])
    }

    @Test(arguments: [
        ("${t}", "txt"), ("${e}", ""), ("${b.n}", ""), ("${zero}", ""), ("x${b.n}", "xNone"),
        ("${a}", nil), ("${lst}", nil), ("/abs/${t}", "/abs/txt"), ("${b.e}", nil),
    ])
    func `a working directory is a text, or nothing`(text: String, expected: String?) throws {
        let definition = "stages: {s: {cmd: x, wdir: \(yamlQuoted(text)), outs: [o]}}"
        #expect((try? stages(definition).first?.wdir) == expected)  // nil: an error
    }

    @Test(arguments: [
        ("cmd: '${map}'", true), ("cmd: 'x ${map}'", true), ("cmd: 'x ${nested}'", false),
        ("cmd: 'x ${deep} ${b}'", false), ("cmd: ['${map}', {k: '${scal}'}]", true),
        ("cmd: x, deps: ['${t}', 'a${a}']", true), ("cmd: x, deps: ['${a}']", false),
        ("cmd: x, deps: ['${e}']", false), ("cmd: x, params: ['${t}', {f: ['${a}']}]", true),
        ("cmd: x, params: ['${a}']", false), ("cmd: x, params: [{'${a}': [a]}]", false),
        ("cmd: x, params: [{'${zero}': [a]}]", true), ("cmd: x, params: [{f: '${t}'}]", false),
        ("cmd: x, params: [{f: '${zero}'}]", true), ("cmd: x, desc: '${a}'", true),
        ("cmd: x, desc: '${lst}'", false), ("cmd: x, meta: {k: ['${nope}']}", false),
        ("cmd: x, meta: {'${a}': 1}", true), ("cmd: x, meta: {'${map}': 1}", false),
    ])
    func `what fails outside of the outs fails as in DVC`(body: String, isFine: Bool) {
        let read = try? stages("stages: {s: {\(body), outs: [o]}}")  // nil: an error
        #expect((read != nil) == isFine)
    }

    @Test(arguments: [
        ("metrics: ['m${lst}']", true), ("metrics: ['${nope}']", false),
        ("plots: [{'${t}': {x: '${map}'}}]", true), ("plots: [{'${map}': {}}]", false),
        ("params: ['${a.}']", false), ("artifacts: {'${t}': {path: '${a}'}}", true),
        ("artifacts: {'${a}': {path: p}}", false), ("datasets: null", false),
    ])
    func `sections outside of stages are filled in as well`(section: String, isFine: Bool) {
        let rest = "\nstages: {s: {cmd: x, outs: [o]}}"
        let read = try? stages(section + rest)  // nil: an error
        #expect((read != nil) == isFine)
    }
}
