# The digests of the blocks of files of the live set, which are only read. Takes root (the deploy path) and live (the live name), then three
# words a file: NAME, BLOCKSIZE and SAMPLES. A sample, BLOCK:DIGEST or end:DIGEST, is what the new version has there. If none of them is the
# same here, the file is another one altogether, and its blocks, of which each costs two processes, are not told.
# shellcheck shell=sh disable=SC2154 # the arguments
cd "$root" 2>/dev/null && enter "$root" "$live" || exit 0

# each_block SIZE COUNT [OPTION]: the digest of each block of standard input.
each_block() {
  left=$2
  while [ "$left" -gt 0 ]; do
    dd bs="$1" count=1 ${3:+"$3"} 2>/dev/null | sha256sum
    left=$((left - 1))
  done
}

all=$reader
while [ $# -gt 2 ]; do
  size=0
  reader=$all
  reader_for "$1"
  if [ -f "./$1" ]; then size=$(stat -c %s "./$1"); fi
  echo "= $size"
  n=$(((size + $2 - 1) / $2))
  # So is one of another size by far.
  if [ "$n" -gt 512 ]; then n=0; fi
  like=
  for sample in $3; do
    if [ "$n" -eq 0 ]; then break; fi
    case $sample in
      end:*) found=$(as_reader tail -c "$2" "./$1" | sha256sum) ;;
      *) found=$(as_reader dd if="./$1" bs="$2" skip="${sample%:*}" count=1 2>/dev/null | sha256sum) ;;
    esac
    if [ "${found%% *}" = "${sample#*:}" ]; then
      like=yes
      break
    fi
  done
  if [ -n "$like" ]; then
    if [ -z "$reader" ]; then each_block "$2" "$n" <"./$1"; else as_reader cat "./$1" | each_block "$2" "$n" iflag=fullblock; fi
  fi
  shift 3
done
