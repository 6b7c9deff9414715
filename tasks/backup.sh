# Copies the live set to backup/NAME. $1: deploy path, $2: live name, $3: NAME.
# shellcheck shell=sh
cd "$1" || exit 1
copy=.lockstep/staging/.backup
name=$3
n=1
while [ -e "backup/$name" ]; do
  n=$((n + 1))
  name=$3-$n
done
for dir in .lockstep/staging .lockstep/backups backup; do
  [ -d "$dir" ] || mkdir -p "$dir" || explain "$1" "cannot make $dir"
done
if [ -e "$copy" ]; then rm -rf "$copy"; fi
mkdir "$copy" || explain .lockstep/staging "cannot make $copy"
cp -a "$2/." "$copy/" || explain .lockstep/staging "cannot copy the live set"
digests "$copy" >".lockstep/backups/$name" || explain .lockstep/backups "cannot note the backup's digests"
flush_tree "$copy"
flush ".lockstep/backups/$name" .lockstep/backups
mv -T "$copy" "backup/$name" 2>/dev/null || mv "$copy" "backup/$name" || explain backup "cannot name the backup"
flush backup
