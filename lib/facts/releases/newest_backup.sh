# The newest backup, and its digests as they were when it was made. Takes root (the deploy path).
# shellcheck shell=sh disable=SC2154 # the arguments
state "$root" || exit 0
newest=
newest_second=
# Names sort by their second. Of one second, the number at the end says which came later (byTime in lib/release.ts).
for path in ../backup/[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][T-][0-9][0-9][0-9][0-9][0-9][0-9]*; do
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
  name=${path##*/}
  kind=${name#???????????????}
  second=${name%"$kind"}
  nth=${kind##*-}
  case $nth in "" | *[!0-9]*) nth=1 ;; esac
  if [ "$second" = "$newest_second" ] && [ "$nth" -lt "$newest_nth" ]; then continue; fi
  newest=$name
  newest_second=$second
  newest_nth=$nth
done
case $newest in "" | *"$nl"*) exit 0 ;; esac
if [ -f "backups/$newest" ]; then
  echo "backup=$newest"
  cat "backups/$newest"
fi
true
