# Removes a file, or a link, and not what it leads to. $1: its path.
# shellcheck shell=sh
folder=${1%/*}
folder=${folder:-/}
if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(swappable "$folder/.lockstep-new")" ]; then
  die unsuitable "somebody else can exchange names on the way to $1"
fi
cd -P "$folder" || die not-found "$folder is not there any more"
if [ -d "./${1##*/}" ] && [ ! -L "./${1##*/}" ]; then die unsuitable "$1 is a folder"; fi
rm -f "./${1##*/}" || explain . "cannot remove $1"
flush .
