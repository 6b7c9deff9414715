# Sent once a session; every program runs with it in front. Exit codes of `die` become the kinds of lib/remote/exit_kinds.ts.
# shellcheck shell=sh disable=SC2034
LC_ALL=C
export LC_ALL
nl='
'
umask 022

# die KIND MESSAGE: ends the program; the controller reads the kind off the exit code and the evidence off stderr.
die() {
  printf '%s\n' "$2" >&2
  case $1 in
    no-space) exit 80 ;;
    not-writable) exit 81 ;;
    missing-tool) exit 82 ;;
    mismatch) exit 83 ;;
    not-found) exit 84 ;;
    locked) exit 85 ;;
    service) exit 86 ;;
    unhealthy) exit 87 ;;
    unsuitable) exit 88 ;;
    privilege) exit 89 ;;
    timeout) exit 90 ;;
  esac
  exit 1
}

# has TOOL: whether the device has it.
has() {
  command -v "$1" >/dev/null 2>&1
}

# within SECONDS COMMAND...: ends a command that takes too long, where the device can.
within() {
  if [ -n "$LOCKSTEP_LIMIT" ]; then
    # shellcheck disable=SC2086
    $LOCKSTEP_LIMIT "$@"
  else
    shift
    "$@"
  fi
}

# fetch URL: what it answers, as the device itself sees it. busybox's wget has a limit of its own, but not in every build a working one.
fetch() {
  if has curl; then
    within 10 curl -fsS --max-time 5 -- "$1"
  elif has wget; then
    within 5 wget -q -O - -- "$1"
  else
    die missing-tool "the device has neither curl nor wget"
  fi
}

# free DIR: "KIB INODES" available to this user; INODES is - where the filesystem has no such limit or df cannot tell.
free() {
  # One program, where it can tell: BLOCK FREE INODES FREE.
  # shellcheck disable=SC2046
  set -- "$1" $(stat -f -c '%S %a %c %d' "$1" 2>/dev/null)
  if [ $# = 5 ]; then
    if [ "$4" -gt 0 ]; then inodes=$5; else inodes=-; fi
    printf '%s %s\n' "$(($3 * $2 / 1024))" "$inodes"
    return
  fi
  kib=$(df -Pk "$1" 2>/dev/null | awk 'NR > 1 { a = $(NF - 2) } END { print a }')
  inodes=$(df -Pi "$1" 2>/dev/null | awk 'NR > 1 { t = $(NF - 4); a = $(NF - 2) } END { print (t > 0 ? a : "-") }')
  printf '%s %s\n' "${kib:--}" "${inodes:--}"
}

# explain DIR MESSAGE: ends after a write under DIR failed, with the kind that a probe finds.
explain() {
  probe=$1/.lockstep-probe.$$
  if ! (: >"$probe") 2>/dev/null; then
    rm -f "$probe"
    space=$(free "$1")
    case $space in "0 "* | *" 0") die no-space "$2: no space left under $1" ;; esac
    die not-writable "$2: $(id -un 2>/dev/null || id -u) cannot write in $1"
  fi
  if ! printf '%65536s' '' 2>/dev/null >"$probe" || [ "$(wc -c <"$probe")" -lt 65536 ]; then
    rm -f "$probe"
    die no-space "$2: no space left under $1"
  fi
  rm -f "$probe"
  space=$(free "$1")
  if [ "${space%% *}" != - ] && [ "${space%% *}" -lt 256 ]; then
    die no-space "$2: no space left under $1"
  fi
  die exit "$2"
}

# receive BYTES: exactly so many bytes of standard input, to standard output. A dd that does not know how takes them one by one.
receive() {
  dd bs=65536 iflag=fullblock,count_bytes count="$1" 2>/dev/null && return
  if dd iflag=fullblock,count_bytes count=0 </dev/null >/dev/null 2>&1; then return 1; fi
  dd bs=1 count="$1" 2>/dev/null
}

# as_before COMMAND...: runs the user's own command, with the surroundings that a login has and without anything of ours.
as_before() (
  umask "$LOCKSTEP_UMASK"
  unset LC_ALL
  if [ -n "$LOCKSTEP_LC_ALL" ]; then
    LC_ALL=$LOCKSTEP_LC_ALL
    export LC_ALL
  fi
  unset LOCKSTEP_UMASK LOCKSTEP_LC_ALL LOCKSTEP_LIMIT LOCKSTEP_SESSION
  # A shell of its own has none of our functions.
  exec "$@"
)

# flush PATH...: returns once the named files and folders are on the disk.
flush() {
  sync "$@" 2>/dev/null || sync
}

# flush_tree DIR: the same for a folder and all that is in it.
flush_tree() {
  find "$1" -exec sync {} + 2>/dev/null || sync
}

