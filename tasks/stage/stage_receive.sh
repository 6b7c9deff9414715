# Writes files into staging, from standard input and from older versions of them in the live set, which are only read. Takes root (the deploy
# path), live (the live name) and release (its id), then four words a file: NAME, KEPT, BLOCKSIZE and PARTS. Of the staged file so many bytes
# are kept; what follows is PARTS: BYTES from standard input, zBYTES gzipped, or AT:BLOCK+COUNT from the older version, where AT is how long the
# file is by then.
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
live_path=../$live
staging=staging/$release

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
      die mismatch "$1 in staging has changed since a moment ago"
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
        if [ "$(stat -c %s "$to")" != "${part%:*}" ]; then die mismatch "the data sent for $1, or its older version, ended too early"; fi
        part=${part#*:}
        older "$root" "$live_path" "$1" "$3" "$part"
        ;;
      z*) receive "${part#z}" | gzip -dc 2>/dev/null ;;
      *) receive "$part" ;;
    esac || explain "$staging" "cannot write $1"
  done >>"$to"
  # Where the live set has a file of that name, mode and owner stay what they were. Else it belongs to whom the set belongs.
  if [ -f "$live_path/$1" ] && ! is_linked "$live_path" "$1"; then
    rights "$to" "$live_path" "$1"
  elif [ -d "$live_path" ]; then
    owner=$(stat -c '%u:%g' "$to" "$live_path/.")
    if [ "${owner%%"$nl"*}" != "${owner#*"$nl"}" ]; then chown -h "${owner#*"$nl"}" "$to" 2>/dev/null; fi
  fi
  shift 4
done
