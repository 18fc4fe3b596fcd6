#!/bin/sh
# Builds git-dvc and installs it; see `./install.sh --help`.
#
# POSIX sh, so that a fresh Debian, macOS and a container run the same file.
set -eu

usage() {
    cat <<'EOF'
usage: ./install.sh [--prefix DIR] [--repo DIR]... [--demo]
       ./install.sh --uninstall [--prefix DIR]
       ./install.sh --dependencies-only | --test-dependencies

Builds git-dvc from this folder and installs it. Every form can be run again.

    --prefix DIR         install below DIR (default: /usr/local as root, ~/.local otherwise)
    --repo DIR           then run 'git dvc install' in the repository DIR; can be repeated
    --demo               then show a push and a pull in a temporary folder
    --uninstall          remove the hooks from all prepared repositories, then what was installed
    --build-dir DIR      take the built programs from DIR instead of building
    --dependencies-only  only install the system libraries that a build needs
    --test-dependencies  the same, with what Tests/run.sh needs
    -h, --help           show this text
EOF
}

say() { printf '%s\n' "$*"; }

# fail MESSAGE [HINT]
fail() {
    printf 'error: %s\n' "$1" >&2
    [ -z "${2-}" ] || printf 'hint: %s\n' "$2" >&2
    exit 1
}

misuse() {
    printf 'error: %s\n\n' "$1" >&2
    usage >&2
    exit 2
}

# What gets installed: mode, source ('build:' is the folder of the built programs, 'work:' that of
# what is made while installing, 'link:' a file in the same folder), destination below the prefix.
files() {
    cat <<'EOF'
755 build:git-dvc bin/git-dvc
755 build:dvc-hooks bin/dvc-hooks
755 build:git-remote-dvc bin/git-remote-dvc
755 link:git-remote-dvc bin/git-remote-dvc+https
755 link:git-remote-dvc bin/git-remote-dvc+http
755 hooks/pre-push share/git-dvc/hooks/pre-push
755 hooks/pre-commit share/git-dvc/hooks/pre-commit
755 hooks/post-checkout share/git-dvc/hooks/post-checkout
755 hooks/post-commit share/git-dvc/hooks/post-commit
755 hooks/reference-transaction share/git-dvc/hooks/reference-transaction
644 work:completion.bash share/bash-completion/completions/git-dvc
644 work:completion.zsh share/zsh/site-functions/_git-dvc
644 work:completion.fish share/fish/vendor_conf.d/git-dvc.fish
EOF
    for page in "$source"/docs/man/*.1; do
        printf '644 docs/man/%s share/man/man1/%s\n' "${page##*/}" "${page##*/}"
    done
}

# Where the installed files and the folders made for them are listed, below the prefix.
manifest=share/git-dvc/installed

# --- System libraries ---------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# Debian starts a server as soon as it is installed, for everybody; the tests start their own.
without_services() {
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    status=0
    "$@" || status=$?
    as_root rm -f "$policy"
    return "$status"
}

apt_install() {
    # Without lists apt knows no package; with old ones it asks for versions that are gone.
    set -- env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
    if [ -n "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -n 1)" ]; then
        as_root "$@" </dev/null >"$log" 2>&1 && return
    fi
    as_root apt-get update -qq </dev/null >>"$log" 2>&1 || return
    as_root "$@" </dev/null >>"$log" 2>&1
}

