#!/bin/sh
# Shows the main job in a temporary folder, on a bare Git repository and a directory as DVC remote.
#
# `./install.sh --demo` runs it after installing; alone it needs git-dvc on PATH. It checks every
# result, so it is a test as well. No Python and no DVC: what project/ holds to compare with was made
# by make-project.sh.
set -eu

usage() {
    cat <<'EOF'
usage: docs/demo/demo.sh [--keep DIR]

    --keep DIR    work in DIR, which must not exist yet, and leave it there
EOF
}

here=$(cd "$(dirname "$0")" && pwd)
keep=
while [ $# -gt 0 ]; do
    case $1 in
    --keep)
        keep=${2-}
        [ -n "$keep" ] || { usage >&2; exit 2; }
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

wrong() {
    printf '\nerror: the demo did not go as it should: %s\n' "$1" >&2
    exit 1
}

command -v git-dvc >/dev/null || {
    echo "error: git-dvc is not on PATH" >&2
    echo "hint: run ./install.sh --demo" >&2
    exit 1
}

if [ -n "$keep" ]; then
    mkdir "$keep" || exit
    work=$(cd "$keep" && pwd)
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/git-dvc-demo.XXXXXX")
    trap 'cd / && rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
fi

# Nothing of the user's own settings counts in here, and nothing is written to them.
# shellcheck disable=SC2046 # a list of names
unset $(git rev-parse --local-env-vars) XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_DATA_HOME
unset DVC_SKIP DVC_SKIP_PUSH DVC_PROGRESS_FILE
mkdir "$work/home"
export HOME="$work/home"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$work/home/.gitconfig" GIT_TERMINAL_PROMPT=0
export DVC_SYSTEM_CONFIG_DIR="$work/home/dvc" DVC_GLOBAL_CONFIG_DIR="$work/home/dvc"
git config --global user.name "Demo"
git config --global user.email "demo@example.org"
git config --global init.defaultBranch main
git config --global advice.detachedHead false
exec </dev/null

# step WORDS: a heading.
step() { printf '\n== %s\n' "$*"; }

# shown COMMAND...: prints the command as one would type it, then runs it; `status` is its result
# and `said` is everything it said.
shown() {
    line=
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=@^-]*) word="'$word'" ;;
        esac
        line="$line $word"
    done
    printf '$%s\n' "$line"
    status=0
    "$@" >"$work/said" 2>&1 || status=$?
    said=$(cat "$work/said")
    [ -z "$said" ] || printf '%s\n' "$said"
}

works() {
    shown "$@"
    [ "$status" -eq 0 ] || wrong "'$*' ended with $status"
}

refused() {
    shown "$@"
    [ "$status" -ne 0 ] || wrong "'$*' was not refused"
    printf '(exit status %s)\n' "$status"
}

# The objects on the DVC remote, as "<folder>/<name>", sorted.
objects() { (cd "$work/storage" && find . -type f | LC_ALL=C sort); }

# What the bare repository has as main, empty without that branch.
published() { git ls-remote "$work/project.git" refs/heads/main | cut -f 1; }

expect_objects() {
    [ "$(objects)" = "$1" ] || wrong "the DVC remote holds
$(objects)
instead of
$1"
}

# What the remote must hold: the same names as the cache that real DVC wrote.
first_objects='./files/md5/0c/511b8d5e9f9f82f4c8b2733e749ba0
./files/md5/3d/e83bf91461e78504dcdadc5b3921aa
./files/md5/44/f332037d3c9b6d1bd3090770982dfc.dir
./files/md5/d4/1d8cd98f00b204e9800998ecf8427e
./files/md5/ec/f729b669a36bec636fc990085a3286'
model_object=./files/md5/b2/ea9f7fcea831a4a63b213f41a8855b
all_objects=$(printf '%s\n%s\n' "$first_objects" "$model_object" | LC_ALL=C sort)

# same FILE OF_DVC: what we wrote is what real DVC wrote when project/ was made.
same() { cmp -s "$1" "$here/project/$2" || wrong "$1 is not what DVC makes of the same data"; }

step "An empty folder becomes a DVC project; the DVC remote is a directory"
mkdir "$work/storage" "$work/project"
git init -q --bare "$work/project.git"
cd "$work/project"
works git init -q
works git remote add origin ../project.git
works git dvc init -q
works git dvc remote add -d storage ../storage
same .dvc/config dvc/config
same .dvc/.gitignore dvc/gitignore
same .dvcignore dvcignore
works git dvc install
[ -x .git/hooks/pre-push ] || wrong "there is no pre-push hook"

step "A directory of readings becomes data"
cp -R "$here/project/readings" .
works git dvc add readings
same readings.dvc readings.dvc.txt
works cat readings.dvc

step "Commit the data's metafile and push: the data goes first, then the branch"
works git add .
works git commit -q -m "Add the readings of 2026"
works git push origin main
[ "$(published)" = "$(git rev-parse HEAD)" ] || wrong "the branch was not published"

step "Look at the DVC remote: four files, and the list that makes them a directory"
works find ../storage -type f
expect_objects "$first_objects"
for object in $first_objects; do
    cmp -s ".dvc/cache/$object" "../storage/$object" || wrong "$object differs from the cache"
done

step "Push again: nothing to do"
works git push origin main
expect_objects "$first_objects"

step "Commit a model, but the DVC remote is broken: a file is in its place"
cp "$here/project/model.bin" .
works git dvc add -q model.bin
same model.bin.dvc model.bin.dvc.txt
same .gitignore gitignore
[ -f ".dvc/cache/$model_object" ] || wrong "the model is not in the cache"
works git add model.bin.dvc .gitignore
works git commit -q -m "Add the model"
works mv ../storage ../storage.away
works touch ../storage
before=$(published)
refused git push origin main
case $said in *error:*) ;; *) wrong "the refusal has no error line" ;; esac

step "The branch did not move: nobody can fetch a commit whose data is missing"
works git ls-remote origin
[ "$(published)" = "$before" ] || wrong "the branch moved"
[ "$before" = "$(git rev-parse HEAD^)" ] || wrong "the branch is not where the first push left it"

step "Repair the remote and push again"
works rm ../storage
works mv ../storage.away ../storage
works git push origin main
expect_objects "$all_objects"
[ "$(published)" = "$(git rev-parse HEAD)" ] || wrong "the branch was not published"

step "Somebody else clones and gets every byte"
cd "$work"
works git clone -q project.git copy
cd copy
[ ! -e readings ] || wrong "the data came without being asked for"
works git dvc pull
works diff -r ../project/readings readings
works cmp ../project/model.bin model.bin
cmp -s "$here/project/model.bin" model.bin || wrong "the model differs from what DVC recorded"
works git status --short
[ -z "$said" ] || wrong "the clone is not clean"

printf '\nThe demo went as it should.\n'
[ -z "$keep" ] || printf 'It is all in %s\n' "$work"
