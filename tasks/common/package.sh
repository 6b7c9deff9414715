# Reads a package manager's lists, or installs or removes packages. Takes manager (apt, apk or opkg), action (update, install or remove) and
# lock_wait (seconds to wait for another that is at work), then their names. It asks nobody anything, and keeps configuration as it is.
# shellcheck shell=sh disable=SC2154 # the arguments
late=$(($(date +%s) + lock_wait))
DEBIAN_FRONTEND=noninteractive
APT_LISTCHANGES_FRONTEND=none
export DEBIAN_FRONTEND APT_LISTCHANGES_FRONTEND

# busy: whether another package manager is at work here. Ours has ended.
busy() {
  for comm in /proc/[0-9]*/comm; do
    name=
    { read -r name <"$comm"; } 2>/dev/null
    case $name in apt | apt-get | aptitude | dpkg | unattended-upgr | apk | opkg) return 0 ;; esac
  done
  return 1
}

# ask COMMAND...: once no other is at work. It may lose its lock to another that has just begun: then it waits for that one, too.
ask() {
  while :; do
    while busy && [ "$(date +%s)" -lt "$late" ]; do sleep 1; done
    "$@" </dev/null 2>&1 && return
    code=$?
    if ! busy || [ "$(date +%s)" -ge "$late" ]; then
      echo "$1 exited with code $code" >&2
      exit 1
    fi
  done
}

# known: whether apt knows every one by its very name: it takes what it does not know for a pattern, and would install all that match.
known() {
  for name in "$@"; do
    # It takes it for a pattern here, too, but says what it has found.
    apt-cache policy "${name%:*}" 2>/dev/null |
      awk -v line="${name%:*}:" '/^[^ ]/ { own = $0 == line } own && /^ +Candidate: [^(]/ { found = 1 } END { exit !found }' ||
      die not-found "apt has no package $name in its lists"
  done
}

case $manager-$action in
  apt-update) ask apt-get -q update ;;
  apt-install)
    known "$@"
    # What would have to go for them is not theirs to remove.
    ask apt-get -q -y --no-remove -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
    ;;
  apt-remove) ask apt-get -q -y remove "$@" ;;
  apk-update) ask apk update ;;
  apk-install) ask apk add "$@" ;;
  apk-remove) ask apk del "$@" ;;
  opkg-update) ask opkg update ;;
  opkg-install) ask opkg install "$@" ;;
  opkg-remove) ask opkg remove "$@" ;;
esac