debian_has() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The Debian packages that are not there yet, on one line. What is asked for is the thing itself
# where that can be seen: a compiler from elsewhere is as good as the package.
debian_missing() {
    for package in libyaml-dev libsqlite3-dev libssl-dev libexpat1-dev libcurl4-openssl-dev; do
        debian_has "$package" || printf '%s ' "$package"
    done
    command -v pkg-config >/dev/null || printf 'pkg-config '
    command -v git >/dev/null || printf 'git '
    # Swift links with the C library's and GCC's start files and the static C++ library.
    ls /usr/lib/gcc/*/*/libstdc++.a /usr/lib/gcc/*/*/crtbegin.o >/dev/null 2>&1 || printf 'g++ '
    ls /usr/lib/*/libc.a >/dev/null 2>&1 || printf 'libc6-dev '
    if [ "$for_tests" = yes ]; then
        for program in git-lfs shellcheck busybox zsh fish; do
            command -v "$program" >/dev/null || printf '%s ' "$program"
        done
        command -v man >/dev/null || printf 'man-db '
        [ -x /usr/sbin/nginx ] || printf 'nginx-light '
        [ -x /usr/sbin/sshd ] || printf 'openssh-server '
        python3 -c 'import venv, ensurepip' 2>/dev/null || printf 'python3-venv '
    fi
}

install_dependencies() {
    if [ "$(uname -s)" = Darwin ]; then
        command -v brew >/dev/null ||
            fail "Homebrew is not installed" "get it from https://brew.sh, then run this again"
        missing=
        for package in libyaml sqlite openssl@3 expat curl pkgconf; do
            brew list --versions "$package" >/dev/null 2>&1 || missing="$missing $package"
        done
        if [ -n "$missing" ]; then
            say "Installing system libraries:$missing"
            # shellcheck disable=SC2086 # a list of names
            brew install --quiet $missing >"$log" 2>&1 || show_log "brew could not install$missing"
        fi
        return
    fi
    if ! command -v apt-get >/dev/null; then
        pkg-config --exists yaml-0.1 sqlite3 libcrypto expat libcurl 2>/dev/null ||
            fail "libyaml, SQLite, OpenSSL, expat or libcurl cannot be found" \
                "install their development packages, static libraries included, and pkg-config"
        return
    fi
    missing=$(debian_missing)
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        fail "system packages are missing, and only root can install them" \
            "run: sudo apt-get install -y $missing"
    fi
    say "Installing system packages: $missing"
    # shellcheck disable=SC2086 # a list of names
    without_services apt_install $missing || show_log "apt-get could not install $missing"
}

# Ends with an error and the last lines of what a program said.
show_log() {
    tail -n 20 "$log" >&2
    fail "$1" "the lines above say why"
}

# at_least WANTED FOUND: whether major.minor FOUND is not older.
at_least() {
    [ "${2%%.*}" -gt "${1%%.*}" ] ||
        { [ "${2%%.*}" -eq "${1%%.*}" ] && [ "${2#*.}" -ge "${1#*.}" ]; }
}

# version_of PROGRAM: the first major.minor in what `PROGRAM --version` says, empty without it.
version_of() {
    "$1" --version 2>/dev/null </dev/null |
        sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1
}

require() {
    found=$(version_of "$1")
    [ -n "$found" ] || fail "$1 is not installed, or not on PATH" "$3"
    at_least "$2" "$found" || fail "$1 $found is too old: $2 or newer is needed" "$3"
}

# --- Building and installing --------------------------------------------------------------------

build_programs() {
    require swift 6.1 "get it from https://swift.org/install, then run this again"
    set -- -c release
    if [ "$(uname -s)" = Darwin ]; then
        set -- "$@" -Xlinker -dead_strip
    else
        # -s strips while linking.
        set -- "$@" --static-swift-stdlib -Xlinker -s
        # Read by Package.swift: a folder that has the C++ library as an archive only.
        export GIT_DVC_ARCHIVES="$source/.build/archives"
        mkdir -p "$GIT_DVC_ARCHIVES"
        for archive in /usr/lib/gcc/*/*/libstdc++.a; do
            ln -sf "$archive" "$GIT_DVC_ARCHIVES/"
        done
    fi
    say "Building (the first time takes some minutes)"
    for product in git-dvc dvc-hooks git-remote-dvc; do
        (cd "$source" && swift build "$@" --product "$product") </dev/null >"$log" 2>&1 ||
            show_log "cannot build $product"
    done
    build_dir=$(cd "$source" && swift build "$@" --show-bin-path </dev/null)
}

# make_directory RELATIVE: creates a folder below the prefix and notes those that are new.
make_directory() {
    [ -d "$prefix/$1" ] && return
    case $1 in
    */*) make_directory "${1%/*}" ;;
    *) [ -d "$prefix" ] || make_prefix ;;
    esac
    mkdir "$prefix/$1" || cannot_write "$prefix"
    say "directory $1" >>"$notes"
}

make_prefix() {
    above=$prefix
    while ! [ -d "$above" ]; do
        say "prefix $above" >>"$notes"
        above=$(dirname "$above")
    done
    mkdir -p "$prefix" || cannot_write "$prefix"
}

cannot_write() {
    fail "cannot write below '$1'" "choose another folder with --prefix, or run this as root"
}

# install_file MODE SOURCE RELATIVE: under a temporary name first, so that a program that runs
# meanwhile keeps its file and nobody sees half of one.
install_file() {
    case $3 in */*) make_directory "${3%/*}" ;; esac
    unfinished=$prefix/$3.new.$$
    case $2 in
    link:*) ln -s "${2#link:}" "$unfinished" || cannot_write "$prefix" ;;
    *)
        [ -f "$2" ] ||
            fail "cannot install '$2': there is no such file" "run this without --build-dir"
        cp "$2" "$unfinished" || cannot_write "$prefix"
        chmod "$1" "$unfinished"
        ;;
    esac
    mv -f "$unfinished" "$prefix/$3" || cannot_write "$prefix"
    unfinished=
    say "file $3" >>"$notes"
}

