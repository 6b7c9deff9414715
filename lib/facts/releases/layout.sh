# What lies under the deploy path. Takes root (the deploy path) and live (the live name).
# shellcheck shell=sh disable=SC2154 # the arguments

# say KEY VALUE: a line of our output; a value with a line break is none of ours and is left out.
say() {
  case $2 in *"$nl"*) return ;; esac
  printf '%s=%s\n' "$1" "$2"
}

near=$root
while [ ! -e "$near" ] && [ ! -L "$near" ]; do
  near=${near%/*}
  near=${near:-/}
done
say near "$near"
if [ ! -d "$near" ]; then
  say root other
  exit 0
fi
if [ -w "$near" ] && [ -x "$near" ]; then say writable yes; fi
if [ "$near" != "$root" ]; then
  say root absent
  exit 0
fi
say root present
cd "$root" || die not-writable "cannot enter $root"
if [ -L "$live" ]; then
  say live link
  target=$(readlink "$live")
  say target "$target"
  # However the link is spelled: where it leads, relative to here where it leads to a place below.
  if real=$(cd "$live" 2>/dev/null && pwd -P); then
    here=$(pwd -P)
    say resolved "${real#"$here/"}"
  fi
  if [ ! -e "$live" ]; then say broken yes; fi
elif [ -d "$live" ]; then
  say live dir
  if [ "$(stat -c %d "$live")" != "$(stat -c %d .)" ]; then say mounted yes; fi
elif [ -e "$live" ]; then
  say live other
else
  say live absent
fi
for path in backup/*; do
  if [ -e "$path" ] || [ -L "$path" ]; then say backup "${path#backup/}"; fi
done
if [ -e backup ] && [ ! -w backup ]; then say unwritable backup; fi
if ! state "$root"; then exit 0; fi

# What we have to write in must be ours to write, also if an earlier run was somebody else's.
if [ ! -w . ]; then say unwritable .lockstep; fi
for dir in releases staging backups; do
  if [ -e "$dir" ] && [ ! -w "$dir" ]; then say unwritable ".lockstep/$dir"; fi
done
if [ -f journal ]; then
  # shellcheck disable=SC2094 # a word
  while IFS= read -r line; do say journal "$line"; done <journal
fi
for path in armed.*; do
  if [ -f "$path" ]; then say armed "${path#armed.} $(($(cat "$path") - $(date +%s)))"; fi
done
for path in failed/*; do
  if [ ! -e "$path" ]; then continue; fi
  mark=
  if [ -f "$path" ] && [ -s "$path" ]; then mark=$(head -c 200 "$path" 2>/dev/null); fi
  say failed "${path##*/}${mark:+ ${mark%%"$nl"*}}"
done
for path in live.next journal.next lock.stale.*; do
  if [ -e "$path" ] || [ -L "$path" ]; then say leftover ".lockstep/$path"; fi
done
for path in releases/* staging/* staging/.[!.]*; do
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
  case $path in
    releases/*) say release "${path##*/}" ;;
    *) say staging "${path##*/}" ;;
  esac
done
true
