# Puts a missing live name back. Takes root (the deploy path), live (the live name), target (what it links to) and rename (what can rename onto a
# link).
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
[ -d "../$target" ] || die not-found "$target is gone"
rm -f live.next
ln -s -- "$target" live.next || explain . "cannot make a link"
rename_over "$rename" live.next "../$live" || explain .. "cannot put $live back"
flush ..
