# Puts files where they belong, each whole or not at all: written beside, synced, given its rights, renamed. Takes rename (what can rename onto a
# link) and belongs_to (USER, USER:GROUP, :GROUP or empty), then four words a file: PATH, BYTES (of standard input), SHA256 and MODE (or empty).
# Where mode or owner are empty, they stay what they were. A link at the path is replaced, and what it leads to left alone.
# shellcheck shell=sh disable=SC2154 # the arguments
here=

# stop KIND MESSAGE: ends without the file that was begun.
stop() {
  rm -f "./$new"
  die "$1" "$2"
}

# give OWNER PATH: gives it away.
give() {
  if chown "$1" "./$new"; then return; fi
  if [ "$LOCKSTEP_UID" = 0 ]; then stop unsuitable "cannot give $2 to $1"; fi
  stop privilege "$(id -un 2>/dev/null || id -u) cannot give $2 to $1"
}

while [ $# -gt 3 ]; do
  folder=${1%/*}
  folder=${folder:-/}
  base=${1##*/}
  if [ "$folder" != "$here" ]; then
    if [ -n "$here" ]; then flush .; fi
    if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$folder/.lockstep-new")" ]; then
      die unsuitable "another user can replace names in the path of $1"
    fi
    if [ ! -d "$folder" ]; then
      near=$folder
      while [ ! -d "$near" ]; do
        near=${near%/*}
        near=${near:-/}
      done
      mkdir -p "$folder" || explain "$near" "cannot make $folder"
    fi
    cd -P "$folder" || die not-writable "cannot enter $folder"
    here=$folder
    # What an earlier one has left that was cut: nobody else is at work here.
    for left in .lockstep-new.*; do
      if [ -f "$left" ] && [ ! -L "$left" ] && [ -O "$left" ]; then rm -f "./$left"; fi
    done
  fi
  if [ -d "./$base" ] && [ ! -L "./$base" ]; then die unsuitable "$1 is a folder"; fi
  new=.lockstep-new.$$
  (umask 077 && set -C && : >"./$new") 2>/dev/null || explain . "cannot write $1"
  if [ "$2" -gt 0 ] && ! receive "$2" >>"./$new"; then
    # While it is there, for it may be what has filled the disk.
    (explain . "cannot write $1")
    code=$?
    rm -f "./$new"
    exit "$code"
  fi
  digest=$(sha256sum <"./$new")
  if [ "${digest%% *}" != "$3" ]; then stop mismatch "what was sent of $1 is not what was to be sent"; fi
  mode=$4
  if [ -f "./$base" ] && [ ! -L "./$base" ]; then
    like=$(stat -c '%a %u:%g' "./$base")
    if [ "${like#* }" != "$(stat -c '%u:%g' "./$new")" ]; then give "${like#* }" "$1"; fi
    # No file runs as its owner or group because an older one did.
    if [ -z "$mode" ]; then
      mode=${like%% *}
      case $mode in ????) mode=${mode#?} ;; esac
    fi
  fi
  if [ -n "$belongs_to" ]; then give "$belongs_to" "$1"; fi
  chmod "${mode:-644}" "./$new" || stop not-writable "cannot set the mode of $1"
  flush "./$new"
  if [ -z "$rename" ] || ! rename_over "$rename" "./$new" "./$base" 2>/dev/null; then
    # busybox's mv -T does not take the place of a link to a folder, and mv without it would move into that: the link goes first.
    if [ -L "./$base" ]; then rm -f "./$base"; fi
    mv -f "./$new" "./$base"
  fi || {
    (explain . "cannot put $1 in its place")
    code=$?
    rm -f "./$new"
    exit "$code"
  }
  shift 4
done
flush .
