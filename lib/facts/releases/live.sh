# The live set: its digests, its size, its metadata.json. Takes root (the deploy path) and place (the live name, or the path of a backup).
# shellcheck shell=sh disable=SC2154 # the arguments
cd "$root" 2>/dev/null && enter "$root" "$place" || exit 0
echo "= files"
if [ -z "$reader" ]; then
  digests || die exit "cannot read all of $root/$place"
elif ! digests 2>/dev/null; then
  why="uid ${reader%% *} cannot read all of $root/$place, and root does not read for a user who may exchange names there"
  real_path=$(pwd -P)
  case $real_path in
    "$(cd -P "$root" && pwd -P)"/*) die unsuitable "$why${nl}on the device: chown -hR ${reader%% *} $real_path" ;;
    *) die unsuitable "$why${nl}on the device: it leads to $real_path; if that is wrong: rm $root/$place" ;;
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
