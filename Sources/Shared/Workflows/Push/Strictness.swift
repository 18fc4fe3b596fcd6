internal import Basics

/// `dvc.strict`: which objects that nobody has keep a ref from being pushed.
enum Strictness: String, CaseIterable {
    /// Those that a pushed tip still names.
    case tips
    /// Those that any pushed commit names.
    case all
    /// No object.
    case none

    init(_ setting: String?, _ warnings: inout [any UserFacingError]) {
        guard let setting else {
            self = .tips
            return
        }
        if let known = Self(rawValue: setting.lowercased()) {
            self = known
            return
        }
        let values = Self.allCases.map(\.rawValue).joined(separator: ", ")
        warnings.append(
            SettingError(
                summary: "dvc.strict is '\(setting)', which is none of \(values); using 'tips'"))
        self = .tips
    }
}
