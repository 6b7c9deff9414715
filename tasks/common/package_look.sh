# What a package manager knows of packages. Takes manager (apt, apk, opkg or auto), then their names. Prints manager=, root= and installed=NAME
# for those that are.
# shellcheck shell=sh disable=SC2154 # the arguments
if [ "$manager" = auto ]; then
  manager=none
  for tool in apt-get apk opkg; do
    if has "$tool"; then
      manager=${tool%-get}
      break
    fi
  done
fi
echo "manager=$manager"
if [ "$(id -u)" = 0 ]; then echo root=yes; fi
for name in "$@"; do
  case $manager in
    # One that was removed and has left its configuration is not installed; of several architectures one is enough.
    apt) dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ;;
    apk) apk info -e "$name" >/dev/null 2>&1 ;;
    opkg) opkg status "$name" 2>/dev/null | grep -q '^Status: .* installed$' ;;
    *) false ;;
  esac && echo "installed=$name"
done
true
