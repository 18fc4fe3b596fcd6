#!/bin/sh
# Fuzzes the parsers: Tests/Fuzz/run.sh [-s <seconds for each>] [-m] [<target>...], all targets without names.
#
# An input that breaks one is left in .build/fuzz/found; add it to Tests/Fuzz/corpus with
# `Tests/Fuzz/corpus.py add <target> <file>`, so that the unit tests replay it. -m afterwards takes what
# was learned into the corpus.
set -eu

seconds=600
merge=no
while getopts s:m option; do
    case $option in
    s) seconds=$OPTARG ;;
    m) merge=yes ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

cd "$(dirname "$0")/../.."
export GIT_DVC_FUZZ=1
# Apart from the ordinary build: everything is compiled to report what it runs through.
swift build -c release --scratch-path .build/fuzz --product fuzz \
    -Xswiftc -sanitize=fuzzer -Xlinker -z -Xlinker muldefs
fuzz=.build/fuzz/release/fuzz
export SWIFT_BACKTRACE=enable=no

# shellcheck disable=SC2046 # a list of names
[ $# -gt 0 ] || set -- $(python3 Tests/Fuzz/corpus.py targets)
failed=
for target; do
    python3 Tests/Fuzz/corpus.py unpack "$target" ".build/fuzz/seeds/$target"
    mkdir -p ".build/fuzz/learned/$target" .build/fuzz/found
    log=.build/fuzz/$target.log
    FUZZ_TARGET=$target "$fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=4096 -print_final_stats=1 -artifact_prefix=".build/fuzz/found/$target-" \
        ".build/fuzz/learned/$target" ".build/fuzz/seeds/$target" >"$log" 2>&1 || failed="$failed $target"
    printf '%s: %s\n' "$target" "$(grep -E '^Done|^SUMMARY' "$log" | tail -n 1)"
    if [ "$merge" = yes ]; then
        rm -rf ".build/fuzz/merged/$target"
        mkdir -p ".build/fuzz/merged/$target"
        FUZZ_TARGET=$target "$fuzz" -merge=1 -max_len=512 ".build/fuzz/merged/$target" \
            ".build/fuzz/seeds/$target" ".build/fuzz/learned/$target" >>"$log" 2>&1
        python3 Tests/Fuzz/corpus.py take "$target" ".build/fuzz/merged/$target"
    fi
done
[ -z "$failed" ] || { printf 'FAILED:%s (logs and inputs in .build/fuzz)\n' "$failed"; exit 1; }
