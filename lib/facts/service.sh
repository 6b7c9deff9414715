# The service: who manages it, whether the device knows it, whether it runs, whether we may restart it.
# $1: service manager or auto, $2: service.
# shellcheck shell=sh
manager=$1
service=$2
# As in service_control.sh: not a path, not an option, not a pattern.
case $service in
  . | .. | -* | *[!A-Za-z0-9_@:.+\\-]*) die service "$service is not the name of a service" ;;
esac
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
case $manager in
  systemd)
    state=$(systemctl show -p LoadState -p ActiveState "$service" 2>/dev/null)
    case $state in *LoadState=loaded*) known=yes ;; esac
    case $state in *ActiveState=active*) active=yes ;; *ActiveState=*) active=no ;; esac
    ;;
  openrc)
    if [ -x "/etc/init.d/$service" ]; then known=yes; fi
    ;;
  runit)
    for dir in /etc/service /var/service /service; do
      if [ -d "$dir/$service" ]; then known=yes; fi
    done
    ;;
  sysv)
    if [ -x "/etc/init.d/$service" ]; then known=yes; fi
    ;;
  command) known=yes ;;
esac
echo "known=$known"
if [ "$known" = yes ]; then
  case $manager in
    openrc) rc-service "$service" status >/dev/null 2>&1 && active=yes || active=no ;;
    runit) case $(sv status "$service" 2>/dev/null) in run:*) active=yes ;; *) active=no ;; esac ;;
    sysv)
      if "/etc/init.d/$service" status >/dev/null 2>&1; then
        active=yes
      # One that knows no status ends as one that is stopped does: with 1 or 3.
      elif grep -q status "/etc/init.d/$service" 2>/dev/null; then
        echo stopped=yes
      fi
      ;;
  esac
fi
echo "active=$active"
may=yes
if [ "$known" = yes ] && [ "$(id -u)" != 0 ]; then
  # granted COMMAND...: whether sudo would run this. -l only asks, and runs nothing.
  granted() {
    has sudo && sudo -n -l "$@" >/dev/null 2>&1
  }
  # The very words that service_control.sh says.
  may=no
  case $manager in
    systemd) granted systemctl stop "$service" && granted systemctl start "$service" && may=sudo ;;
    openrc) granted rc-service "$service" restart && may=sudo ;;
    runit) granted sv restart "$service" && may=sudo ;;
    sysv) granted "/etc/init.d/$service" stop && granted "/etc/init.d/$service" start && may=sudo ;;
    command) may=yes ;;
  esac
fi
echo "may=$may"
