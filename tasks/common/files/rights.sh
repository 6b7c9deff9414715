# Gives files a mode and an owner. Takes belongs_to (USER, USER:GROUP, :GROUP or empty), then two words a file: PATH and MODE (or empty).
# shellcheck shell=sh disable=SC2154 # the arguments
while [ $# -gt 1 ]; do
  if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$1")" ]; then
    die unsuitable "another user can replace names in the path of $1, or the file itself"
  fi
  if [ -L "$1" ] || [ ! -f "$1" ]; then die mismatch "$1 is no longer the file that it was a moment ago"; fi
  # Changing the owner clears some of the mode.
  if [ -n "$belongs_to" ] && ! chown -h "$belongs_to" "$1"; then
    if [ "$LOCKSTEP_UID" = 0 ]; then die unsuitable "cannot give $1 to $belongs_to"; fi
    die privilege "$(id -un 2>/dev/null || id -u) cannot give $1 to $belongs_to"
  fi
  if [ -n "$2" ] && ! chmod "$2" "$1"; then die privilege "$(id -un 2>/dev/null || id -u) cannot set the mode of $1"; fi
  flush "$1"
  shift 2
done
