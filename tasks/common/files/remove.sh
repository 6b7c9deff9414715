# Removes a file, or a link, and not what it leads to. Takes file_path.
# shellcheck shell=sh disable=SC2154 # the arguments
folder=${file_path%/*}
folder=${folder:-/}
if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$folder/.lockstep-new")" ]; then
  die unsuitable "another user can replace names in the path of $file_path"
fi
cd -P "$folder" || die not-found "$folder is gone"
if [ -d "./${file_path##*/}" ] && [ ! -L "./${file_path##*/}" ]; then die unsuitable "$file_path is a folder"; fi
rm -f "./${file_path##*/}" || explain . "cannot remove $file_path"
flush .
