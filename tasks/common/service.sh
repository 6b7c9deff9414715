# Starts, stops or restarts a service, behind service_control.sh, which says what it is given. $8: start, stop or restart.
# shellcheck shell=sh disable=SC2154

# reload_units: lets systemd read a unit's file that has changed since it did.
reload_units() {
  case $(systemctl show -p NeedDaemonReload "$service" 2>/dev/null) in
    *NeedDaemonReload=yes*)
      # shellcheck disable=SC2086
      ${by:+$by -n} systemctl daemon-reload || fail "the unit of $service has changed on the disk, and systemctl daemon-reload is not allowed"
      ;;
  esac
}

# stay_stopped: waits until it is not active.
stay_stopped() {
  end=$(($(date +%s) + limit))
  while case $(activity) in active* | deactivating*) ;; *) false ;; esac do
    if [ "$(date +%s)" -ge "$end" ]; then fail "$service is still active after $limit s"; fi
    pause
  done
}

if [ "$manager" = systemd ] && [ "$8" != stop ]; then reload_units; fi
case $8 in
  start)
    start_service
    stay_active
    ;;
  stop)
    stop_service || fail "$service could not be stopped"
    stay_stopped
    ;;
  restart)
    restart_service
    if [ "$manager" != command ]; then stay_active; fi
    ;;
esac
