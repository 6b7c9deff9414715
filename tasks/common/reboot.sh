# Asks for a reboot. $1: yes, or sudo where that is needed. The device ends this program along with all others: it does not heed that, so that it
# can say that it has asked.
# shellcheck shell=sh
trap '' TERM HUP
sudo=
if [ "$1" = sudo ]; then sudo="sudo -n"; fi
sync
if [ -d /run/systemd/system ] && has systemctl; then
  $sudo systemctl reboot || die exit "systemctl reboot exited with code $?"
else
  $sudo reboot || die exit "reboot exited with code $?"
fi
