# The digests of the blocks of files of the live set, which are only read. $1: deploy path, $2: live name, then three words a file: NAME,
# BLOCKSIZE and SAMPLES. A sample, BLOCK:DIGEST or end:DIGEST, is what the new version has there. Where none of them is the same here, the
# file is another one altogether, and its blocks, of which each costs two processes, are not told.
# shellcheck shell=sh
cd "$1/$2" 2>/dev/null || exit 0
shift 2
while [ $# -gt 2 ]; do
  size=0
  if [ -f "./$1" ]; then size=$(stat -c %s "./$1"); fi
  echo "= $size"
  n=$(((size + $2 - 1) / $2))
  # So is one of another size by far.
  if [ "$n" -gt 512 ]; then n=0; fi
  like=
  for sample in $3; do
    if [ "$n" -eq 0 ]; then break; fi
    case $sample in
      end:*) found=$(tail -c "$2" "./$1" | sha256sum) ;;
      *) found=$(dd if="./$1" bs="$2" skip="${sample%:*}" count=1 2>/dev/null | sha256sum) ;;
    esac
    if [ "${found%% *}" = "${sample#*:}" ]; then
      like=yes
      break
    fi
  done
  if [ -n "$like" ]; then
    while [ "$n" -gt 0 ]; do
      dd bs="$2" count=1 2>/dev/null | sha256sum
      n=$((n - 1))
    done <"./$1"
  fi
  shift 3
done
