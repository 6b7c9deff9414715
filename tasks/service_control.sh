# How a service is started and stopped, for the programs that come behind this. $1: deploy path, $2: manager, $3: service, $4: restart command,
# $5: seconds until active, $6: seconds that it must stay active, $7: yes, or sudo where that is needed.
# shellcheck shell=sh
root=$1
manager=$2
service=$3
command=$4
limit=$5
settle=$6
sudo=
if [ "$7" = sudo ]; then sudo="sudo -n"; fi
# Not a path, not an option, not a pattern.
case $service in
  . | .. | -* | *[!A-Za-z0-9_@:.+\\-]*) die service "$service is not the name of a service" ;;
esac

# control WORD...: runs a command of the service manager, by sudo where needed.
control() {
  # shellcheck disable=SC2086
  $sudo "$@"
}

# pause: a short wait, where sleep knows fractions.
pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

# activity: "active", or another word; for systemd with what tells one start from another.
activity() {
  case $manager in
    systemd)
      shown=$(systemctl show -p ActiveState -p MainPID -p NRestarts "$service" | sort | tr '\n' ' ')
      case $shown in "ActiveState=active "*) echo "active ${shown#* }" ;; *) echo "${shown:-unknown}" ;; esac
      ;;
    openrc) if rc-service "$service" status >/dev/null 2>&1; then echo active; else echo "not active"; fi ;;
    runit) case $(sv status "$service") in run:*) echo active ;; *) echo "not active" ;; esac ;;
    sysv) if "/etc/init.d/$service" status >/dev/null 2>&1; then echo active; else echo "not active"; fi ;;
  esac
}

# What a restart prints is kept for a failure, where only we can read it. It is opened from the state folder, and run from where we were.
here=${LOCKSTEP_HERE:-$(pwd)}
if state "$root" && rm -f restart.log && (umask 077 && : >restart.log); then exec 9>>restart.log; else exec 9>/dev/null; fi 2>/dev/null
cd "$here" || exit 1

# detached COMMAND...: what it leaves running must not hold the streams of this session.
detached() {
  "$@" </dev/null >&9 2>&1 9>&-
}

# start_unit: starts the unit. One that was started too often lately (it kept dying on the set before) is refused for a while, for seconds as
# systemd comes: it is asked again until then. A start that is refused is no new invocation.
start_unit() {
  late=$(($(date +%s) + limit))
  before=$(systemctl show -p InvocationID "$service")
  until control systemctl start "$service"; do
    if [ "$(systemctl show -p InvocationID "$service")" != "$before" ]; then return 1; fi
    case $before in InvocationID=?*) ;; *) return 1 ;; esac
    if [ "$(date +%s)" -ge "$late" ]; then return 1; fi
    sleep 1
  done
}

# fail MESSAGE: with what the service itself said of it.
fail() {
  case $manager in
    systemd) service_log "$service" "$root" ;;
    *) service_log "" "$root" ;;
  esac
  die service "$1"
}

# start_service: starts it.
start_service() {
  case $manager in
    systemd)
      # A unit that failed too often is not started again before this; whoever may not do it does not need it either.
      control systemctl reset-failed "$service" 2>/dev/null
      start_unit || fail "$service failed to start"
      ;;
    openrc) detached control rc-service "$service" start || fail "$service failed to start" ;;
    runit) detached control sv start "$service" || fail "$service failed to start" ;;
    sysv) detached control "/etc/init.d/$service" start || fail "$service failed to start" ;;
  esac
}

# stop_service: stops it.
stop_service() {
  case $manager in
    systemd) control systemctl stop "$service" ;;
    openrc) detached control rc-service "$service" stop ;;
    runit) detached control sv stop "$service" ;;
    sysv) detached control "/etc/init.d/$service" stop ;;
  esac
}

# restart_service: stops it and starts it, in the manager's own way where it has one.
restart_service() {
  case $manager in
    command)
      # It may hold a password: it is read, so that it is in no list of processes.
      LOCKSTEP_COMMAND=$command
      export LOCKSTEP_COMMAND
      # shellcheck disable=SC2016
      detached as_before sh -c 'command=$LOCKSTEP_COMMAND; unset LOCKSTEP_COMMAND; eval "$command"' || fail "restart_command ended with exit code $?"
      ;;
    systemd)
      stop_service || fail "$service could not be stopped"
      start_service
      ;;
    openrc) detached control rc-service "$service" restart || fail "$service failed to start" ;;
    runit) detached control sv restart "$service" || fail "$service failed to start" ;;
    sysv)
      stop_service
      start_service
      ;;
  esac
}

# stay_active: waits until it is active, and sees that it stays so.
stay_active() {
  end=$(($(date +%s) + limit))
  until case $(activity) in active*) ;; *) false ;; esac do
    if [ "$(date +%s)" -ge "$end" ]; then fail "$service is not active within $limit s: $(activity)"; fi
    pause
  done
  first=$(activity)
  case $first in active*) ;; *) fail "$service did not stay active: $first" ;; esac
  # One more, because the clock tells whole seconds and cuts both ends.
  end=$(($(date +%s) + settle + 1))
  while [ "$(date +%s)" -lt "$end" ]; do
    now=$(activity)
    if [ "$now" != "$first" ]; then fail "$service did not stay active for $settle s: $now"; fi
    pause
  done
}
