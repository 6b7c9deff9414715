# What the device has of a release that is not live. Takes root (the deploy path), release (its id) and live (the live name), then the digests
# of its files.
# shellcheck shell=sh disable=SC2154 # the arguments
state "$root" || exit 0
lit=$(cd "../$live" 2>/dev/null && pwd -P)
lit=${lit#"$(cd .. && pwd -P)/"}
found=
# One that an earlier version has given away already, where everybody could come to it, is made again.
if [ -d "staging/$release" ] && { [ -O "staging/$release" ] || [ "$(stat -c %a staging)" = 700 ]; }; then
  # Nobody else can come to it.
  found=$(cd -P "staging/$release" && digests)
  echo "= staging"
  printf '%s\n' "$found"
  # What is none of the wanted files may be the beginning of one: how many names it has, and how long it is.
  echo "= unfinished"
  while IFS= read -r line; do
    case $* in *"${line%% *}"*) continue ;; esac
    name=${line#* ?}
    echo "$(stat -c '%h %s' "staging/$release/$name" 2>/dev/null) $name"
  done <<EOF
$found
EOF
fi
for slot in "$release" "$release.b"; do
  if [ -d "releases/$slot" ] && [ "$lit" != ".lockstep/releases/$slot" ]; then
    echo "= slot $slot"
    (enter "$root" "releases/$slot" && digests)
  fi
done

# Files that only a backup has: found by its record, told by what their digest is now. What is staged is not looked for, nor what the live
# set lists.
case $lit in ".lockstep/releases/$release" | ".lockstep/releases/$release.b") exit 0 ;; esac
if [ ! -d backups ]; then exit 0; fi
echo "= backups"
wanted=
for digest in "$@"; do
  case $found in *"$digest"*) ;; *) wanted="$wanted $digest" ;; esac
done
if [ -z "$wanted" ]; then exit 0; fi
lists=$(enter "$root" "../$live" && [ -f metadata.json ] && [ ! -L metadata.json ] && as_reader cat metadata.json)
for digest in $wanted; do
  case $lists in *"$digest"*) continue ;; esac
  record=$(grep -l "^$digest " backups/* 2>/dev/null | tail -n 1)
  if [ -z "$record" ]; then continue; fi
  name=$(sed -n "s|^$digest [ *]\./||p" "$record" | head -n 1)
  record=${record##*/}
  found=$(enter "$root" "../backup/$record" && reader_for "$name" && [ -f "./$name" ] && as_reader sha256sum "./$name")
  # As it is named from the folder of the backups.
  if [ -n "$found" ]; then printf '%s\n' "${found%%./*}./$record/${found#*./}"; fi
done
true
