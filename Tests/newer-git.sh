#!/bin/sh
# Runs the functional tests with a newer Git than the system's.
#
# usage: Tests/newer-git.sh [ARGUMENT...]
#
# Gets the source of the Git that Debian's suite $SUITE (sid) has, checked by Debian's signature, builds it
# below .build/newer-git, which takes two minutes, and calls Tests/run.sh with the arguments ('--functional'
# when there are none) so that all tests use it. Not a part of CI: what sid has changes every week.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/.build/newer-git
suite=${SUITE:-sid}
mkdir -p "$folder"
cd "$folder"

# The mirror that the system uses.
# shellcheck disable=SC2016 # apt expands it
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m1 '/debian/*$') || {
    echo "error: apt knows no mirror of Debian" >&2
    exit 1
}
fetch() { curl --fail --silent --show-error --location --output "$2" "$site/$1"; }
check() {
    echo "$1  $2" | sha256sum --check --quiet
}

fetch "dists/$suite/InRelease" InRelease
gpgv --quiet --keyring /usr/share/keyrings/debian-archive-keyring.gpg --output Release InRelease 2>gpgv.log || {
    cat gpgv.log >&2
    exit 1
}
sum=$(awk '/^SHA256:/ { on = 1 } on && $3 == "main/source/Sources.xz" { print $1; exit }' Release)
if ! check "$sum" Sources.xz >/dev/null 2>&1; then
    fetch "dists/$suite/main/source/Sources.xz" Sources.xz
    check "$sum" Sources.xz
fi
xz --decompress --stdout Sources.xz | awk -v RS= '/^Package: git\n/' >git.txt
version=$(sed -n 's/^Version: 1:\([0-9.]*\).*/\1/p' git.txt)
directory=$(sed -n 's/^Directory: //p' git.txt)
archive=git_$version.orig.tar.xz
sum=$(awk -v name="$archive" '/^Checksums-Sha256:/ { on = 1 } on && $3 == name { print $1; exit }' git.txt)

if ! [ -x "git-$version/bin/git" ]; then
    fetch "$directory/$archive" "$archive"
    check "$sum" "$archive"
    rm -rf source && mkdir source
    tar -xf "$archive" -C source --strip-components=1
    echo "==> Building Git $version (two minutes; the log is $folder/make.log)"
    make -C source -j"$(nproc)" prefix="$folder/git-$version" CFLAGS=-O1 \
        NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1 NO_RUST=1 all install >make.log 2>&1 || {
        tail make.log >&2
        exit 1
    }
    rm -rf source
fi

cd "$top"
PATH=$folder/git-$version/bin:$PATH
export PATH
git version
[ $# -gt 0 ] || set -- --functional
exec Tests/run.sh "$@"
