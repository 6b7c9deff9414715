# The live set: its digests, its size, its metadata.json. $1: deploy path, $2: live name (or the path of a backup).
# shellcheck shell=sh
cd "$1" 2>/dev/null && enter "$1" "$2" || exit 0
echo "= files"
if [ -z "$reader" ]; then
  digests || die exit "cannot read all of $1/$2"
elif ! digests 2>/dev/null; then
  why="uid ${reader%% *} cannot read all of $1/$2, and root does not read for a user who may exchange names there"
  place=$(pwd -P)
  # shellcheck disable=SC2154 # nl is the prelude's
  case $place in
    "$(cd -P "$1" && pwd -P)"/*) die unsuitable "$why${nl}on the device: chown -hR ${reader%% *} $place" ;;
    *) die unsuitable "$why${nl}on the device: it leads to $place; if that is wrong: rm $1/$2" ;;
  esac
fi
kib=$(du -sk .)
echo "= kib ${kib%%[!0-9]*}"
# What it links to is no part of the set.
if [ -f metadata.json ] && [ ! -L metadata.json ]; then
  echo "= metadata"
  # One that is longer is cut, and then no JSON.
  as_reader head -c 8388608 metadata.json
fi
true
