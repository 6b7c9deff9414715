# What the device has of a release that is not live. $1: deploy path, $2: release id, $3: live name, then the digests of its files.
# shellcheck shell=sh
cd "$1/.lockstep" 2>/dev/null || exit 0
lit=$(cd "../$3" 2>/dev/null && pwd -P)
lit=${lit#"$(cd .. && pwd -P)/"}
found=
if [ -d "staging/$2" ]; then
  found=$(digests "staging/$2")
  echo "= staging"
  printf '%s\n' "$found"
  # What is none of the wanted files may be the beginning of one: how many names it has, and how long it is.
  echo "= unfinished"
  while IFS= read -r line; do
    case $* in *"${line%% *}"*) continue ;; esac
    name=${line#* ?}
    echo "$(stat -c '%h %s' "staging/$2/$name" 2>/dev/null) $name"
  done <<EOF
$found
EOF
fi
for slot in "$2" "$2.b"; do
  if [ -d "releases/$slot" ] && [ "$lit" != ".lockstep/releases/$slot" ]; then
    echo "= slot $slot"
    digests "releases/$slot"
  fi
done

# Files that only a backup has: found by its record, told by what their digest is now. What is staged is not looked for, nor what the live
# set lists.
case $lit in ".lockstep/releases/$2" | ".lockstep/releases/$2.b") exit 0 ;; esac
if [ ! -d backups ]; then exit 0; fi
echo "= backups"
live=$3
shift 3
wanted=
for digest in "$@"; do
  case $found in *"$digest"*) ;; *) wanted="$wanted $digest" ;; esac
done
if [ -z "$wanted" ]; then exit 0; fi
lists=
if [ -f "../$live/metadata.json" ]; then lists=$(cat "../$live/metadata.json"); fi
cd ../backup || exit 0
for digest in $wanted; do
  case $lists in *"$digest"*) continue ;; esac
  record=$(grep -l "^$digest " ../.lockstep/backups/* 2>/dev/null | tail -n 1)
  if [ -z "$record" ]; then continue; fi
  name=$(sed -n "s|^$digest [ *]\./||p" "$record" | head -n 1)
  if [ -f "./${record##*/}/$name" ]; then sha256sum "./${record##*/}/$name"; fi
done
true
