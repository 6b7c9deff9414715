# Waits until the service is ready, then reads its health and metrics. $1: ready URL, $2: health URL, $3: metrics URL,
# $4: pattern of the metric lines that are kept, $5: attempts, $6: seconds between them, $7: service, $8: deploy path, $9: yes where a URL holds a secret.
# shellcheck shell=sh
# shellcheck disable=SC2034 # for fetch
private=$9
n=1
until why=$(fetch "$1" 2>&1 >/dev/null); do
  if [ "$n" -ge "$5" ]; then
    service_log "$7" "$8"
    # Its own words, where it was one of ours that ended it.
    why=${why##*"$(printf '\036')"}
    die unhealthy "$1 is not ready after $n attempts: ${why:-no answer}"
  fi
  n=$((n + 1))
  sleep "$6"
done
echo "attempts=$n"
echo "= metrics"
fetch "$3" 2>/dev/null | grep -E -e "$4" | head -n 100
# Last, because it may hold anything.
echo "= health"
fetch "$2" 2>/dev/null | head -c 65536
true
