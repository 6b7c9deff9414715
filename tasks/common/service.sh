# Starts, stops or restarts a service, below service_control.sh, which says what it takes; and action: start, stop or restart.
# shellcheck shell=sh disable=SC2154 # the arguments

# start_service: starts it. A user who may only restart it does that: it starts what does not run.
start_service() {
  how=start
  if [ -n "$by" ]; then how=${verbs#stop+}; fi
  start_unit "$how" || fail "$service failed to start"
}

# stop_service: stops it.
stop_service() {
  if [ -n "$by" ] && [ "$verbs" = restart ]; then die privilege "$by lets us restart $service, not stop it"; fi
  stop_unit || fail "$service could not be stopped"
}

# stay_stopped: waits until it is not active.
stay_stopped() {
  end=$(($(date +%s) + limit))
  while case $(activity) in active* | deactivating*) ;; *) false ;; esac do
    if [ "$(date +%s)" -ge "$end" ]; then fail "$service is still active after $limit s"; fi
    pause
  done
}

begin
case $action in
  start)
    reload_units
    start_service
    stay_active
    ;;
  stop)
    stop_service
    stay_stopped
    ;;
  restart)
    reload_units
    restart_service
    stay_active
    ;;
esac
