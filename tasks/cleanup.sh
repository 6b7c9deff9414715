# Removes leftovers. $1: deploy path, $2: live name, then paths below the deploy path.
# shellcheck shell=sh
own "$1"
root=$1
lit=$(cd "../$2" 2>/dev/null && pwd -P)
shift 2
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
