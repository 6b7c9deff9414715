# What a file holds. Takes file_path and most (how many bytes it may have). Prints absent, or its size on a line and, where it is not too large,
# its bytes: as many as it had when it was looked at, for it may grow meanwhile. A file whose size is 0 may be one of /proc, which holds
# something all the same.
# shellcheck shell=sh disable=SC2154 # the arguments
if [ ! -f "$file_path" ]; then
  if [ -e "$file_path" ]; then die unsuitable "$file_path is not a regular file"; fi
  echo absent
  exit 0
fi
if [ ! -r "$file_path" ]; then die privilege "$(id -un 2>/dev/null || id -u) cannot read $file_path"; fi
size=$(stat -L -c %s "$file_path")
echo "$size"
if [ "$size" -gt "$most" ]; then exit 0; fi
if [ "$size" = 0 ]; then size=$((most + 1)); fi
head -c "$size" "$file_path"
