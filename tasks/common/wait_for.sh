# Waits until something is so. Takes kind (port, file, no-file or url), which (which one), attempts, interval (seconds between them), private (yes
# if a URL holds a secret: fetch is told by it) and looks (yes if it is only looked at, which is no failure). Prints so=yes or so=no, and
# attempts=N.
# shellcheck shell=sh disable=SC2154 # the arguments

# listens PORT: whether anything takes connections there, on any address of the device.
listens() {
  if [ ! -r /proc/net/tcp ]; then
    has nc || die missing-tool "the device has neither /proc/net/tcp nor nc"
    within 5 nc -z 127.0.0.1 "$1" </dev/null >/dev/null 2>&1
    return
  fi
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A "
}

# is_so KIND WHICH: why it is not goes to standard output.
is_so() {
  case $1 in
    port) listens "$2" ;;
    file) [ -e "$2" ] || [ -L "$2" ] ;;
    no-file) [ ! -e "$2" ] && [ ! -L "$2" ] ;;
    url) { fetch "$2" >/dev/null; } 2>&1 ;;
  esac
}

n=1
until why=$(is_so "$kind" "$which"); do
  if [ "$n" -ge "$attempts" ]; then
    if [ "$looks" = yes ]; then
      echo so=no
      exit 0
    fi
    case $kind in
      port) why="nothing listens on port $which" ;;
      file) why="$which is not there" ;;
      no-file) why="$which is still there" ;;
      url) why="$which: ${why:-no answer}" ;;
    esac
    die timeout "after $n attempts: $why"
  fi
  n=$((n + 1))
  sleep "$interval"
done
echo so=yes
echo "attempts=$n"
