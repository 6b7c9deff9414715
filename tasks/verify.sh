# Seals a staged release whose digests were compared. $1: deploy path, $2: release id, $3: the slot for it, which is not live, $4: live name.
# shellcheck shell=sh
own "$1"
live=../$4
# Folders are made by us; where the live set has the same, owner and mode stay what they were. The deepest come first, so that none is given
# away before what is in it: up to here nobody else can come to any of them.
if [ -d "$live" ]; then
  find "staging/$2" -depth -type d | while IFS= read -r dir; do
    # What a link leads to says nothing of the folder, but for the live name itself.
    case $dir in "staging/$2") name=. ;; *) name=${dir#"staging/$2/"} ;; esac
    rights "$dir" "$live" "$name"
    # We have to be able to remove it again.
    if [ "$LOCKSTEP_UID" != 0 ]; then chmod u+rwx "$dir"; fi
  done
fi
flush_tree "staging/$2"
[ -d releases ] || mkdir releases || explain . "cannot make .lockstep/releases"
if [ "$(cd "$live" 2>/dev/null && pwd -P)" = "$(pwd -P)/releases/$3" ]; then die unsuitable "the slot $3 is live"; fi
# A slot that is there already holds a damaged copy, or it would have been used.
if [ -e "releases/$3" ] || [ -L "releases/$3" ]; then (cd -P releases && remove "$3") || explain releases "cannot clear the slot $3"; fi
mv "staging/$2" "releases/$3" || explain releases "cannot seal the release"
flush releases staging
