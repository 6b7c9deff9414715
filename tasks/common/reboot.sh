# Asks for a reboot. Takes may: yes, or sudo where that is needed. The device ends this program along with all others: it does not heed that, so
# that it can say that it has asked.
# shellcheck shell=sh disable=SC2154 # the arguments
trap '' TERM HUP
sudo=
if [ "$may" = sudo ]; then sudo="sudo -n"; fi
sync
if [ -d /run/systemd/system ] && has systemctl; then
  $sudo systemctl reboot || die exit "systemctl reboot exited with code $?"
else
  $sudo reboot || die exit "reboot exited with code $?"
fi
