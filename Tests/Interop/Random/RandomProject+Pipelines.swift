import Basics
import TestSupport

extension RandomProject {
    /// One stage as templates resolve it.
    private struct Stage {
        let name: String
        /// As in the definition's working directory.
        var outs: [(name: String, out: Out)] = []
    }

    /// Writes `dvc.yaml`, `dvc.lock` and a parameters file, in a folder that has none.
    ///
    /// What does not resolve as this expects it has no entry in the lock, which is a case of its own.
    mutating func writePipeline(in root: String) throws {
        let folder = at(root, "pipe \(name())")
        let parameters = pick(["params.yaml", "p.yaml", "p.json", "p.toml", "p.py"])
        let words = ["w\(int(1...9))", "\(int(10...99))", "x.y"]
        try writeParameters(parameters, words, in: folder)
        let wdir = chance(3) ? "work" : ""
        if !wdir.isEmpty { try createDirectories(path.appending("\(folder)/work")) }
        var definition = "vars:\n"
        if parameters != "params.yaml" || chance(2) { definition += "- \(parameters)\n" }
        definition += "- own: {text: local}\nstages:\n"
        var stages: [Stage] = []

        let flags = [
            "", "", "", "push: false", "cache: false", "remote: other", "persist: true",
            "desc: words",
        ]
        /// Adds an out to a stage; its lines in the definition, where `form` stands for its name.
        func out(
            _ name: String, _ form: String, _ stage: inout Stage, flag given: String? = nil
        ) -> String {
            let flag = given ?? pick(flags)
            let place = (wdir.isEmpty ? "\(folder)/" : "\(folder)/\(wdir)/") + name
            stage.outs.append(
                (
                    name,
                    makeOut(
                        place, owner: "\(folder)/dvc.yaml:\(stage.name)",
                        remote: flag == "remote: other" ? "other" : nil)
                ))
            return flag.isEmpty ? "- \(form)\n" : "- \(form): {\(flag)}\n"
        }
        let place = wdir.isEmpty ? "" : "    wdir: \(pick(["work", "./work", "${dir}"]))\n"

        var plain = Stage(name: "plain")
        definition += "  plain:\n    cmd: x ${word}\n\(place)    outs:\n"
        definition += "    " + out("out-\(words[0])", "out-${word}", &plain)
        definition += "    " + out("second", "second", &plain)
        if chance(2) {
            definition +=
                "    metrics:\n    " + out("m-local.json", "m-${own.text}.json", &plain)
        }
        if chance(3) { definition += "    frozen: true\n" }
        stages.append(plain)

        if chance(2) {
            definition += "  each:\n    foreach: "
            definition += pick(["${list}\n", "[\(words.joined(separator: ", "))]\n"])
            definition += "    do:\n      cmd: y ${item}\n"
            if !wdir.isEmpty { definition += "      wdir: work\n" }
            definition += "      deps:\n      - out-\(words[0])\n      outs:\n"
            let flag = pick(flags)
            for (index, word) in words.enumerated() {
                var stage = Stage(name: "each@\(word)")
                let line = out("e-\(word)", "e-${item}", &stage, flag: flag)
                if index == 0 { definition += "      \(line)" }
                stages.append(stage)
            }
        }
        if chance(2) {
            definition += "  grid:\n    matrix:\n      k: [a, 1, true]\n      l: ${list}\n"
            definition += "    cmd: z ${item.k} ${item.l}\n\(place)    outs:\n"
            let flag = pick(flags)
            for (index, key) in ["a", "1", "true"].enumerated() {
                for (second, word) in words.enumerated() {
                    var stage = Stage(name: "grid@\(key)-\(word)")
                    let line = out("g-\(key)-\(word)", "g-${item.k}-${item.l}", &stage, flag: flag)
                    if index + second == 0 { definition += "    \(line)" }
                    stages.append(stage)
                }
            }
        }
        try write(definition, "\(folder)/dvc.yaml")
        try writeLock(stages, in: folder, root)
    }

    private mutating func writeParameters(
        _ name: String, _ words: [String], in folder: String
    ) throws {
        let texts = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let text =
            switch name {
            case "p.json": "{\"word\": \"\(words[0])\", \"dir\": \"work\", \"list\": [\(texts)]}"
            case "p.toml", "p.py":
                "word = \"\(words[0])\"\ndir = \"work\"\nlist = [\(texts)]\n"
            default: "word: \(words[0])\ndir: work\nlist: [\(texts)]\n"
            }
        try write(text, "\(folder)/\(name)")
    }

    private mutating func writeLock(_ stages: [Stage], in folder: String, _ root: String) throws {
        let isAbsent = chance(8)
        var lock = "schema: '2.0'\nstages:\n"
        var isEmpty = true
        for stage in stages {
            let isLocked = !chance(6)
            if isLocked { lock += "  \(stage.name):\n    cmd: x\n    outs:\n" }
            for (name, out) in stage.outs {
                outs.append(out)
                guard isLocked, !chance(10) || isEmpty else { continue }
                let oid = try store(out, root, legacy: false)
                lock += "    - path: \(name)\n      hash: md5\n      md5: \(Self.quoted(oid))\n"
                isEmpty = false
            }
            if lock.hasSuffix("outs:\n") { lock.removeLast("    outs:\n".count) }
        }
        if !isAbsent, !isEmpty { try write(lock, "\(folder)/dvc.lock") }
    }
}