install_files() {
    : >"$notes"
    for shell in bash zsh fish; do
        "$build_dir/git-dvc" completion "$shell" </dev/null >"$work/completion.$shell" ||
            fail "cannot make the completion for $shell" "run this without --build-dir"
    done
    files >"$work/files"
    while read -r mode from to; do
        case $from in
        build:*) from=$build_dir/${from#build:} ;;
        work:*) from=$work/${from#work:} ;;
        link:*) ;;
        *) from=$source/$from ;;
        esac
        install_file "$mode" "$from" "$to"
    done <"$work/files"
    # Files of an older version that this one no longer has go away; folders stay noted.
    if [ -f "$prefix/$manifest" ]; then
        while read -r kind name; do
            case $kind in
            file) grep -qxF "file $name" "$notes" || rm -f "$prefix/$name" ;;
            *) say "$kind $name" >>"$notes" ;;
            esac
        done <"$prefix/$manifest"
    fi
    LC_ALL=C sort -u "$notes" >"$work/manifest"
    install_file 644 "$work/manifest" "$manifest"
    say "Installed git-dvc, dvc-hooks and git-remote-dvc in $prefix/bin"
}

check_path() {
    case :$PATH: in
    *":$prefix/bin:"*) ;;
    *)
        say "Note: $prefix/bin is not on PATH; add this line to your shell's start-up file:"
        # shellcheck disable=SC2016 # the user's shell expands it
        printf '    export PATH="%s/bin:$PATH"\n' "$prefix"
        return
        ;;
    esac
    first=$(command -v git-dvc || true)
    [ "$first" = "$prefix/bin/git-dvc" ] || [ -z "$first" ] ||
        say "Note: another git-dvc comes first on PATH: $first"
}

# --- Repositories, and removing everything ------------------------------------------------------

prepare_repositories() {
    while IFS= read -r repository; do
        [ -n "$repository" ] || continue
        git -C "$repository" dvc install </dev/null || fail "cannot install the hooks in '$repository'"
        say "Prepared $repository"
    done <<EOF
$repositories
EOF
}

clean() {
    if git -C "$1" dvc uninstall </dev/null; then
        say "Removed the hooks from $1"
    else
        failed="$failed
$1"
    fi
}

# find_moved OLD: repositories with our hook that OLD, or a folder above it, may have been renamed
# to: as deep below what is left of the path as OLD was.
find_moved() {
    above=$1
    depth=0
    while ! [ -d "$above" ]; do
        above=$(dirname "$above")
        depth=$((depth + 1))
    done
    # From the root or a home everything would be searched.
    case $above in / | "${HOME-/}") [ "$depth" -le 1 ] || return 0 ;; esac
    find "$above" -mindepth $((depth + 2)) -maxdepth $((depth + 3)) -type f \
        -path '*/hooks/pre-push' 2>/dev/null |
        while IFS= read -r hook; do
            grep -q '^# git-dvc hook, version ' "$hook" || continue
            grep -qF "'$prefix/bin/dvc-hooks'" "$hook" || continue
            found=${hook%/hooks/pre-push}
            say "${found%/.git}"
        done
}

clean_repositories() {
    [ -f "$state/repositories" ] || return 0
    # The command takes lines out of this file, so a copy is read.
    cp "$state/repositories" "$work/repositories"
    while IFS= read -r repository; do
        [ -n "$repository" ] || continue
        if [ -e "$repository/.git" ] || [ -e "$repository/HEAD" ]; then
            clean "$repository"
            continue
        fi
        find_moved "$repository" >"$work/moved"
        [ -s "$work/moved" ] || say "Note: $repository is gone; nothing to remove there"
        while IFS= read -r found; do
            say "Note: $repository is gone; found our hook in $found"
            clean "$found"
        done <"$work/moved"
    done <"$work/repositories"
    [ -z "$failed" ] || fail "these repositories still have our hooks:$failed" \
        "see above; nothing else was removed, so run this again afterwards"
    rm -f "$state/repositories"
}

