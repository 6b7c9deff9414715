#!/bin/sh
# /etc/init.d/phase4-inference of a tiny device: start, stop, status, restart. What phase4.py is on Debian, in busybox: it refuses a set
# whose digests differ, answers on port 9208, and minds sick.json (ready, start_seconds, die_after, refuse) in the set.
live=/opt/iot-inference/artifacts_phase2
state=/run/phase4
pidfile=$state/pid

running() {
  [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null
}

# knob NAME: its value in the sick.json of the set, if any.
knob() {
  [ -f "$set/sick.json" ] && sed -n "s/.*\"$1\": *\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" "$set/sick.json"
}

refuse() {
  echo "phase4-inference: $1" >&2
  exit 1
}

# Prints DIGEST NAME for every file of the set's manifest, in both of its forms; names with a quote in them are beyond it.
listed() {
  tr '\n' ' ' <"$set/metadata.json" | sed 's/.*"artifacts_manifest": *{//' |
    grep -oE '"[^"]+": *(\{ *"sha256": *)?"[0-9a-f]{64}"' |
    sed -E 's/^"([^"]+)": *(\{ *"sha256": *)?"([0-9a-f]{64})"$/\3 \1/'
}

check() {
  [ -f "$set/metadata.json" ] || refuse "cannot load the set: no metadata.json"
  listed | while read -r digest name; do
    actual=$(sha256sum "$set/$name" | cut -d ' ' -f 1)
    [ "$actual" = "$digest" ] || refuse "$name: expected $digest != actual $actual"
  done || exit 1
}

start() {
  running && return 0
  set=$(readlink -f "$live") || refuse "cannot load the set: no $live"
  check
  why=$(knob refuse)
  [ -z "$why" ] || refuse "$why"
  rm -rf "$state"
  mkdir -p "$state/www"
  version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$set/metadata.json" | head -n 1)
  printf '{"status": "ok", "version": "%s", "set": "%s"}\n' "$version" "$set" >"$state/www/health"
  printf 'phase4_uptime_seconds 1.0\nphase4_memory_rss_bytes 4096\nphase4_requests_total 0\n' >"$state/www/metrics"
  httpd -f -p 127.0.0.1:9208 -h "$state/www" >/dev/null 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$pidfile"
  after=$(knob start_seconds)
  if [ "$(knob ready)" = false ]; then
    :
  elif [ -n "$after" ]; then
    (sleep "$after" && echo ready >"$state/www/ready") >/dev/null 2>&1 </dev/null &
  else
    echo ready >"$state/www/ready"
  fi
  die=$(knob die_after)
  if [ -n "$die" ]; then
    (sleep "$die" && kill "$pid") >/dev/null 2>&1 </dev/null &
  fi
}

stop() {
  running || return 0
  pid=$(cat "$pidfile")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$pidfile"
}

case $1 in
  start) start ;;
  stop) stop ;;
  restart) stop && start ;;
  status) running ;;
  *) exit 64 ;;
esac
