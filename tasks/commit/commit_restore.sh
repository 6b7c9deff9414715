# Runs on the device by itself, long after the session that armed it (see commit_arm.sh): brings the old set back unless the new one was
# confirmed. It is started in the state folder, which is the current one. Takes root: the deploy path, run, and when: seconds to wait first, or
# now, or boot (before the service is started).
# shellcheck shell=sh disable=SC2154,SC2034 # the arguments, and those of restart.sh

# told NAME: what note of commit_arm.sh has kept.
told() {
  value=$(cat "restore/$1")
  printf '%s' "${value%.}"
}
case $when in
  now | boot) ;;
  *) sleep "$when" ;;
esac
LOCKSTEP_UMASK=$(umask)
LOCKSTEP_UID=$(id -u)
LOCKSTEP_SUDO_UID=$(told trusted)
export LOCKSTEP_UMASK LOCKSTEP_UID LOCKSTEP_SUDO_UID
# Anyone who owns the deploy path may have put another folder here since.
# shellcheck disable=SC3013
[ .. -ef "$root" ] && [ -z "$(open_state)" ] || exit 1

# Only who moves the token may act; who is about to says so before, so that a run that comes too late for the token waits for the end of it.
# After a reboot, a restore that was cut short goes on.
cut=
if [ "$when" = boot ] && [ -f firing ]; then cut=yes; fi
echo "$$ $(started $$) $(boot_id)" >"firing.$$"
mv "firing.$$" firing
if ! mv "armed.$run" disarmed 2>/dev/null && [ -z "$cut" ]; then
  rm -f firing
  exit 0
fi
# word TEXT: a text that needs no escape in JSON; nothing where it is another.
word() {
  case $1 in *[!A-Za-z0-9._-]*) ;; *) printf '%s' "$1" ;; esac
}
# finish: nothing of this waits any more. The last thing is what a run waits for that goes on then, and makes all of it again.
finish() {
  if [ -f restore/unit ]; then forget_unit "$(cat restore/unit)"; fi
  rm -rf restore disarmed
  flush .
  rm -f firing
}

# Where a journal is, its switch is not confirmed, whichever run has written it.
previous=$(field previous journal)
if [ -z "$previous" ]; then
  finish
  exit 0
fi
settle_folder
failed=$(field release journal)
live=../$(told live)
if [ -d "$live" ] && [ ! -L "$live" ]; then
  # Announced, and then never switched.
  rm -f journal journal.next live.next
  finish
  exit 0
fi
printf 'release=%s\nprevious=%s\nrun=%s\nsince=%s\nrestarted=\n' \
  "$previous" "$previous" "$run" "$(field since journal)" >journal.next
flush journal.next
mv journal.next journal
rm -f live.next
ln -s -- "$previous" live.next
rename_over "$(told rename)" live.next "$live" || exit 1
flush .. .
if [ "$when" != boot ] && [ "$(told manager)" != none ]; then
  # Read, not run: what it takes is in no list of processes.
  (
    service=$(told service)
    command=$(told command)
    limit=$(told limit)
    settle=$(told settle)
    may=$(told may)
    # The service is started from where nobody else puts anything.
    LOCKSTEP_HERE=/
    # shellcheck disable=SC1091
    . ./restore/restart
  )
fi
printf '{"at":"%s","run":"%s","event":"restored","release":"%s","version":null,"previous":"%s"}\n' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$run" "$(word "${previous##*/}")" "$(word "${failed##*/}")" >>history
rm -f journal
flush history .
finish
