# Waits until the service is ready, then reads its health and metrics. Takes ready_url, health_url, metrics_url, pattern (of the metric lines
# that are kept), attempts, interval (seconds between them), service (its name), root (the deploy path) and private (yes if a URL holds a
# secret: fetch is told by it).
# shellcheck shell=sh disable=SC2154 # the arguments
n=1
until why=$(fetch "$ready_url" 2>&1 >/dev/null); do
  if [ "$n" -ge "$attempts" ]; then
    service_log "$service" "$root"
    # Its own words, where it was one of ours that ended it.
    why=${why##*"$(printf '\036')"}
    die unhealthy "$ready_url is not ready after $n attempts: ${why:-no answer}"
  fi
  n=$((n + 1))
  sleep "$interval"
done
echo "attempts=$n"
echo "= metrics"
fetch "$metrics_url" 2>/dev/null | grep -E -e "$pattern" | head -n 100
# Last, because it may hold anything.
echo "= health"
fetch "$health_url" 2>/dev/null | head -c 65536
true
