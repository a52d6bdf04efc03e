# The .zshenv of a directory that was made for this shell alone, and that is gone once this line has run.
command rm -rf -- "$ZDOTDIR"
if (( ${+__holdpoint_zdotdir} )); then export ZDOTDIR=$__holdpoint_zdotdir; else unset ZDOTDIR; fi
unset __holdpoint_zdotdir
typeset -g __holdpoint_nonce=@NONCE@
typeset -gi __holdpoint_n
if [[ -o interactive ]]; then
    __holdpoint_say() { builtin print -rn -- $'\e]133;P;holdpoint='"$__holdpoint_nonce;$1"$'\a' >/dev/tty }
    __holdpoint_quoted() {
        emulate -L zsh -o extendedglob
        local line=$1 match mbegin mend MATCH MBEGIN MEND
        line=${line//\\/\\\\}
        line=${line//$'\n'/\\n}
        if [[ $line == *[[:cntrl:]]* ]]; then
            line=${line//(#m)[[:cntrl:]]/\\x${(l:2::0:)$(( [##16] #MATCH ))}}
        fi
        REPLY=$line
    }
    __holdpoint_line() {
        emulate -L zsh
        local REPLY
        if [[ -o banghist && $BUFFER == *[\!^]* ]]; then
            local line=$BUFFER at=$CURSOR
            zle .expand-history 2>/dev/null
            if [[ $BUFFER != "$line" ]]; then
                __holdpoint_quoted $BUFFER; __holdpoint_say "E;x$REPLY"
                BUFFER=$line CURSOR=$at
            fi
        fi
        __holdpoint_quoted $BUFFER
        __holdpoint_say "L;x$REPLY"
    }
    __holdpoint_ready() { case $CONTEXT in start) __holdpoint_say "B;$((++__holdpoint_n))" ;; cont) __holdpoint_say "B2;$((++__holdpoint_n))" ;; esac }
    __holdpoint_running() { __holdpoint_say C }
    # At the first prompt, so after everything that the shell reads at its start.
    __holdpoint_install() {
        precmd_functions=(${precmd_functions:#__holdpoint_install})
        __holdpoint_say 'H;zsh'
        zle -N __holdpoint_line
        local map
        for map in emacs viins vicmd; do bindkey -M $map '^^' __holdpoint_line; done
        autoload -Uz add-zle-hook-widget && add-zle-hook-widget line-init __holdpoint_ready
        preexec_functions+=(__holdpoint_running)
    }
    typeset -ga precmd_functions preexec_functions
    precmd_functions+=(__holdpoint_install)
fi
if [[ -o rcs && -f ${ZDOTDIR:-$HOME}/.zshenv ]]; then . ${ZDOTDIR:-$HOME}/.zshenv; fi
