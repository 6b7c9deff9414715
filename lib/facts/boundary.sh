# What somebody else than this user can change of what is believed here: on the way to the deploy path, and of what is ours below it.
# Takes root (the deploy path).
# shellcheck shell=sh disable=SC2154 # the arguments

# say KEY VALUE: a line of our output; a line break in it would pass for another.
say() {
  case $2 in *"$nl"*) printf '%s=%s?\n' "$1" "${2%%"$nl"*}" ;; *) printf '%s=%s\n' "$1" "$2" ;; esac
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
  mode=other
  if [ -d "$root/.lockstep" ] && [ ! -L "$root/.lockstep" ]; then mode=%a; fi
  say untrusted "$(stat -c "%u $mode" "$root/.lockstep") $root/.lockstep"
fi
true
