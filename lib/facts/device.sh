# What this device is and has.
# shellcheck shell=sh
# "uid=1000(iotuser) gid=…", and "uid=1000 gid=…" if the device has no name for it.
who=$(id)
uid=${who#uid=}
echo "uid=${uid%%[!0-9]*}"
who=${who%% *}
case $who in
  *"("*) who=${who#*\(} && echo "user=${who%\)*}" ;;
  *) echo "user=${uid%%[!0-9]*}" ;;
esac
echo "system=$(uname -sm 2>/dev/null)"
for tool in sha256sum find cp mv ln mkdir rm dd sed awk df du wc readlink stat sync; do
  has "$tool" || echo "missing=$tool"
done
# A rename onto a link to a folder: mv without -T would move into that folder.
case $(mv --help 2>&1) in
  *--exchange*) echo rename=mv && echo exchange=mv ;;
  *-T*) echo rename=mv ;;
esac
for tool in python3 perl; do
  if has "$tool"; then
    echo "rename=$tool"
    echo "exchange=$tool"
  fi
done
# Tried as fetch (prelude.sh) uses them, for a name alone promises nothing: one inside busybox's shell is there whatever PATH is, and toybox's
# wget has no -q (and takes no answer of HTTP/1.0).
if has curl; then
  echo http=curl
elif has wget; then
  help=$(within 5 wget --help 2>&1)
  case $? in 126 | 127) help=$(wget --help 2>&1) ;; esac
  case $? in
    126 | 127) ;;
    *)
      case $help in
        *-q* | *\[-*q*\]*) echo http=wget ;;
        *-O*) ;;
        *) echo http=wget ;;
      esac
      ;;
  esac
fi
has gzip && echo gzip=yes
true
