# Seals a staged release whose digests were compared. $1: deploy path, $2: release id, $3: the slot for it, which is not live, $4: live name.
# shellcheck shell=sh
cd "$1/.lockstep" || exit 1
flush_tree "staging/$2"
mkdir -p releases || explain . "cannot make releases/"
if [ "$(cd "../$4" 2>/dev/null && pwd -P)" = "$(pwd -P)/releases/$3" ]; then die unsuitable "the slot $3 is live"; fi
# A slot that is there already holds a damaged copy, or it would have been used.
rm -rf "releases/$3" || explain releases "cannot clear the slot $3"
mv "staging/$2" "releases/$3" || explain releases "cannot seal the release"
flush releases staging
