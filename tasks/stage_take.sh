# Puts files that the device has into staging. $1: deploy path, $2: release id, $3: keep or fresh, then pairs of SOURCE NAME.
# A link to a file of a release costs no room and no wear; the staged name is never written to afterwards (see stage_receive.sh). A backup
# stays a copy of its own, so that nothing that writes to the live set can reach it.
# shellcheck shell=sh
cd "$1" || exit 1
staging=.lockstep/staging/$2
if [ "$3" = fresh ] && [ -e "$staging" ]; then rm -rf "$staging"; fi
mkdir -p "$staging" || explain "$1" "cannot make $staging"
shift 3
while [ $# -gt 1 ]; do
  to=$staging/$2
  if [ ! -d "${to%/*}" ]; then mkdir -p "${to%/*}" || explain "$staging" "cannot make a folder for $2"; fi
  if [ -e "$to" ] || [ -L "$to" ]; then rm -f "$to"; fi
  mine=no
  case $1 in
    .lockstep/releases/*) mine=yes ;;
    backup/*) ;;
    # A live folder becomes a release of ours; what a link leads to elsewhere is somebody else's.
    *) if [ ! -L "${1%%/*}" ]; then mine=yes; fi ;;
  esac
  { [ "$mine" = yes ] && ln "$1" "$to" 2>/dev/null; } || cp -p "$1" "$to" || explain "$staging" "cannot copy $1"
  shift 2
done
