# Runs on the device by itself, long after the session that armed it (see commit_arm.sh): brings the old set back unless the new one was
# confirmed. $1: deploy path, $2: run, $3: seconds to wait first, or now, or boot (before the service is started).
# shellcheck shell=sh
cd "$1" || exit 1
run=$2
LOCKSTEP_UMASK=$(umask)
export LOCKSTEP_UMASK
case $3 in
  now | boot) ;;
  *) sleep "$3" ;;
esac
restore=.lockstep/restore
# told NAME: what note of commit_arm.sh has kept.
told() {
  value=$(cat "$restore/$1")
  printf '%s' "${value%.}"
}

# Only who moves the token may act; who is about to says so before, so that a run that comes too late for the token waits for the end of it.
# After a reboot, a restore that was cut short goes on.
cut=
if [ "$3" = boot ] && [ -f .lockstep/firing ]; then cut=yes; fi
echo "$$ $(started $$) $(boot_id)" >".lockstep/firing.$$"
mv ".lockstep/firing.$$" .lockstep/firing
if ! mv ".lockstep/armed.$run" .lockstep/disarmed 2>/dev/null && [ -z "$cut" ]; then
  rm -f .lockstep/firing
  exit 0
fi
# finish: nothing of this waits any more. The last thing is what a run waits for that goes on then, and makes all of it anew.
finish() {
  if [ -f "$restore/unit" ]; then systemctl disable --quiet "$(cat "$restore/unit").service" 2>/dev/null; fi
  rm -rf "$restore" .lockstep/disarmed
  flush .lockstep
  rm -f .lockstep/firing
}

# Where a journal is, its switch is not confirmed, whichever run has written it.
previous=$(field previous .lockstep/journal)
if [ -z "$previous" ]; then
  finish
  exit 0
fi
settle_folder
failed=$(field release .lockstep/journal)
live=$(told live)
if [ -d "$live" ] && [ ! -L "$live" ]; then
  # Announced, and then never switched.
  rm -f .lockstep/journal .lockstep/journal.next .lockstep/live.next
  finish
  exit 0
fi
printf 'release=%s\nprevious=%s\nrun=%s\nsince=%s\nrestarted=\n' \
  "$previous" "$previous" "$run" "$(field since .lockstep/journal)" >.lockstep/journal.next
flush .lockstep/journal.next
mv .lockstep/journal.next .lockstep/journal
rm -f .lockstep/live.next
ln -s "$previous" .lockstep/live.next
rename_over "$(told rename)" .lockstep/live.next "$live" || exit 1
flush . .lockstep
manager=$(told manager)
if [ "$3" != boot ] && [ "$manager" != none ]; then
  sh "$restore/restart" "$1" "$manager" "$(told service)" "$(told command)" "$(told limit)" "$(told settle)" "$(told may)"
fi
printf '{"at":"%s","run":"%s","event":"restored","release":"%s","version":null,"previous":"%s"}\n' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$run" "${previous##*/}" "${failed##*/}" >>.lockstep/history
rm -f .lockstep/journal
flush .lockstep/history .lockstep
finish
