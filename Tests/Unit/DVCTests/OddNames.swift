/// Bytes of a `.dir` object that DVC 3.67.1 wrote, with the names that are hard to get right.
///
/// Captured with `dvc add odd` in a new repository, from
/// `.dvc/cache/files/md5/fd/44e5ca5e40ada9905955bc738d5ec9.dir`. Before that, Python made one file
/// for each name in ``names``, in another order, with the name as its content.
enum OddNames {
    static let id = "fd44e5ca5e40ada9905955bc738d5ec9.dir"

    static let bytes = Array(
        #"""
        [{"md5": "7fc56270e7a70fa81a5935b72eacbe29", "relpath": "A"}, \#
        {"md5": "8ca2ed590cf2ea2404f2e67641bcdf50", "relpath": "a-b"}, \#
        {"md5": "e32b629f658481c8aa169aa08acc0625", "relpath": "a.b"}, \#
        {"md5": "7f49a7eeac7e0bc9653d103b34167320", "relpath": "a/z"}, \#
        {"md5": "7ac22aa81ddb0dd4f82a9f0b547b92f4", "relpath": "back\\slash"}, \#
        {"md5": "7fa0ab4fd8ccd8e7e192826fee487c7c", "relpath": "cr\rbs\bff\fvt\u000besc\u001b"}, \#
        {"md5": "338c482ea9380021306a830e0f0e2f5c", "relpath": "del\u007f"}, \#
        {"md5": "5526861fbb1e71a1bda6ac364310a807", "relpath": "e\u0301"}, \#
        {"md5": "50b5bf99eabd236f3cbe7c345ada4ec6", "relpath": "new\nline"}, \#
        {"md5": "d82a294a0bf3b9dcbbbc65904b6a5702", "relpath": "qu\"ote"}, \#
        {"md5": "844fd4cec7535bdc04e9ba1226b7f358", "relpath": "tab\there"}, \#
        {"md5": "1aad40defa92318d788e67824af2d991", "relpath": "~ space "}, \#
        {"md5": "66ddcd97cfdeabb2f6fb8a999b4bc76f", "relpath": "\u00e9"}, \#
        {"md5": "eefed36ecc2123203d450431ff15d8ba", "relpath": "\ue000"}, \#
        {"md5": "9b759040321a408a5c7768b4511287a6", "relpath": "\ufffd"}, \#
        {"md5": "2a02eac39d716a70ecf37579185927b6", "relpath": "\ud83d\ude00"}]
        """#.utf8)

    /// In the order in which DVC sorted them.
    static let names = [
        "A", "a-b", "a.b", "a/z", "back\\slash", "cr\rbs\u{8}ff\u{c}vt\u{b}esc\u{1b}", "del\u{7f}",
        "e\u{301}", "new\nline", "qu\"ote", "tab\there", "~ space ", "\u{e9}", "\u{e000}",
        "\u{fffd}",
        "\u{1f600}",
    ]
}
