# Writes files into staging from standard input. $1: deploy path, $2: live name, $3: release id, then pairs of BYTES NAME.
# shellcheck shell=sh
cd "$1" || exit 1
live=$2
staging=.lockstep/staging/$3
shift 3
me="$(id -u) $(id -g)"
while [ $# -gt 1 ]; do
  to=$staging/$2
  if [ ! -d "${to%/*}" ]; then mkdir -p "${to%/*}" || explain "$staging" "cannot make a folder for $2"; fi
  # What is there may be a link to a file of the live set: it must not be written through.
  if [ -e "$to" ] || [ -L "$to" ]; then rm -f "$to"; fi
  if [ "$1" -gt 0 ]; then
    receive "$1" "$to" || explain "$staging" "cannot write $2"
  else
    : >"$to" || explain "$staging" "cannot write $2"
  fi
  # Where the live set has a file of that name, mode and owner stay what they were.
  like=
  if [ -f "$live/$2" ]; then
    like=$(stat -c '%a %u %g' "$live/$2")
  elif [ -d "$live" ]; then
    # A new file belongs to whom the set belongs.
    like="644 $(stat -c '%u %g' "$live/.")"
  fi
  if [ -n "$like" ]; then
    mode=${like%% *}
    owner=${like#* }
    if [ "$owner" != "$me" ]; then chown "${owner% *}:${owner#* }" "$to" 2>/dev/null; fi
    if [ "$mode" != 644 ]; then chmod "$mode" "$to"; fi
  fi
  shift 2
done
