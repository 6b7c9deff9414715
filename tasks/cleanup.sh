# Removes leftovers. $1: deploy path, then paths below it.
# shellcheck shell=sh
cd "$1" || exit 1
shift
rm -f .lockstep/live.next .lockstep/journal.next
for path in "$@"; do
  rm -rf "./$path" || explain "${path%/*}" "cannot remove $path"
  case $path in backup/*) rm -f ".lockstep/backups/${path#backup/}" ;; esac
done
