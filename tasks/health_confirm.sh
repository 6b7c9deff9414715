# Closes the journal: the live release is confirmed. $1: deploy path, $2: live name, $3: a line for the history, $4: a release that has failed
# here or empty, $5: a release that is well here or empty, then backups to remove.
# shellcheck shell=sh
cd "$1" || exit 1
# From here on the device does not restore itself any more. If it has done so already, there is nothing left to confirm.
disarm
if [ ! -f .lockstep/journal ]; then
  die timeout "the device was not told in time (confirm_timeout) and has brought the old set back by itself"
fi
# Marked before the journal is closed: a cut in between must not make the release look untried.
if [ -n "$4" ]; then
  mkdir -p .lockstep/failed && : >".lockstep/failed/$4" && flush ".lockstep/failed/$4" .lockstep/failed
fi
if [ -n "$5" ] && [ -e ".lockstep/failed/$5" ]; then rm -f ".lockstep/failed/$5"; fi
lit=$(cd "$2" && pwd -P)
printf '%s\n' "$3" >>.lockstep/history || explain .lockstep "cannot write the history"
flush .lockstep/history
rm -f .lockstep/journal .lockstep/journal.next .lockstep/live.next || explain .lockstep "cannot close the journal"
flush .lockstep
# From here on it is only room that is made: an interruption leaves it to the next run or to cleanup.
for path in .lockstep/releases/*; do
  if [ "$(cd "$path" 2>/dev/null && pwd -P)" != "$lit" ]; then rm -rf "$path"; fi
done
for path in .lockstep/staging/* .lockstep/staging/.backup; do
  if [ -e "$path" ] || [ -L "$path" ]; then rm -rf "$path"; fi
done
shift 5
for name in "$@"; do
  # A backup that was made live by hand is the live set.
  if [ "$(cd "backup/$name" 2>/dev/null && pwd -P)" != "$lit" ]; then rm -rf "backup/$name" ".lockstep/backups/$name"; fi
done
