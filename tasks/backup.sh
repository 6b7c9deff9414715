# Copies the live set to backup/NAME. Takes root (the deploy path), live (the live name), wanted (NAME) and rename (what can rename onto a name,
# and not into it).
# shellcheck shell=sh disable=SC2154,SC3013 # the arguments
own "$root"
# One number for all of a second, drifted or not: it says which is the newest.
second=${wanted%-drifted}
ending=
n=1
while [ -e "../backup/$second$ending" ] || [ -e "../backup/$second-drifted$ending" ]; do
  n=$((n + 1))
  ending=-$n
done
name=$wanted$ending
[ -d staging ] || mkdir -m 700 staging || explain . "cannot make .lockstep/staging"
[ -d backups ] || mkdir backups || explain . "cannot make .lockstep/backups"
[ -d ../backup ] || mkdir ../backup || explain .. "cannot make backup"
reader=$(reader_of "$root" "../$live") || exit
set=../$live
# By its slot, where it has one: nobody exchanges that name.
if [ -L "$set" ] && lit=$(slot "$(readlink "$set")"); then set=releases/$lit; fi
copy=staging/.backup
if [ -e "$copy" ] || [ -L "$copy" ]; then (cd -P staging && remove .backup) || explain . "cannot remove an earlier copy"; fi
(umask 077 && mkdir "$copy") || explain . "cannot make a copy of the live set"

# copy_as_reader FROM TO: who can exchange names in FROM copies it himself, into a folder that nobody else can come to.
copy_as_reader() (
  chown "$(owner_of "$reader")" "$2"
  exec 6<"$2"
  to=$(cd -P "$2" && pwd -P)
  if [ /proc/self/fd/6 -ef "$2" ]; then to=/proc/self/fd/6; fi
  cd -P "$1" && as_reader cp -a . "$to/" || exit 1
  # What is root's in there stays root's: of the copies, only files that he has made, and only to root.
  find . -type f -user 0 2>/dev/null | while IFS= read -r file; do
    if ! is_linked "$to" "${file#./}" && [ "$(stat -c '%u %h' "$to/$file")" = "${reader%% *} 1" ]; then
      chown -h "0:$(stat -c %g "$file")" "$to/$file"
    fi
  done
)

# copy_mixed FROM TO: the same folder by folder, where most of a set is ours to read.
copy_mixed() (
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    to=$2/${entry##*/}
    if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then
      continue
    elif [ -L "$entry" ] || [ ! -d "$entry" ] || [ -z "$(others "$entry")" ]; then
      cp -a "$entry" "$2/" || exit 1
    else
      (umask 077 && mkdir "$to") || exit 1
      if [ -n "$(others "$entry" -prune)" ]; then
        readable_by "$entry" "$entry"
        copy_as_reader "$entry" "$to" || exit 1
      else
        copy_mixed "$entry" "$to" || exit 1
      fi
      rights "$to" "$1" "${entry##*/}"
    fi
  done
)

case $reader in
  "") cp -a "$set/." "$copy/" || explain . "cannot copy the live set" ;;
  mixed)
    copy_mixed "$set" "$copy" || explain . "cannot copy the live set"
    rights "$copy" "$set" .
    ;;
  *) copy_as_reader "$set" "$copy" || explain . "cannot copy the live set" ;;
esac
# Written by nobody but us: who reads the set has no hand on the record of it.
list=$(
  cd -P staging && enter "$root" .backup || exit 1
  # Nothing in it runs as its owner because the live file did.
  if [ -z "$foreign" ]; then as_reader find . -type f \( -perm -4000 -o -perm -2000 \) -exec chmod ug-s {} +; fi
  digests
) || explain . "cannot read the copy of the live set"
printf '%s\n' "$list" >"backups/$name" || explain backups "cannot note the backup's digests"
flush_tree "$copy"
flush "backups/$name" backups
# Neither end of the rename is named by a path that somebody else can lead elsewhere, where the device has /proc.
copy=$(pwd -P)/$copy
exec 7<staging
if [ /proc/self/fd/7 -ef staging ]; then copy=/proc/self/fd/7/.backup; fi
enter_backups "$root" || die unsuitable "$root/backup is a link, or was replaced by another folder"
rename_over "$rename" "$copy" "$name" || explain . "cannot name the backup"
flush .
