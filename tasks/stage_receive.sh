# Writes files into staging, from standard input and from older versions of them in the live set, which are only read. $1: deploy path,
# $2: live name, $3: release id, then four words a file: NAME, KEPT, BLOCKSIZE and PARTS. Of the staged file so many bytes are kept; what
# follows is PARTS: BYTES from standard input, zBYTES gzipped, or AT:BLOCK+COUNT from the older version, where AT is how long the file is by then.
# shellcheck shell=sh
cd "$1" || exit 1
live=$2
staging=.lockstep/staging/$3
shift 3
while [ $# -gt 3 ]; do
  to=$staging/$1
  # What is there may be a link to a file of the live set: it must not be written through.
  if [ "$2" -gt 0 ]; then
    if [ -L "$to" ] || [ "$(stat -c '%h %s' "$to")" != "1 $2" ]; then
      die mismatch "$1 in staging is not any more what it was a moment ago"
    fi
    # A mode that it was given when its bytes ended too early.
    if [ ! -w "$to" ]; then chmod u+w "$to"; fi
  else
    if [ ! -d "${to%/*}" ]; then mkdir -p "${to%/*}" || explain "$staging" "cannot make a folder for $1"; fi
    if [ -e "$to" ] || [ -L "$to" ]; then rm -f "$to"; fi
    : >"$to" || explain "$staging" "cannot write $1"
  fi
  # shellcheck disable=SC2094 # only its length is read
  for part in $4; do
    case $part in
      *:*)
        # Input that was cut ends a part too early. Nothing may follow it, so that the next run can go on from there.
        if [ "$(stat -c %s "$to")" != "${part%:*}" ]; then die mismatch "what was sent of $1, or its older version, ended too early"; fi
        part=${part#*:}
        dd if="$live/$1" bs="$3" skip="${part%+*}" count="${part#*+}" 2>/dev/null
        ;;
      z*) receive "${part#z}" | gzip -dc 2>/dev/null ;;
      *) receive "$part" ;;
    esac || explain "$staging" "cannot write $1"
  done >>"$to"
  # Where the live set has a file of that name, mode and owner stay what they were.
  like=
  if [ -f "$live/$1" ]; then
    like=$(stat -c '%a %u %g' "$to" "$live/$1")
  elif [ -d "$live" ]; then
    # A new file belongs to whom the set belongs.
    like=$(stat -c '644 %u %g' "$to" "$live/.")
  fi
  if [ -n "$like" ]; then
    mine=${like%%"$nl"*}
    like=${like#*"$nl"}
    mode=${like%% *}
    owner=${like#* }
    if [ "$owner" != "${mine#* }" ]; then chown "${owner% *}:${owner#* }" "$to" 2>/dev/null; fi
    if [ "$mode" != 644 ]; then chmod "$mode" "$to"; fi
  fi
  shift 4
done
