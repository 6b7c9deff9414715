# Makes the live name lead to a release. $1: deploy path, $2: live name, $3: what it is to link to, $4: run, $5: its time, $6: what can
# rename onto a link (mv, python3, perl), $7: what can exchange two names (mv, python3, perl or empty), $8: undo where the old set is brought
# back, which the device then need not do by itself, $9: the start of the service that runs now, or empty.
# shellcheck shell=sh
own "$1"
live=../$2
target=$3
next=live.next

# exchange A B: renameat2(2) with RENAME_EXCHANGE. Fails where the device or its filesystem cannot.
exchange() {
  case $exchange in
    mv) mv -T --exchange "$1" "$2" ;;
    python3)
      python3 -c '
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
a, b = (os.fsencode(name) for name in sys.argv[1:3])
sys.exit(libc.renameat2(-100, a, -100, b, 2) != 0)' "$1" "$2"
      ;;
    perl)
      perl -e '
my ($machine, $old, $new) = @ARGV;
my %call = ("x86_64" => 316, "aarch64" => 276, "riscv64" => 276, "loongarch64" => 276, "i386" => 353, "i586" => 353, "i686" => 353);
my $number = $machine =~ /^arm/ ? 382 : $call{$machine};
exit 1 unless defined $number;
exit(syscall($number, -100, $old, -100, $new, 2) == 0 ? 0 : 1);' "$(uname -m)" "$1" "$2"
      ;;
    *) return 1 ;;
  esac 2>/dev/null
}

# What the live name leads to must be there, whatever was seen before.
case $target in /*) place=$target ;; *) place=../$target ;; esac
[ -d "$place" ] || die not-found "$target is not there any more"
rename=$6
exchange=$7
if [ "$8" = undo ]; then disarm "$1"; fi
now=
if [ -L "$live" ]; then now=$(readlink "$live"); fi
# shellcheck disable=SC2154 # nl is the prelude's
case $now in *"$nl"*) die unsuitable "what $2 links to has a line break in it" ;; esac
folder=
if [ -d "$live" ] && [ ! -L "$live" ]; then folder=before-$4; fi

# The good set: what was live when the last switch was confirmed. A folder was never switched, whatever an interrupted run has noted.
# What runs now was started on it, as long as no switch is unconfirmed.
serving=$9
if [ -n "$folder" ]; then
  previous=.lockstep/releases/$folder
elif [ -f journal ]; then
  previous=$(field previous journal)
  serving=$(field serving journal)
else
  previous=$now
fi

[ -d releases ] || mkdir releases || explain . "cannot make .lockstep/releases"
# A live name that leads there already was never switched away: the service still runs on that set.
restarted=
if [ "$now" = "$target" ]; then
  restarted=yes
  # Unless an earlier run has switched it and got no further: then that goes on.
  if [ "$(field release journal)" = "$target" ]; then restarted=$(field restarted journal); fi
fi
printf 'release=%s\nprevious=%s\nrun=%s\nsince=%s\nrestarted=%s\nserving=%s\n' \
  "$target" "$previous" "$4" "$5" "$restarted" "$serving" >journal.next ||
  explain . "cannot write the journal"
flush journal.next
mv journal.next journal || explain . "cannot write the journal"
flush .

if [ -e "$next" ] || [ -L "$next" ]; then rm -f "$next"; fi
ln -s -- "$target" "$next" || explain . "cannot make a link"
if [ -z "$folder" ]; then
  rename_over "$rename" "$next" "$live" || explain .. "cannot switch $2"
elif exchange "$next" "$live"; then
  mv "$next" "releases/$folder" || explain releases "cannot keep the former folder"
else
  mv "$live" "releases/$folder" || explain releases "cannot move the former folder"
  if ! rename_over "$rename" "$next" "$live"; then
    # A rename whose program was ended may have been done: only a name that is missing is given back.
    if [ ! -e "$live" ] && [ ! -L "$live" ]; then mv "releases/$folder" "$live"; fi
    if [ "$(readlink "$live")" != "$target" ]; then explain .. "cannot switch $2"; fi
  fi
fi
flush .. . releases
