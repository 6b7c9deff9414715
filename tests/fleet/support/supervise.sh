#!/bin/sh
# Usage: supervise.sh SSHD DEVICE_FOLDER...
# Starts one device a folder: an sshd where there is an sshd_config, else the tiny device of tests/devices/tiny.ts. Ends them when its
# standard input ends, which it also does when the tests die.
set -u
sshd=$1
shift
trap : INT TERM HUP
pids=
for dir in "$@"; do
  if [ -f "$dir/sshd_config" ]; then
    "$sshd" -D -e -f "$dir/sshd_config" >>"$dir/log" 2>&1 &
  else
    # A namespace of its own: "/" is a mount, as on a real device, and every process and mount goes when the device goes.
    # shellcheck disable=SC2016 # $1 and $2 are those of the inner sh
    unshare --mount --pid --fork --kill-child --propagation private sh -c '
      mount --bind "$1" "$1" && mount -t proc proc "$1/proc" &&
        exec chroot "$1" /usr/sbin/dropbear -F -E -p "127.0.0.1:$2" -r /etc/dropbear/key -P /var/run/dropbear.pid
    ' sh "$dir/tree" "$(cat "$dir/port")" >>"$dir/log" 2>&1 &
  fi
  pids="$pids $!"
  echo $! >"$dir/pid"
done
cat >/dev/null
# shellcheck disable=SC2086 # a list of numbers
kill -9 $pids 2>/dev/null
