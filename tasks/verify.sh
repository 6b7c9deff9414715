# Seals a staged release whose digests were compared. $1: deploy path, $2: release id, $3: the slot for it, which is not live, $4: live name.
# shellcheck shell=sh
cd "$1/.lockstep" || exit 1
# Folders are made by us; where the live set has the same, owner and mode stay what they were. Changing the owner clears some of the mode.
if [ -d "../$4" ]; then
  find "staging/$2" -type d | while IFS= read -r dir; do
    like=$(stat -c '%a %u %g' "../$4/${dir#"staging/$2"}" 2>/dev/null)
    if [ -z "$like" ] || [ "$like" = "$(stat -c '%a %u %g' "$dir")" ]; then continue; fi
    owner=${like#* }
    chown "${owner% *}:${owner#* }" "$dir" 2>/dev/null
    chmod "${like%% *}" "$dir"
    # We have to be able to remove it again.
    if [ "$(id -u)" != 0 ]; then chmod u+rwx "$dir"; fi
  done
fi
flush_tree "staging/$2"
[ -d releases ] || mkdir -p releases || explain . "cannot make releases/"
if [ "$(cd "../$4" 2>/dev/null && pwd -P)" = "$(pwd -P)/releases/$3" ]; then die unsuitable "the slot $3 is live"; fi
# A slot that is there already holds a damaged copy, or it would have been used.
[ ! -e "releases/$3" ] || rm -rf "releases/$3" || explain releases "cannot clear the slot $3"
mv "staging/$2" "releases/$3" || explain releases "cannot seal the release"
flush releases staging
