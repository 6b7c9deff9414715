# Closes the journal: the live release is confirmed. $1: deploy path, $2: live name, $3: a line for the history, then backups to remove.
# shellcheck shell=sh
cd "$1" || exit 1
lit=$(readlink "$2")
printf '%s\n' "$3" >>.lockstep/history || explain .lockstep "cannot write the history"
flush .lockstep/history
rm -f .lockstep/journal .lockstep/journal.next .lockstep/live.next || explain .lockstep "cannot close the journal"
flush .lockstep
# From here on it is only room that is made: an interruption leaves it to the next run or to cleanup.
for path in .lockstep/releases/*; do
  if [ "$path" != "$lit" ]; then rm -rf "$path"; fi
done
for path in .lockstep/staging/* .lockstep/staging/.backup; do rm -rf "$path"; done
shift 3
for name in "$@"; do
  rm -rf "backup/$name" ".lockstep/backups/$name"
done
