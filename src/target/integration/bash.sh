# Read as $ENV by a bash that was started in POSIX mode, because that is the one file which an interactive login bash reads and which needs
# no place on the disk. It makes the shell an ordinary login bash again, reads what that reads, and then adds its hooks.
exec 9<&-
set +o posix
shopt -u inherit_errexit
unset ENV
if [ -n "${__holdpoint_env+x}" ]; then export ENV="$__holdpoint_env"; unset __holdpoint_env; fi
case ${HISTFILE-} in */.sh_history) HISTFILE=~/.bash_history ;; esac
__holdpoint_nonce=@NONCE@
if [ -f /etc/profile ]; then . /etc/profile; fi
if [ -f ~/.bash_profile ]; then . ~/.bash_profile
elif [ -f ~/.bash_login ]; then . ~/.bash_login
elif [ -f ~/.profile ]; then . ~/.profile
fi
__holdpoint_say() { builtin printf '\e]133;P;holdpoint=%s;%s\a' "$__holdpoint_nonce" "$1" >/dev/tty; }
# The edit buffer, and what history expansion would make of it. `history -p` first takes away the line that was added last, as if that were the
# one that calls it; what was pushed it leaves.
__holdpoint_line() {
    local line
    if [[ $- == *H* && $READLINE_LINE == *['!^']* ]]; then
        line=$(
            line=$(HISTTIMEFORMAT= builtin history 1)
            [[ $line =~ ^\ *[0-9]+[*\ ]\ (.*)$ ]] && builtin history -s -- "${BASH_REMATCH[1]}"
            builtin history -p "$READLINE_LINE" 2>/dev/null
        ) && [[ $line != "$READLINE_LINE" ]] && __holdpoint_say "E;${line@Q}"
    fi
    __holdpoint_say "L;${READLINE_LINE@Q}"
}
# Behind its key stands a line: it is run if the edit buffer is just that, and else the buffer is told. The Enter is the last key of the macro that
# calls this, and does nothing behind a line that was told. (It is bound anew only then: that takes as long as all the rest.) It waits for the line's end
# as long as it takes: a part of it is no line. Not `[[ == ]]`, which may not mind capitals; and where other characters expand history it is told.
__holdpoint_if() {
    local want=
    if IFS= builtin read -r -d $'\x1f' want && builtin [ "$want" = "$READLINE_LINE" ] && [[ ${histchars-'!^'} == '!^'* ]]; then
        [[ $__holdpoint_armed == 1 ]] || __holdpoint_enter 1 '\C-m'
    else
        __holdpoint_enter 0 ''
        __holdpoint_line
    fi
}
__holdpoint_enter() {
    __holdpoint_armed=$1
    builtin bind -m emacs "\"\\e[holdpoint+\": \"$2\""
    builtin bind -m vi-insert "\"\\e[holdpoint+\": \"$2\""
    builtin bind -m vi-command "\"\\e[holdpoint+\": \"$2\""
}
# Puts the marks where they may have been taken away; the last of all that runs before a prompt. The nonce is not in them: a shell within this one
# that got its prompt has none.
__holdpoint_prompt() {
    local status=$?
    [[ $PS0 == *__holdpoint_nonce* ]] || PS0=$PS0'\e]133;P;holdpoint=${__holdpoint_nonce-};C\a'
    [[ $PS1 == *__holdpoint_nonce* ]] || PS1=$PS1'\[\e]133;P;holdpoint=${__holdpoint_nonce-};B;$((__holdpoint_n+=1))\a\]'
    [[ $PS2 == *__holdpoint_nonce* ]] || PS2=$PS2'\[\e]133;P;holdpoint=${__holdpoint_nonce-};B2;$((__holdpoint_n+=1))\a\]'
    return "$status"
}
if ((BASH_VERSINFO[0] >= 5)) && [[ $- == *i* ]]; then
    __holdpoint_say 'H;bash'
    # A macro first: out of an incremental search readline runs no command of the shell that is bound to one key.
    for __holdpoint_map in emacs vi-insert vi-command; do
        bind -m "$__holdpoint_map" -x '"\e[holdpoint~": __holdpoint_line "$_"'
        bind -m "$__holdpoint_map" '"\C-^": "\e[holdpoint~"'
        bind -m "$__holdpoint_map" -x '"\e[holdpoint=": __holdpoint_if "$_"'
        bind -m "$__holdpoint_map" '"\e[!": "\e[holdpoint=\e[holdpoint+"'
    done
    unset __holdpoint_map
    __holdpoint_enter 0 ''
    if [[ ${PROMPT_COMMAND@a} == *a* ]]; then PROMPT_COMMAND+=(__holdpoint_prompt)
    else PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__holdpoint_prompt
    fi
fi
