# What the device has of a release that is not live. $1: deploy path, $2: release id, $3: live name.
# shellcheck shell=sh
cd "$1/.lockstep" 2>/dev/null || exit 0
lit=$(readlink "../$3" 2>/dev/null)
if [ -d "staging/$2" ]; then
  echo "= staging"
  digests "staging/$2"
fi
for slot in "$2" "$2.b"; do
  if [ -d "releases/$slot" ] && [ "$lit" != ".lockstep/releases/$slot" ]; then
    echo "= slot $slot"
    digests "releases/$slot"
  fi
done
true
