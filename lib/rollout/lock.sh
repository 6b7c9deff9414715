# Takes the device's lock. Takes root (the deploy path), folders (whether they may be made: make or look) and claim ("RUN+TOKEN SINCE WHO").
# The lock is a link whose text names its owner: the session's shell, by process id, start time and boot. It is held while that process
# lives; a lock whose owner is gone is taken over. Prints held, or absent if there is no folder to lock yet.
# shellcheck shell=sh disable=SC2154 # the arguments

# session PID: whether a process is a session of ours: it runs as this user, and what it runs is the loop. No other is ended.
session() {
  case $(command_of "$1") in *locksteplockstep-*) return 0 ;; esac
  return 1
}

# at_work PID: whether the session that holds the lock does anything for 10 s. One that does nothing for so long has lost its controller:
# it is ended. One that dies meanwhile had lost it, too, and was only finishing what it had begun; one that gives the lock back had not.
at_work() {
  busy=
  i=0
  while [ "$i" -lt 20 ]; do
    if [ "$(readlink lock)" != "$holder" ]; then return 0; fi
    if ! alive "$holder"; then return 1; fi
    for stat in /proc/[0-9]*/stat; do
      { read -r line <"$stat"; } 2>/dev/null || continue
      # shellcheck disable=SC2086
      set -- "$1" ${line##*)}
      if [ "$3" = "$1" ]; then busy=yes; fi
    done
    i=$((i + 1))
    sleep 0.5 2>/dev/null || { sleep 1 && i=$((i + 1)); }
  done
  if [ -z "$busy" ] && session "$1"; then
    kill -9 "$1" 2>/dev/null
    return 1
  fi
}

# Not even the lock is put where somebody else may have led us; preflight says who.
if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$root")" ]; then
  die unsuitable "another user can replace the folder $root"
fi
if [ "$folders" = make ]; then
  [ -d "$root" ] || mkdir -p "$root" || {
    near=$root
    while [ ! -d "$near" ]; do near=${near%/*}; done
    explain "${near:-/}" "cannot make $root"
  }
  if ! mkdir "$root/.lockstep" 2>/dev/null; then
    # There was none when this run looked, so what it saw is no longer so.
    if [ -d "$root/.lockstep" ]; then die locked "another run has begun here in the same moment"; fi
    explain "$root" "cannot make .lockstep"
  fi
elif [ ! -d "$root/.lockstep" ] && [ ! -L "$root/.lockstep" ]; then
  echo absent
  exit 0
fi
own "$root"
boot=$(boot_id)
start=$(started "$LOCKSTEP_SESSION")
mine="$LOCKSTEP_SESSION ${start:--} $boot $claim"

n=0
while ! ln -s "$mine" lock 2>/dev/null; do
  holder=$(readlink lock)
  n=$((n + 1))
  if [ "$n" -gt 5 ]; then explain . "cannot take the lock"; fi
  if [ -z "$holder" ]; then continue; fi
  if [ "$holder" = "$mine" ]; then break; fi
  # This very session holds it for another set of the host: by another path, or through a link.
  case $holder in "$LOCKSTEP_SESSION ${start:--} $boot "*) die unsuitable "another set of this host has the same deploy path: $root" ;; esac
  # shellcheck disable=SC2086
  set -- $holder
  case $mine in
    *" $4 "*)
      # A session of our own that was lost, and does not know it yet.
      if alive "$holder" && session "$1"; then kill -9 "$1" 2>/dev/null; fi
      ;;
    *)
      if alive "$holder" && at_work "$1"; then
        run=${4%%+*}
        since=$5
        shift 5
        die locked "run $run of $* holds it since $since"
      fi
      ;;
  esac
  # Its owner is gone. Whichever run moves it away first may try again; if it was replaced meanwhile, what was moved is put back.
  stale=lock.stale.$LOCKSTEP_SESSION
  if mv lock "$stale" 2>/dev/null; then
    if [ "$(readlink "$stale")" != "$holder" ]; then ln -s "$(readlink "$stale")" lock 2>/dev/null; fi
    rm -f "$stale"
  fi
done
settle_folder
echo held
