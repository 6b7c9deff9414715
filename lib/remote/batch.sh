# Runs several programs one after another, each by itself. Takes tag (a word that nobody can guess), how (all of them, or only until one of them
# fails: all or while-well) and takes_input (which of them, counted from 1, reads standard input; 0 for none), then for each its function, how
# many arguments it has, and those. Behind the output of each comes a line with the word and its exit code, on stderr the word alone. Ends with
# the code of the last one that ran.
# shellcheck shell=sh disable=SC2154 # the arguments
at=0
while [ $# -gt 0 ]; do
  n=$2
  at=$((at + 1))
  (
    if [ "$at" != "$takes_input" ]; then exec </dev/null; fi
    refs=
    i=3
    while [ "$i" -lt "$((n + 3))" ]; do
      refs="$refs \"\${$i}\""
      i=$((i + 1))
    done
    # Only our own numbers are evaluated here: "${3}" "${4}" …
    eval "set -- \"\$1\" $refs"
    "$@"
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
