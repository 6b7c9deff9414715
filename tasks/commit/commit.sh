# Makes the live name lead to a release. Takes root (the deploy path), live (the live name), target (what it is to link to), run, since (when
# that began), rename (what can rename onto a link: mv, python3, perl), exchange (what can exchange two names: mv, python3, perl or empty), undo
# (undo if the old set is brought back, which the device then need not do by itself) and serving (the start of the service that runs now, or
# empty).
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
live_path=../$live
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
[ -d "$place" ] || die not-found "$target is gone"
if [ "$undo" = undo ]; then disarm "$root"; fi
now=
if [ -L "$live_path" ]; then now=$(readlink "$live_path"); fi
case $now in *"$nl"*) die unsuitable "what $live links to has a line break in it" ;; esac
folder=
if [ -d "$live_path" ] && [ ! -L "$live_path" ]; then folder=before-$run; fi

# The good set: what was live when the last switch was confirmed. A folder was never switched, whatever an interrupted run has noted.
# What runs now was started on it, as long as no switch is unconfirmed.
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
  "$target" "$previous" "$run" "$since" "$restarted" "$serving" >journal.next ||
  explain . "cannot write the journal"
flush journal.next
mv journal.next journal || explain . "cannot write the journal"
flush .

if [ -e "$next" ] || [ -L "$next" ]; then rm -f "$next"; fi
ln -s -- "$target" "$next" || explain . "cannot make a link"
if [ -z "$folder" ]; then
  rename_over "$rename" "$next" "$live_path" || explain .. "cannot switch $live"
elif exchange "$next" "$live_path"; then
  mv "$next" "releases/$folder" || explain releases "cannot keep the former folder"
else
  mv "$live_path" "releases/$folder" || explain releases "cannot move the former folder"
  if ! rename_over "$rename" "$next" "$live_path"; then
    # A rename whose program was ended may have been done: only a name that is missing is given back.
    if [ ! -e "$live_path" ] && [ ! -L "$live_path" ]; then mv "releases/$folder" "$live_path"; fi
    if [ "$(readlink "$live_path")" != "$target" ]; then explain .. "cannot switch $live"; fi
  fi
fi
flush .. . releases
