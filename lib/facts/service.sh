# The service: who manages it, whether the device knows it, whether it runs, whether we may restart it.
# $1: service manager or auto, $2: service.
# shellcheck shell=sh
manager=$1
service=$2
if [ "$manager" = auto ]; then
  if [ -d /run/systemd/system ] && has systemctl; then
    manager=systemd
  elif has rc-service; then
    manager=openrc
  elif has sv && { [ -d "/etc/service/$service" ] || [ -d "/var/service/$service" ] || [ -d "/service/$service" ]; }; then
    manager=runit
  elif [ -x "/etc/init.d/$service" ]; then
    manager=sysv
  elif has systemctl; then
    manager=systemd
  else
    manager=none
  fi
fi
echo "manager=$manager"
known=no
active=unknown
control=
case $manager in
  systemd)
    control="systemctl stop"
    state=$(systemctl show -p LoadState -p ActiveState "$service" 2>/dev/null)
    case $state in *LoadState=loaded*) known=yes ;; esac
    case $state in *ActiveState=active*) active=yes ;; *ActiveState=*) active=no ;; esac
    ;;
  openrc)
    control="rc-service"
    if [ -x "/etc/init.d/$service" ]; then known=yes; fi
    ;;
  runit)
    control="sv"
    for dir in /etc/service /var/service /service; do
      if [ -d "$dir/$service" ]; then known=yes; fi
    done
    ;;
  sysv)
    control="/etc/init.d/$service"
    if [ -x "/etc/init.d/$service" ]; then known=yes; fi
    ;;
  command) known=yes ;;
esac
echo "known=$known"
if [ "$known" = yes ]; then
  case $manager in
    openrc) rc-service "$service" status >/dev/null 2>&1 && active=yes || active=no ;;
    runit) case $(sv status "$service" 2>/dev/null) in run:*) active=yes ;; *) active=no ;; esac ;;
    sysv) "/etc/init.d/$service" status >/dev/null 2>&1 && active=yes ;;
  esac
fi
echo "active=$active"
may=yes
if [ "$known" = yes ] && [ -n "$control" ] && [ "$(id -u)" != 0 ]; then
  may=no
  # -l asks sudo whether it would run this, and runs nothing.
  # shellcheck disable=SC2086
  if has sudo && sudo -n -l $control "$service" >/dev/null 2>&1; then may=sudo; fi
fi
echo "may=$may"
