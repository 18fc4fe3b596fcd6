#!/bin/sh
# Makes docs/demo/project with real DVC: `DVC=.build/venv/bin/dvc docs/demo/make-project.sh`.
#
# The demo carries the result, to compare its own with, because it must run without Python and DVC.
# The names in it have no leading dot and metafiles end in .txt, or this repository itself would look
# like a DVC project to git-dvc and to DVC.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dvc=$(command -v "${DVC:-dvc}")
case $dvc in /*) ;; *) dvc=$(pwd)/$dvc ;; esac
"$dvc" --version | grep -qx '3\.67\.1' || {
    echo "error: this is made with DVC 3.67.1, but $dvc is another version" >&2
    exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/git-dvc-project.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$work/site"
export DVC_GLOBAL_CONFIG_DIR="$work/global" DVC_SYSTEM_CONFIG_DIR="$work/system"
mkdir -p "$HOME" "$work/project"
cd "$work/project"

git init -q -b main
"$dvc" init -q
"$dvc" remote add -q -d storage ../storage

mkdir -p readings/2026
printf 'time,celsius\n06:00,3.1\n12:00,9.4\n18:00,6.2\n' >readings/2026/march.csv
printf 'time,celsius\n06:00,7.8\n12:00,15.0\n18:00,11.3\n' >readings/2026/april.csv
printf 'station 12, roof, north side\n' >readings/station.txt
: >'readings/no readings in winter.txt'
"$dvc" add -q readings

# Every byte value, so that nothing on the way may take the model for text.
LC_ALL=C awk 'BEGIN { for (n = 0; n < 1024; n++) printf "%c", n % 256 }' >model.bin
"$dvc" add -q model.bin

rm -rf "$here/project"
mkdir -p "$here/project/dvc"
cp -R readings model.bin "$here/project"
cp .gitignore "$here/project/gitignore"
cp .dvcignore "$here/project/dvcignore"
cp readings.dvc "$here/project/readings.dvc.txt"
cp model.bin.dvc "$here/project/model.bin.dvc.txt"
cp .dvc/config "$here/project/dvc/config"
cp .dvc/.gitignore "$here/project/dvc/gitignore"
chmod -R u+w "$here/project"
