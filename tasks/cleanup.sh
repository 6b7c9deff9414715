# Removes leftovers. Takes root (the deploy path) and live (the live name), then paths below the deploy path.
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
lit=$(cd "../$live" 2>/dev/null && pwd -P)
for path in "$@"; do
  # The last word is the device's own: what the live name leads to stays, whatever was seen before.
  real=$(cd "../$path" 2>/dev/null && pwd -P)
  if [ -n "$lit" ] && [ "$real" = "$lit" ]; then continue; fi
  (
    case $path in
      .lockstep/releases/* | .lockstep/staging/*)
        in=${path#.lockstep/}
        cd -P "${in%%/*}" || exit 1
        ;;
      .lockstep/*) ;;
      backup/*) enter_backups "$root" || exit 1 ;;
      *) exit 1 ;;
    esac
    remove "${path##*/}"
  ) || explain . "cannot remove $path"
  case $path in backup/*) rm -f "backups/${path#backup/}" ;; esac
done
