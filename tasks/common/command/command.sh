# Runs the user's command, and prints the end of what it prints. Takes root (the deploy path) and dir (the folder that it runs in, empty for where
# a login is), then the command and its arguments. Its exit code is the user's, and none of those by which our programs say what went wrong.
# shellcheck shell=sh disable=SC2154 # the arguments
here=$(pwd)
# What it prints is kept in a file that has no name any more: what it leaves running may hold that as long as it likes, and nobody waits for it.
if state "$root" && rm -f command.log && (umask 077 && : >command.log); then
  # shellcheck disable=SC2094
  exec 7<command.log 8<command.log 9>>command.log
  rm -f command.log
else
  exec 7</dev/null 8</dev/null 9>/dev/null
fi 2>/dev/null
cd "${dir:-$here}" || die not-found "the folder $dir is not there, or cannot be entered"
as_before "$@" >&9 2>&1 </dev/null 7<&- 8<&- 9>&-
code=$?
if [ "$(wc -c <&7)" -gt 16384 ]; then echo "... (the beginning is left out)"; fi
tail -c 16384 <&8
if [ "$code" != 0 ]; then
  echo "it exited with code $code" >&2
  exit 1
fi
