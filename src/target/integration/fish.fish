set -g __holdpoint_nonce @NONCE@
set -g __holdpoint_n 0
function __holdpoint_say; printf '\e]133;P;holdpoint=%s;%s\a' $__holdpoint_nonce $argv[1] >/dev/tty; end
function __holdpoint_line
    set -l line (commandline | string collect)
    __holdpoint_say 'L;%'(string escape --style=url -- "$line")
end
function __holdpoint_ready --on-event fish_prompt --on-event fish_cancel; set -g __holdpoint_n (math $__holdpoint_n + 1); __holdpoint_say "B;$__holdpoint_n"; end
function __holdpoint_running --on-event fish_preexec; __holdpoint_say C; end
for map in default insert visual replace replace_one; bind -M $map \x1e __holdpoint_line; end
__holdpoint_say 'H;fish'
