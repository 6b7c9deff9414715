#!/bin/sh
# Usage: launch.sh LOG GROUP COMMAND...
# Becomes COMMAND, in a control group of its own: two devices in one group would end each other's services.
set -u
exec >>"$1" 2>&1
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  if [ -f "$hierarchy/cgroup.procs" ]; then
    mkdir -p "$hierarchy/$2" && echo $$ >"$hierarchy/$2/cgroup.procs" || exit 1
  fi
done
shift 2
exec "$@"