uninstall() {
    if [ -x "$prefix/bin/git-dvc" ]; then
        clean_repositories
    elif [ -s "$state/repositories" ]; then
        fail "git-dvc is not installed in '$prefix', but repositories are prepared for it" \
            "name the right folder with --prefix; the repositories: $state/repositories"
    fi
    # The state folder, and its parent where it was made for us alone.
    if rmdir "$state" 2>/dev/null; then rmdir "${state%/*}" 2>/dev/null || true; fi
    if [ -f "$prefix/$manifest" ]; then
        cp "$prefix/$manifest" "$notes"
        say "file $manifest" >>"$notes"
    else
        say "Nothing is installed in $prefix"
        return
    fi
    while read -r kind name; do
        case $kind:/$name/ in
        *:*/../*) ;;
        file:*) rm -f "$prefix/$name" || cannot_write "$prefix" ;;
        esac
    done <"$notes"
    # Reversed, a folder comes after those in it; "prefix" is the folder itself and what is above.
    # Others may have put something there meanwhile: only empty ones go.
    LC_ALL=C sort -ru "$notes" >"$work/manifest"
    for folders in directory prefix; do
        while read -r kind name; do
            [ "$kind" = "$folders" ] || continue
            [ "$kind" = prefix ] || name=$prefix/$name
            rmdir "$name" 2>/dev/null || true
        done <"$work/manifest"
    done
    say "Removed git-dvc from $prefix"
}

# --- Options ------------------------------------------------------------------------------------

source=$(cd "$(dirname "$0")" && pwd)
prefix=
repositories=
action=install
demo=no
for_tests=no
build_dir=${GIT_DVC_BUILD_DIR-}
failed=
unfinished=

absolute() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s/%s\n' "$(pwd)" "$1" ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
    --prefix=* | --repo=* | --build-dir=*)
        option=${1%%=*}
        value=${1#*=}
        shift
        set -- "$option" "$value" "$@"
        ;;
    esac
    case $1 in
    --prefix | --repo | --build-dir)
        [ -n "${2-}" ] || misuse "$1 needs a folder"
        case $1 in
        --prefix) prefix=$(absolute "$2") ;;
        --build-dir) build_dir=$(absolute "$2") ;;
        --repo) repositories="$repositories
$(absolute "$2")" ;;
        esac
        shift
        ;;
    --demo) demo=yes ;;
    --uninstall) action=uninstall ;;
    --dependencies-only) action=dependencies ;;
    --test-dependencies) action=dependencies for_tests=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) misuse "unknown option '$1'" ;;
    esac
    shift
done

if [ "$action" != install ] && { [ "$demo" = yes ] || [ -n "$repositories" ]; }; then
    misuse "--demo and --repo go with an installation only"
fi

if [ -z "$prefix" ]; then
    if [ "$(id -u)" -eq 0 ]; then
        prefix=/usr/local
    else
        [ -n "${HOME-}" ] || fail "HOME is not set" "say where to install with --prefix"
        prefix=$HOME/.local
    fi
fi
[ "$prefix" = / ] || prefix=${prefix%/}

# Started from a git hook or alias, git's variables would point all of the below at one repository.
if command -v git >/dev/null; then
    # shellcheck disable=SC2046 # a list of names
    unset $(git rev-parse --local-env-vars)
fi

state=${XDG_STATE_HOME:-${HOME-/nonexistent}/.local/state}/git-dvc
work=$(mktemp -d "${TMPDIR:-/tmp}/git-dvc-install.XXXXXX")
log=$work/log
notes=$work/notes
trap 'rm -rf "$work"; [ -z "$unfinished" ] || rm -f "$unfinished"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

case $action in
dependencies)
    install_dependencies
    require git 2.30 "install a newer git"
    ;;
uninstall)
    PATH=$prefix/bin:$PATH
    uninstall
    ;;
install)
    if [ -z "$build_dir" ]; then
        install_dependencies
        require git 2.30 "install a newer git"
        build_programs
    fi
    install_files
    check_path
    PATH=$prefix/bin:$PATH
    export PATH
    prepare_repositories
    [ "$demo" = no ] || sh "$source/docs/demo/demo.sh"
    ;;
esac
