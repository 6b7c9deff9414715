# Writes files into staging, from standard input and from older versions of them in the live set, which are only read. $1: deploy path,
# $2: live name, $3: release id, then four words a file: NAME, KEPT, BLOCKSIZE and PARTS. Of the staged file so many bytes are kept; what
# follows is PARTS: BYTES from standard input, zBYTES gzipped, or AT:BLOCK+COUNT from the older version, where AT is how long the file is by then.
# shellcheck shell=sh
own "$1"
root=$1
live=../$2
staging=staging/$3
shift 3

# older DEPLOY_PATH LIVE NAME BLOCKSIZE BLOCK+COUNT: blocks of the older version, as who may read it reads them.
older() (
  enter "$1" "$2" && reader_for "$3" || exit 1
  as_reader dd if="./$3" bs="$4" skip="${5%+*}" count="${5#*+}" 2>/dev/null
)

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
        older "$root" "$live" "$1" "$3" "$part"
        ;;
      z*) receive "${part#z}" | gzip -dc 2>/dev/null ;;
      *) receive "$part" ;;
    esac || explain "$staging" "cannot write $1"
  done >>"$to"
  # Where the live set has a file of that name, mode and owner stay what they were. Else it belongs to whom the set belongs.
  if [ -f "$live/$1" ] && ! is_linked "$live" "$1"; then
    rights "$to" "$live" "$1"
  elif [ -d "$live" ]; then
    owner=$(stat -c '%u:%g' "$to" "$live/.")
    if [ "${owner%%"$nl"*}" != "${owner#*"$nl"}" ]; then chown -h "${owner#*"$nl"}" "$to" 2>/dev/null; fi
  fi
  shift 4
done
