# Closes the journal: the live release is confirmed. Takes root (the deploy path), live (the live name), entry (a line for the history), failed
# (a release that has failed here, or empty), mark (a line that says when and why) and well (a release that is well here, or empty), then
# backups to remove.
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
# From here on the device does not restore itself any more. If it has done so already, there is nothing left to confirm.
disarm "$root"
if [ ! -f journal ]; then
  die timeout "the device was not told in time (confirm_timeout) and has brought the old set back by itself"
fi
# Marked before the journal is closed: a cut in between must not make the release look untried.
if [ -n "$failed" ]; then
  mkdir -p failed && printf '%s\n' "$mark" >"failed/$failed" && flush "failed/$failed" failed
fi
if [ -n "$well" ] && [ -e "failed/$well" ]; then rm -f "failed/$well"; fi
lit=$(cd "../$live" && pwd -P)
printf '%s\n' "$entry" >>history || explain . "cannot write the history"
flush history
rm -f journal journal.next live.next || explain . "cannot close the journal"
flush .
# From here on it is only room that is made: an interruption leaves it to the next run or to cleanup.
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
