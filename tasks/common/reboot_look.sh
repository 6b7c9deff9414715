# What a reboot depends on: which boot this is, and whether this user may ask for another.
# shellcheck shell=sh
echo "boot=$(boot_id)"
if [ -d /run/systemd/system ] && has systemctl; then
  set -- systemctl reboot
else
  set -- reboot
fi
if ! has "$1"; then
  echo "may=missing"
elif [ "$(id -u)" = 0 ]; then
  echo "may=yes"
elif has sudo && sudo -n -l "$@" >/dev/null 2>&1; then
  echo "may=sudo"
else
  echo "may=no"
fi
