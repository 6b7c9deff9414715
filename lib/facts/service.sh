# The service: who manages it, what it is called there, whether the device knows it, whether it runs, whether we may restart it; of a unit of
# systemd also what systemd says of it. $1: service manager or auto, $2: service.
# shellcheck shell=sh
manager=$1
service=$2
plain_name "$service"
# A script has no suffix, whatever the inventory calls the unit of other devices.
script=${service%.service}
for place in /etc/init.d /etc/service /var/service /service; do
  if [ -e "$place/$service" ]; then script=$service; fi
done
if [ "$manager" = auto ]; then
  if [ -d /run/systemd/system ] && has systemctl; then
    manager=systemd
  elif has rc-service; then
    manager=openrc
  elif has sv && { [ -d "/etc/service/$script" ] || [ -d "/var/service/$script" ] || [ -d "/service/$script" ]; }; then
    manager=runit
  elif [ -x "/etc/init.d/$script" ]; then
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
unit=$service
case $manager in
  openrc | runit | sysv) service=$script unit=$script ;;
esac
case $manager in
  systemd)
    if ! state=$(systemctl show -p Id -p LoadState -p ActiveState -p CanStart -p CanStop -p InvocationID "$service" 2>/dev/null); then
      # Where systemd did not boot the device, it knows no unit; where it did, it owes an answer.
      if [ -d /run/systemd/system ]; then echo "silent=yes"; fi
      state=
    fi
    # shellcheck disable=SC2154 # nl is the prelude's
    case $nl$state in
      *"${nl}Id="*)
        unit=${nl}$state
        unit=${unit#*"${nl}Id="}
        unit=${unit%%"$nl"*}
        ;;
    esac
    # Its usual name is how it was written, with or without the suffix; an alias leads to another.
    case $unit in "" | "$service.service" | *[!A-Za-z0-9_@:.+\\-]*) unit=$service ;; esac
    case $state in *LoadState=loaded* | *LoadState=masked* | *LoadState=bad-setting* | *LoadState=error*) known=yes ;; esac
    case $state in *ActiveState=active*) active=yes ;; *ActiveState=*) active=no ;; esac
    printf '%s\n' "$state"
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
echo "unit=$unit"
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
if [ "$known" = yes ] && [ "$manager" != command ] && [ "$(id -u)" != 0 ]; then
  # forms: every way to tell the service manager, a line each, as rules of sudoers have them.
  forms() {
    case $manager in
      systemd)
        # An alias may be what the rule has.
        names=
        for name in "$service" "${service%.service}" "${service%.service}.service" "$unit" "${unit%.service}" "${unit%.service}.service"; do
          case " $names " in *" $name "*) ;; *) names="$names $name" ;; esac
        done
        for program in systemctl /usr/bin/systemctl /bin/systemctl; do
          for name in $names; do forms_of "$program % $name"; done
        done
        ;;
      openrc)
        for program in rc-service /sbin/rc-service /usr/sbin/rc-service; do forms_of "$program $service %"; done
        forms_of "/etc/init.d/$service %"
        ;;
      runit) for program in sv /usr/bin/sv /bin/sv /sbin/sv; do forms_of "$program % $service"; done ;;
      sysv)
        forms_of "/etc/init.d/$service %"
        for program in service /usr/sbin/service /sbin/service; do forms_of "$program $service %"; done
        ;;
    esac
  }

  # forms_of WORDS: prints them if there is such a program.
  forms_of() {
    if has "${1%% *}"; then printf '%s\n' "$1"; fi
  }

  # may_all: whether $by runs $words with each of the verbs.
  may_all() {
    for verb in stop start restart; do
      case +$verbs+ in *"+$verb+"*) said "granted $by" "$verb" "$words" || return 1 ;; esac
    done
  }

  # find_way: prints the first way that is allowed, as restart.sh takes it.
  find_way() {
    case $manager in
      systemd | sysv) ways="stop+start restart" ;;
      *) ways="restart stop+start" ;;
    esac
    every=$(forms)
    for by in sudo doas; do
      if ! has "$by"; then continue; fi
      first=yes
      for verbs in $ways; do
        left=$every$nl
        while [ -n "$left" ]; do
          words=${left%%"$nl"*}
          left=${left#*"$nl"}
          if may_all; then
            printf '%s\n' "$by $verbs $words"
            return
          fi
          # Each question to one who may do nothing can be a mail to root.
          if [ "$by$first" = sudoyes ] && ! sudo -n -l >/dev/null 2>&1; then continue 3; fi
          first=
        done
      done
    done
    echo no
  }
  may=$(find_way)
fi
echo "may=$may"
