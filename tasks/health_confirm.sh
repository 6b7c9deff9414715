# Closes the journal: the live release is confirmed. $1: deploy path, $2: live name, $3: a line for the history, $4: a release that has failed
# here or empty, $5: a line that says when and why, $6: a release that is well here or empty, then backups to remove.
# shellcheck shell=sh
own "$1"
# From here on the device does not restore itself any more. If it has done so already, there is nothing left to confirm.
disarm "$1"
if [ ! -f journal ]; then
  die timeout "the device was not told in time (confirm_timeout) and has brought the old set back by itself"
fi
# Marked before the journal is closed: a cut in between must not make the release look untried.
if [ -n "$4" ]; then
  mkdir -p failed && printf '%s\n' "$5" >"failed/$4" && flush "failed/$4" failed
fi
if [ -n "$6" ] && [ -e "failed/$6" ]; then rm -f "failed/$6"; fi
lit=$(cd "../$2" && pwd -P)
printf '%s\n' "$3" >>history || explain . "cannot write the history"
flush history
rm -f journal journal.next live.next || explain . "cannot close the journal"
flush .
# From here on it is only room that is made: an interruption leaves it to the next run or to cleanup.
root=$1
shift 6
(
  cd -P releases || exit
  for name in *; do
    if [ "$(cd "./$name" 2>/dev/null && pwd -P)" != "$lit" ]; then remove "$name"; fi
  done
)
(
  cd -P staging 2>/dev/null || exit
  for name in * .backup; do
    if [ -e "$name" ] || [ -L "$name" ]; then remove "$name"; fi
  done
)
for name in "$@"; do
  # A backup that was made live by hand is the live set.
  if [ "$(cd "../backup/$name" 2>/dev/null && pwd -P)" = "$lit" ]; then continue; fi
  (enter_backups "$root" && remove "$name") && rm -f "backups/$name"
done
true
