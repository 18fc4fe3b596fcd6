internal import YAML

extension Fields {
    /// Notes on an out that change nothing about its data.
    static let annotationKeys = ["desc", "type", "labels", "meta"]

    /// Checks the types of the annotations; `meta` may be anything.
    func checkAnnotations() throws(MetafileError) {
        _ = try string("desc")
        _ = try string("type")
        try check("labels", "a list of strings") { $0.isListOfStrings }
    }
}
