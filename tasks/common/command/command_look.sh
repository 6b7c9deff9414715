# Whether the user's command has been run. Takes dir (the folder that it runs in, empty for where a login is) and creates (what it creates, empty
# for nothing), then the command that ends with 0 if it has nothing to do, and its arguments.
# shellcheck shell=sh disable=SC2154 # the arguments
if [ -n "$creates" ] && { [ -e "$creates" ] || [ -L "$creates" ]; }; then
  echo created=yes
  exit 0
fi
if [ $# = 0 ]; then exit 0; fi
# An earlier task may still have to make it.
if [ -n "$dir" ] && ! cd "$dir" 2>/dev/null; then exit 0; fi
as_before "$@" >/dev/null 2>&1 </dev/null
echo "unless=$?"
