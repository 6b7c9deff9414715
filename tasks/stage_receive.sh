# Writes files into staging from standard input. $1: deploy path, $2: live name, $3: release id, then pairs of BYTES NAME.
# shellcheck shell=sh
cd "$1" || exit 1
live=$2
staging=.lockstep/staging/$3
shift 3
me="$(id -u) $(id -g)"
# Where the live set has a file of that name, mode and owner stay what they were.
likeness() {
  stat -c '%a %u %g' "$live/$1" 2>/dev/null
}
while [ $# -gt 1 ]; do
  to=$staging/$2
  mkdir -p "${to%/*}" || explain "$staging" "cannot make a folder for $2"
  # What is there may be a link to a file of the live set: it must not be written through.
  rm -f "$to"
  if [ "$1" -gt 0 ]; then
    dd bs=65536 iflag=fullblock,count_bytes count="$1" of="$to" 2>/dev/null || explain "$staging" "cannot write $2"
  else
    : >"$to" || explain "$staging" "cannot write $2"
  fi
  like=$(likeness "$2")
  if [ -n "$like" ]; then
    mode=${like%% *}
    owner=${like#* }
    if [ "$owner" != "$me" ]; then chown "${owner% *}:${owner#* }" "$to" 2>/dev/null; fi
    if [ "$mode" != 644 ]; then chmod "$mode" "$to"; fi
  fi
  shift 2
done
