#!/bin/sh
# Usage: hold.sh FOLDER
# Holds the namespaces of a lab until its standard input ends, which it also does when the tests die. Prints the process whose namespaces
# they are, then "ready". In them FOLDER/devices is a file system in memory, and /run is a private one. With the first process of
# the namespaces every other process ends, and with the last one every mount, loop device, network and link; so nothing is left of a
# lab, however its tests ended.
set -u
trap '' INT TERM HUP
exec 3<&0
# shellcheck disable=SC2016 # $1 is that of the inner sh
unshare --mount --pid --fork --kill-child --propagation private sh -c '
  mount -t proc proc /proc && mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs -o mode=755 tmpfs "$1/devices" &&
    echo ready && cat >/dev/null
' sh "$1" <&3 &
echo "$!"
wait
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  group=$hierarchy/$(basename "$1")
  if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} +; fi
done
rm -rf "$1"
