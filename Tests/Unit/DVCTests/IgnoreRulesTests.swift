import Basics
import Testing

@testable import DVC

/// Cases in the form of ``table``, each judged by real DVC 3.67.1 (`capture-dvcignore.py check`).
@Suite struct IgnoreRulesTests {
    /// The cases, with empty lines between.
    ///
    /// A line each: what the case is about; `rule <directory> <line>` of the `.dvcignore` there; paths
    /// that are `hidden` or `seen`, directories with a slash; or that DVC `fails`. With `%` escapes.
    static let table = ##"""
        what DVC hides by itself
        hidden .dvc/ .dvc/tmp/x.dvc .git .git/ a/.git a/.git/x .hg/ .hg/x a/b/.dvc/config
        seen .dvc .hg a .gitignore x.dvc a/.dvcignore

        a name anywhere
        rule . foo
        hidden foo foo/ a/foo a/foo/ foo/b a/foo/b/c
        seen afoo foo.dvc fo

        a name at the root only
        rule . /foo
        hidden foo foo/ foo/b
        seen a/foo

        a path is anchored
        rule . a/b
        hidden a/b a/b/ a/b/c
        seen c/a/b

        a directory only
        rule . foo/
        hidden foo/ foo/a a/foo/ a/foo/b
        seen foo a/foo

        stars stay in a name, a question mark is one character
        rule . *.dvc
        rule . x?y
        hidden a.dvc a/b.dvc .dvc a.dvc/c x-y x%C3%A9y
        seen a.dvcx xy x/y

        a directory's content, which hides the directory too; in git it would not
        rule . data/**
        rule . !data/keep
        hidden data/ data/a data/a/b data/keep
        seen data a/data/

        all of a directory's entries, and one shown again
        rule . data/*
        rule . !data/keep
        hidden data/a data/a/b
        seen data/ data/keep data/keep/ data/keep/a

        stars over directories
        rule . a/**/z
        rule . **/m/n
        hidden a/z a/b/z a/b/c/z/ m/n x/m/n x/y/m/n/o
        seen b/a/z az a/zz

        everything, in several words
        rule . **
        hidden a a/b .a
        seen

        every directory, which matches nothing; in git it would not
        rule . */
        rule . **/
        rule . **/*/**
        seen a/ a/b a

        a star hides all, and what is below a hidden directory cannot be shown
        rule . *
        rule . !*.dvc
        rule . !a
        hidden b b/a b/c.dvc
        seen a a/ a.dvc a/b.dvc

        what shows a directory again shows all below it
        rule . *
        rule . !a
        rule . a/c
        hidden b a/c a/c/d
        seen a/ a/b a/b/d

        the last pattern counts
        rule . !a
        rule . a
        rule . !b
        rule . b
        rule . !b
        hidden a
        seen b

        once hidden, a directory's own file is not read
        rule . a
        rule a !b
        rule a c
        hidden a/b a/c
        seen b c

        a nested file holds below its directory and comes last
        rule . *.dvc
        rule a/b !c.dvc
        rule a/b /top
        rule a/b d/e
        rule a/b f/
        hidden c.dvc a/c.dvc a/b/d.dvc a/b/top a/b/d/e a/b/x/f/
        seen a/b/c.dvc a/b/x/c.dvc a/top a/b/x/top a/b/x/d/e a/f/ a/b/x/f

        a file that is hidden itself is not read
        rule . a/.dvcignore
        rule a *
        hidden a/.dvcignore
        seen a/b

        comments, blanks and empty lines
        rule . # no
        rule .  %09 # no
        rule . %20%20foo%20%09
        rule . %C2%A0bar%E3%80%80
        rule . %0D
        hidden foo bar
        seen #%20no no %20%20foo

        escapes
        rule . \#a
        rule . \!b
        rule . c\*
        rule . d\[e
        rule . \\f
        hidden #a !b c* d[e %5Cf
        seen a b cx f

        an escape in front is lost on the way from a nested file
        rule n \*a
        rule n \#b
        rule n \!c
        hidden n/xa n/*a n/#b n/!c
        seen n/b n/c xa

        classes
        rule . [ab]1
        rule . [!ab]2
        rule . [^ab]3
        rule . [c-e]4
        rule . []x]5
        rule . [!]x]6
        rule . [a-]7
        rule . [\-_]8
        rule . [é-ü]9
        hidden a1 b1 c2 c3 d4 ]5 x5 a6 -7 a7 %5C8 ]8 _8 %C3%AA9
        seen c1 a2 b3 f4 a5 ]6 b7 -8 e9

        a class can match a slash; in git it cannot
        rule . a[!x]b
        rule . c[+-9]d
        hidden a/b a-b a%0Ab c/d
        seen axb

        names of classes mean nothing
        rule . [[:alpha:]]
        hidden a] :] [] p]
        seen a z

        a class that is not closed makes the line void
        rule . [a
        rule . b[c/d]
        rule . ok
        hidden ok
        seen [a a bc/d] b[c/d]

        slashes that are too many
        rule . /
        rule . //a
        rule . b//c
        rule . d//
        seen a b/c d/ d/a

        a negation without a pattern
        rule . !
        fails

        a backslash and nothing else, in a nested file
        rule n \
        seen n/x
        fails

        a backslash at the end, also when a blank was behind it
        rule . a\%20
        fails

        a backslash before a slash
        rule n a\/b
        seen n/x
        fails

        a range that runs backwards
        rule . [z-a]
        fails

        not UTF-8
        rule . a%FF
        fails

        not UTF-8, in a comment
        rule . # a%FF
        fails

        a name that is not UTF-8 has a character for each odd byte
        rule . a??b
        hidden a%FF%FEb aé%FFb
        seen a%FFb

        line ends of all kinds
        rule . a%0D
        rule . b%0Dc
        rule . d%0D%0De%0D
        hidden a b c d e
        seen b%0Dc

        a line feed in a name, which Python's dot and dollar treat as their own
        rule . foo
        rule . x/**/y
        rule . *.z
        hidden foo%0A a/foo%0A x/y%0A b%0A.z
        seen foo%0Ab a%0A/foo x/a%0Ab/y

        a directory whose name looks like a pattern
        rule a* b
        rule !n c
        rule #n d
        rule [xy] e
        hidden a*/b
        seen ab/b !n/c #n/d [xy]/e
        """##

    @Test(arguments: IgnoreCase.all(in: table))
    func `judges like DVC`(ignoreCase: IgnoreCase) {
        var rules = IgnoreRules()
        for file in ignoreCase.files { rules.add(file.bytes, in: file.directory) }
        #expect(rules.flaws.isEmpty != ignoreCase.fails)
        if ignoreCase.fails { return }
        for path in ignoreCase.hidden {
            #expect(rules.ignores(path.name, isDirectory: path.isDirectory), "\(path.name)")
        }
        for path in ignoreCase.seen {
            #expect(!rules.ignores(path.name, isDirectory: path.isDirectory), "\(path.name)")
        }
    }
}
