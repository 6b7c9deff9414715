# What a file holds. $1: its path, $2: how many bytes it may have. Prints absent, or its size on a line and, where it is not too large, its bytes:
# as many as it had when it was looked at, for it may grow meanwhile. A file whose size is 0 may be one of /proc, which holds something all the same.
# shellcheck shell=sh
if [ ! -f "$1" ]; then
  if [ -e "$1" ]; then die unsuitable "$1 is no regular file"; fi
  echo absent
  exit 0
fi
if [ ! -r "$1" ]; then die privilege "$(id -un 2>/dev/null || id -u) cannot read $1"; fi
size=$(stat -L -c %s "$1")
echo "$size"
if [ "$size" -gt "$2" ]; then exit 0; fi
if [ "$size" = 0 ]; then size=$(($2 + 1)); fi
head -c "$size" "$1"
