# Runs several programs one after another, each by itself. $1: a word that nobody can guess, $2: all of them, or only until one of them
# fails (all or while-well), then for each program its text, how many arguments it has, and those. Behind the output of each comes a line with
# the word and the program's exit code, on stderr the word alone. Ends with the code of the last one that ran.
# shellcheck shell=sh
tag=$1
how=$2
shift 2
while [ $# -gt 0 ]; do
  n=$2
  (
    text=$1
    refs=
    i=3
    while [ "$i" -lt "$((n + 3))" ]; do
      refs="$refs \"\${$i}\""
      i=$((i + 1))
    done
    # Only our own numbers are evaluated here: "${3}" "${4}" …
    eval "set -- $refs"
    eval "$text"
  )
  code=$?
  echo
  echo "$tag $code"
  echo >&2
  echo "$tag" >&2
  if [ "$how" = while-well ] && [ "$code" != 0 ]; then exit "$code"; fi
  shift "$((n + 2))"
done
exit "$code"
