# Seals a staged release whose digests were compared. Takes root (the deploy path), release (its id), new_slot (the slot for it, which is not
# live) and live (the live name).
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
live_path=../$live
# Folders are made by us; where the live set has the same, owner and mode stay what they were. The deepest come first, so that none is given
# away before what is in it: up to here nobody else can come to any of them.
if [ -d "$live_path" ]; then
  find "staging/$release" -depth -type d | while IFS= read -r dir; do
    # What a link leads to says nothing of the folder, but for the live name itself.
    case $dir in "staging/$release") name=. ;; *) name=${dir#"staging/$release/"} ;; esac
    rights "$dir" "$live_path" "$name"
    # We have to be able to remove it again.
    if [ "$LOCKSTEP_UID" != 0 ]; then chmod u+rwx "$dir"; fi
  done
fi
flush_tree "staging/$release"
[ -d releases ] || mkdir releases || explain . "cannot make .lockstep/releases"
if [ "$(cd "$live_path" 2>/dev/null && pwd -P)" = "$(pwd -P)/releases/$new_slot" ]; then die unsuitable "the slot $new_slot is live"; fi
# A slot that is there already holds a damaged copy, or it would have been used.
if [ -e "releases/$new_slot" ] || [ -L "releases/$new_slot" ]; then (cd -P releases && remove "$new_slot") || explain releases "cannot clear the slot $new_slot"; fi
mv "staging/$release" "releases/$new_slot" || explain releases "cannot seal the release"
flush releases staging
