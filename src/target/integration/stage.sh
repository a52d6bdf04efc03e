# What a target's own /bin/sh runs in place of the login shell: it says that it is there, shows what sshd shows at a login, and becomes
# the account's shell as sshd would have started it, with the hooks that we have for it. $2 is the environment that sshd gave, one
# variable behind each \001, if the account's shell could say so: its start-up files may have changed what we would pass on.
printf '\033]133;P;holdpoint=@NONCE@;H\007'
case $2 in
'' | '`'*)
    clean=
    unset SHLVL
    set --
    ;;
*)
    clean=-i
    IFS=$(printf '\001')
    set -f
    set -- $2
    set +f
    ;;
esac
unset IFS
for given in "$@"; do
    case $given in
    ENV=*) set -- "$@" "__holdpoint_env=${given#ENV=}" ;;
    ZDOTDIR=*) set -- "$@" "__holdpoint_zdotdir=${given#ZDOTDIR=}" ;;
    esac
done
configured() { grep -qis "$1" /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*; }
# This login is the first that is listed; sshd names the one before.
last_login() {
    if ! configured '^ *printlastlog *no'; then
        LC_ALL=C last -wF -n 2 "${LOGNAME:-$USER}" 2>/dev/null |
            sed -n '2s/^[^ ]* *[^ ]* *\([^ ]*\) *\([A-Z][a-z]* [A-Z][a-z]* [ 0-9][0-9] [0-9:]* [0-9]*\).*/Last login: \2 from \1/p'
    fi
}
if [ ! -e "$HOME/.hushlogin" ]; then
    if grep -qs '^[^#]*pam_motd' /etc/pam.d/sshd && configured '^ *usepam *yes'; then
        cat /run/motd.dynamic /etc/motd 2>/dev/null
        last_login
    else
        last_login
        configured '^ *printmotd *no' || cat /etc/motd 2>/dev/null
    fi
fi
unset -f configured last_login
: "${SHELL:=/bin/sh}"
# A login shell is told by the dash before its name.
named='exec -a "-${0##*/}" "$0" "$@"'
if [ "${SHELL##*/}" = bash ]; then bash=$SHELL; else bash=$(command -v bash); fi
case ${SHELL##*/} in
bash)
    exec env $clean "$@" POSIXLY_CORRECT= ENV=/dev/fd/9 "$bash" --norc --noprofile -c "$named" "$SHELL" 9<<'__holdpoint_end'
@BASH@
__holdpoint_end
    ;;
zsh)
    if ! grep -qs '^[^#]*ZDOTDIR' /etc/zshenv /etc/zsh/zshenv && dir=$(mktemp -d "${TMPDIR:-/tmp}/.holdpoint.XXXXXXXX" 2>/dev/null); then
        cat >"$dir/.zshenv" <<'__holdpoint_end'
@ZSH@
__holdpoint_end
        set -- "$@" "ZDOTDIR=$dir"
    fi
    if [ "$bash" ]; then exec env $clean "$@" "$bash" --norc --noprofile -c "$named" "$SHELL"; fi
    exec env $clean "$@" "$SHELL" -f -c "$named" "$SHELL"
    ;;
fish)
    set -- "$@" "__holdpoint_hooks=$(cat <<'__holdpoint_end'
@FISH@
__holdpoint_end
)"
    start='set -l hooks $__holdpoint_hooks; set -e __holdpoint_hooks; eval $hooks'
    if [ "$bash" ]; then exec env $clean "$@" "$bash" --norc --noprofile -c "$named" "$SHELL" -C "$start"; fi
    exec env $clean "$@" "$SHELL" -l -C "$start"
    ;;
esac
# bash would leave them a variable SHLVL that they had not had.
if command -v perl >/dev/null 2>&1; then
    exec env $clean "$@" perl -e '$n = $ARGV[0]; $n =~ s{.*/}{}; exec { $ARGV[0] } "-$n"' "$SHELL"
fi
exec env $clean "$@" "$SHELL" -l
