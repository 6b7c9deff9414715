# What lies at paths, which are absolute. Prints for each what it is (file, absent, link, folder or other), behind "= way" who else can exchange
# names on the way to one of them, and for those that are files, in order, what stat and sha256sum say.
# shellcheck shell=sh
i=0
refs=
for path in "$@"; do
  i=$((i + 1))
  if [ -L "$path" ]; then
    echo link
  elif [ -f "$path" ]; then
    echo file
    refs="$refs \"\${$i}\""
  elif [ -d "$path" ]; then
    echo folder
  elif [ -e "$path" ]; then
    echo other
  else
    echo absent
  fi
done
echo "= way"
if [ "$LOCKSTEP_UID" = 0 ]; then
  last=none
  for path in "$@"; do
    if [ "${path%/*}" = "$last" ]; then continue; fi
    last=${path%/*}
    way=$(swappable "$last/.lockstep-new")
    if [ -n "$way" ]; then
      printf '%s\n' "$way"
      break
    fi
  done
fi
echo "= stat"
if [ -z "$refs" ]; then exit 0; fi
# Only our own numbers are evaluated here: "${3}" "${4}" ...
eval "set -- $refs"
stat -c '%a %u %g %s %U %G' "$@" || die mismatch "a file that was there a moment ago is gone"
echo "= sha256"
sha256sum "$@" || die privilege "$(id -un 2>/dev/null || id -u) cannot read all of it"
