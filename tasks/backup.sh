# Copies the live set to backup/NAME. $1: deploy path, $2: live name, $3: NAME.
# shellcheck shell=sh
own "$1"
name=$3
n=1
while [ -e "../backup/$name" ]; do
  n=$((n + 1))
  name=$3-$n
done
[ -d staging ] || mkdir -m 700 staging || explain . "cannot make .lockstep/staging"
[ -d backups ] || mkdir backups || explain . "cannot make .lockstep/backups"
[ -d ../backup ] || mkdir ../backup || explain .. "cannot make backup"
reader=$(reader_of "$1" "../$2") || exit
set=../$2
# By its slot, where it has one: nobody exchanges that name.
if [ -L "$set" ] && lit=$(slot "$(readlink "$set")"); then set=releases/$lit; fi
copy=staging/.backup
if [ -e "$copy" ] || [ -L "$copy" ]; then (cd -P staging && remove .backup) || explain . "cannot remove an earlier copy"; fi
(umask 077 && mkdir "$copy") || explain . "cannot make a copy of the live set"
if [ -z "$reader" ]; then
  cp -a "$set/." "$copy/" || explain . "cannot copy the live set"
  cd -P "$copy" || exit 1
else
  # Who can exchange names in the live set copies it himself, into a folder that nobody else can come to.
  cd -P "$copy" || exit 1
  chown "$(owner_of "$reader")" .
  as_reader cp -a "$1/$2/." . || explain ../.. "cannot copy the live set"
fi
# Nothing in it runs as its owner because the live file did.
as_reader find . -type f \( -perm -4000 -o -perm -2000 \) -exec chmod ug-s {} +
digests >"../../backups/$name" || explain ../../backups "cannot note the backup's digests"
cd -P ../.. || exit 1
flush_tree "$copy"
flush "backups/$name" backups
# The rename is named from the folder that it ends in, so that nobody can lead it elsewhere.
copy=$(pwd -P)/$copy
enter_backups "$1" || die unsuitable "$1/backup is a link, or was exchanged for another folder"
mv -T "$copy" "$name" 2>/dev/null || mv "$copy" "$name" || explain . "cannot name the backup"
flush .
