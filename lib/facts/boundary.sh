# What somebody else than this user can change of what is believed here: on the way to the deploy path, and of what is ours below it.
# $1: deploy path.
# shellcheck shell=sh
root=$1

# say KEY VALUE: a line of our output; a line break in it would pass for another.
say() {
  # shellcheck disable=SC2154 # nl is the prelude's
  case $2 in *"$nl"*) printf '%s=%s?\n' "$1" "${2%%"$nl"*}" ;; *) printf '%s=%s\n' "$1" "$2" ;; esac
}

# swappable PATH: the first folder on the way to it in which somebody else can exchange the next name, as "UID MODE FOLDER"; nothing where
# there is none. The last folder itself may belong to whom it likes, unless it is still to be made.
swappable() {
  path=$1
  links=0
  while [ "$links" -lt 40 ]; do
    set -- /
    whole=
    there=yes
    left=$path/
    while [ -n "$left" ]; do
      name=${left%%/*}
      left=${left#*/}
      case $name in "" | .) continue ;; esac
      whole=$whole/$name
      if [ ! -e "$whole" ] && [ ! -L "$whole" ]; then there=; fi
      if [ -n "$there" ]; then set -- "$@" "$whole"; fi
    done
    link=
    sticky=
    while read -r uid mode type; do
      at=$1
      shift
      # Where a sticky bit is, everybody may make names, and only their owner exchanges them.
      if [ -n "$sticky" ] && ! trusted "$uid"; then
        echo "$sticky"
        return
      fi
      sticky=
      case $type in symbolic*)
        link=$at
        break
        ;;
      esac
      if [ "$at" = "$whole" ]; then break; fi
      if ! trusted "$uid"; then
        echo "$uid $mode $at"
        return
      fi
      case $mode in
        *[2367] | *[2367]?)
          sticky="$uid $mode $at"
          case $mode in [1357]???) ;; *)
            echo "$sticky"
            return
            ;;
          esac
          ;;
      esac
    done <<END
$(stat -c '%u %a %F' "$@")
END
    if [ -z "$link" ]; then return; fi
    links=$((links + 1))
    path=$(readlink "$link")
    case $path in /*) ;; *) path=${link%/*}/$path ;; esac
    path=$path${whole#"$link"}
  done
}

# Root goes nowhere on the word of somebody who can put another folder in the place of the one that is meant.
if [ "$LOCKSTEP_UID" = 0 ]; then
  swapped=$(swappable "$root")
  if [ -n "$swapped" ]; then say swappable "$swapped"; fi
fi
if [ ! -e "$root/.lockstep" ] && [ ! -L "$root/.lockstep" ]; then exit 0; fi
if state "$root"; then
  open=$(open_state)
  open=${open%%"$nl"*}
  if [ -n "$open" ]; then say untrusted "$(stat -c '%u %a' "$open") $root/.lockstep${open#.}"; fi
else
  say untrusted "$(stat -c '%u %a' "$root/.lockstep") $root/.lockstep"
fi
true
