# Puts a missing live name back. $1: deploy path, $2: live name, $3: what it links to, $4: what can rename onto a link.
# shellcheck shell=sh
own "$1"
[ -d "../$3" ] || die not-found "$3 is not there any more"
rm -f live.next
ln -s -- "$3" live.next || explain . "cannot make a link"
rename_over "$4" live.next "../$2" || explain .. "cannot put $2 back"
flush ..
