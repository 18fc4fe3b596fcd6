package import Basics
package import DVC

/// Where something lies that a stage reads or makes.
package enum StagePlace {
    /// Relative to the DVC root.
    case inside(FilePath)
    /// An absolute path, and how DVC shows it.
    case outside(FilePath, shown: String)
    /// Not on this machine, as far as we can tell: a URL.
    case elsewhere(String)

    /// The place of what a metafile names.
    ///
    /// `directory`: that of the metafile, relative to the DVC root. `root`: absolute.
    ///
    /// Source: `Output.__str__` in DVC 3.67 `output.py`.
    package init(_ location: OutLocation, in directory: FilePath, root: FilePath) {
        switch location {
        case .inside(let relative):
            let path = directory.appending(relative).normalized
            if path.components.first?.elementsEqual("..".utf8) == true {
                let absolute = root.appending(path).normalized
                self = .outside(absolute, shown: absolute.string)
            } else {
                self = .inside(path)
            }
        case .outside(let text):
            let path = FilePath(text).normalized
            if !path.isAbsolute {
                self = .elsewhere(text)
            } else if let inner = path.relative(to: root) {
                self = .inside(inner)
            } else {
                self = .outside(path, shown: text)
            }
        }
    }

    package var isInside: Bool {
        if case .inside = self { true } else { false }
    }

    /// For a message.
    package var name: String {
        switch self {
        case .inside(let path): path.string
        case .outside(_, let text), .elsewhere(let text): text
        }
    }

    var subject: StageChanges.Subject {
        switch self {
        case .inside(let path): .path(path)
        case .outside(_, let text), .elsewhere(let text): .elsewhere(text)
        }
    }

    /// Whether `path`, relative to the DVC root, is this place or lies in it.
    func holds(_ path: FilePath) -> Bool {
        if case .inside(let own) = self { path.relative(to: own) != nil } else { false }
    }
}
