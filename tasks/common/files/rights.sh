# Gives files a mode and an owner. $1: to whom they are to belong (USER, USER:GROUP, :GROUP or empty), then two words a file: PATH and MODE (or
# empty).
# shellcheck shell=sh
owner=$1
shift
while [ $# -gt 1 ]; do
  if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$1")" ]; then
    die unsuitable "somebody else can exchange names on the way to $1, or the file itself"
  fi
  if [ -L "$1" ] || [ ! -f "$1" ]; then die mismatch "$1 is not any more the file that it was a moment ago"; fi
  # Changing the owner clears some of the mode.
  if [ -n "$owner" ] && ! chown -h "$owner" "$1"; then
    if [ "$LOCKSTEP_UID" = 0 ]; then die unsuitable "cannot give $1 to $owner"; fi
    die privilege "$(id -un 2>/dev/null || id -u) cannot give $1 to $owner"
  fi
  if [ -n "$2" ] && ! chmod "$2" "$1"; then die privilege "$(id -un 2>/dev/null || id -u) cannot set the mode of $1"; fi
  flush "$1"
  shift 2
done
