# The live set: its digests, its size, its metadata.json. $1: deploy path, $2: live name (or the path of a backup).
# shellcheck shell=sh
cd "$1/$2" 2>/dev/null || exit 0
echo "= files"
digests . || die exit "cannot read all of $1/$2"
kib=$(du -sk .)
echo "= kib ${kib%%[!0-9]*}"
if [ -f metadata.json ] && [ "$(wc -c <metadata.json)" -lt 8388608 ]; then
  echo "= metadata"
  cat metadata.json
fi
true