# digests DIR: "SHA256  ./NAME" or "SHA256 *./NAME" for every regular file below DIR, as `sha256sum -c` reads it. Where the device has openssl,
# large files (above 1 MiB) cost a fifth; it says nothing that could be read wrongly of a name with a line break, so those are left to sha256sum.
digests() (
  cd "$1" 2>/dev/null || exit 1
  if has openssl; then
    find . -type f -size +2048 ! -path "*$nl*" -exec openssl dgst -sha256 -r {} + -o -type f -exec sha256sum {} + 2>/dev/null && exit
  fi
  find . -type f -exec sha256sum {} +
)

# field NAME FILE: the value of NAME=VALUE in one of our own small files.
field() {
  sed -n "s/^$1=//p" "$2" 2>/dev/null
}

# boot_id: a word that is another after each start of the device.
boot_id() {
  read -r boot_id </proc/sys/kernel/random/boot_id 2>/dev/null
  echo "${boot_id:--}"
}

# started PID: when a process started, in ticks since boot; empty where there is none.
started() {
  stat=
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null
  if [ -z "$stat" ]; then return; fi
  # The program's name, in parentheses, may hold spaces.
  # shellcheck disable=SC2086
  set -- ${stat##*)}
  # One that has ended and was not yet taken note of (in a container without an init: never will be) is gone.
  case $1 in Z | X) return ;; esac
  echo "${20}"
}

# alive LOCK: whether the owner that a lock names still runs.
alive() {
  # shellcheck disable=SC2086
  set -- $1
  if [ "$3" != "$(boot_id)" ]; then return 1; fi
  if [ -d /proc/self ]; then [ "$(started "$1")" = "$2" ]; else kill -0 "$1" 2>/dev/null; fi
}

# service_log SERVICE DEPLOY_PATH: what the service said in the last two minutes, and what its last restart printed.
service_log() {
  if [ -s "$2/.lockstep/restart.log" ]; then tail -n 50 "$2/.lockstep/restart.log"; fi
  if [ -n "$1" ] && has journalctl; then
    {
      sudo -n journalctl -u "$1" --no-pager -l --since='2 minutes ago' 2>/dev/null ||
        journalctl -u "$1" --no-pager -l --since='2 minutes ago' 2>/dev/null
    } | tail -n 50
  fi
}

# rename_over TOOL A B: rename(2), whatever B is. TOOL is what the device can do it with: mv, python3 or perl.
rename_over() {
  case $1 in
    mv) mv -T "$2" "$3" ;;
    python3) python3 -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$2" "$3" ;;
    perl) perl -e 'rename($ARGV[0], $ARGV[1]) or die "$!\n"' "$2" "$3" ;;
  esac
}

# settle_folder: an exchange that was cut before its second half has left the former folder under the name of the link; it is put where the
# journal looks for it. The deploy path is the current folder.
settle_folder() {
  if [ ! -d .lockstep/live.next ] || [ -L .lockstep/live.next ]; then return; fi
  former=$(field previous .lockstep/journal)
  case $former in
    .lockstep/releases/*) if [ ! -e "$former" ]; then mv .lockstep/live.next "$former" && flush .lockstep .lockstep/releases; fi ;;
  esac
}

# disarm: takes back what makes the device restore itself (see arm.sh); the deploy path is the current folder. Whoever moves the token has
# it: where the device has begun already, it is waited for until it has done.
disarm() {
  for token in .lockstep/armed.*; do
    if [ -e "$token" ]; then mv "$token" .lockstep/disarmed 2>/dev/null; fi
    # Nobody may go on as if the device could not act any more, while it can.
    if [ -e "$token" ]; then mv "$token" .lockstep/disarmed || explain .lockstep "cannot disarm the device"; fi
  done
  n=0
  while [ -f .lockstep/firing ] && [ "$n" -lt 120 ] && alive "$(cat .lockstep/firing)"; do
    sleep 1
    n=$((n + 1))
  done
  # An rm may be ended by the kernel where memory is short: what is left would only be in the way, so it is tried again and no more.
  if [ -e .lockstep/firing ] || [ -e .lockstep/disarmed ]; then
    rm -f .lockstep/firing .lockstep/disarmed || rm -f .lockstep/firing .lockstep/disarmed
  fi
  if [ ! -d .lockstep/restore ]; then return; fi
  if [ -f .lockstep/restore/pid ]; then
    sleeper=$(cat .lockstep/restore/pid)
    if alive "$sleeper"; then kill -TERM "-${sleeper%% *}" 2>/dev/null || kill -TERM "${sleeper%% *}"; fi
  fi
  if [ -f .lockstep/restore/unit ]; then
    unit=$(cat .lockstep/restore/unit)
    systemctl stop "$unit-timer.timer" 2>/dev/null
    systemctl disable --quiet "$unit.service" 2>/dev/null
    systemctl reset-failed "$unit.service" "$unit-timer.service" 2>/dev/null
  fi
  rm -rf .lockstep/restore || rm -rf .lockstep/restore
}
