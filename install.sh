#!/bin/sh
# Builds Holdpoint from this checkout and runs its demo, its installation, its tests, or takes the installation away again.
# Try `./install.sh --help`. Everything is in functions that the last line calls, so that half a file does nothing.

set -eu

usage() {
    cat <<'EOF'
Holdpoint: an SSH bastion with just-in-time action approval.

  ./install.sh demo [ARGUMENT…]   build it and try it, on loopback, out of this folder
  ./install.sh install            build it and install it
  ./install.sh uninstall          remove exactly what was installed
  ./install.sh test [ARGUMENT…]   install what the tests need, then run them all

Options of install and uninstall:
  --prefix DIR      where to: DIR/bin/holdpoint (default: ~/.local)
  --dry-run         say what would be done, and do nothing
  --purge           uninstall: your configuration and state too (~/.config/holdpoint, ~/.local/state/holdpoint)
  -y, --yes         ask nothing

Options of test:
  --packages-only   install what the tests need and stop there
  -y, --yes         ask nothing

Arguments of demo go to `holdpoint demo`, those of test to the test runner. Nothing here needs root, except to install the
packages that the tests need. No shell start-up file is ever edited, no service started.

Exit codes: 0 done, 1 not done, 2 wrong command line.
EOF
}

say() { printf '%s\n' "$*" >&2; }

# die WHAT [WHAT-TO-DO]
die() {
    say "install.sh: $1"
    if [ $# -gt 1 ]; then say "  $2"; fi
    exit 1
}

wrong() {
    say "install.sh: $1"
    say "  ./install.sh --help lists what there is."
    exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# ask QUESTION: yes with -y, otherwise a person must be there to say so.
ask() {
    if [ "$yes" = 1 ]; then return 0; fi
    if [ ! -t 0 ]; then die "$1 Nobody is here to answer." "Run it again with -y if you mean it."; fi
    printf '%s [y/N] ' "$1" >&2
    read -r answer || answer=
    case $answer in [yY] | [yY][eE][sS]) return 0 ;; *) return 1 ;; esac
}

# --- building ---------------------------------------------------------------------------------------------------------

need_checkout() {
    if [ ! -f "$here/Cargo.toml" ] || [ ! -f "$here/Cargo.lock" ]; then
        die "this is not in a checkout of Holdpoint: $here has no Cargo.toml or no Cargo.lock." \
            "Clone the repository and run ./install.sh in it."
    fi
}

# The oldest Rust that will do, as Cargo.toml says it.
wanted_rust() { sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$here/Cargo.toml"; }

# older A B: is version A older than version B? Only major and minor count.
older() {
    a_major=${1%%.*} a_rest=${1#*.} b_major=${2%%.*} b_rest=${2#*.}
    a_minor=${a_rest%%.*} b_minor=${b_rest%%.*}
    [ "$a_major" -lt "$b_major" ] || { [ "$a_major" -eq "$b_major" ] && [ "$a_minor" -lt "$b_minor" ]; }
}

need_cargo() {
    if ! have cargo && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    fi
    wanted=$(wanted_rust)
    have cargo || die "Holdpoint is built from source, and cargo is not installed." \
        "Install Rust $wanted or newer (https://rustup.rs), then run this again."
    # "cargo 1.95.0 (f2d3ce0bd 2026-03-21)"
    version=$(cd "$here" && cargo --version) || die "cargo does not run." "See what 'cargo --version' says."
    found=$(printf '%s\n' "$version" | sed -n 's/^cargo \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p')
    [ -n "$found" ] || die "cargo does not say its version: '$version'." "See what 'cargo --version' says."
    if older "$found" "$wanted"; then
        die "Rust $wanted or newer is needed; cargo here is $found." "'rustup update stable' brings the newest one."
    fi
    have cc || die "a C compiler is needed to build (two dependencies have parts in C) and to link." \
        "On Debian and Ubuntu: apt-get install gcc libc6-dev"
}

# Builds the release binary; its path is in $built.
build() {
    say "building (the first time takes some minutes) …"
    (cd "$here" && cargo build --release --locked --bin holdpoint) >&2 || die "the build failed; cargo says why above."
    target=${CARGO_TARGET_DIR:-target}
    case $target in /*) ;; *) target=$here/$target ;; esac
    built=$target/release/holdpoint
    [ -x "$built" ] || die "cargo built, but $built is not there." "Is build.target-dir set? Set CARGO_TARGET_DIR to the same."
}

# --- the words --------------------------------------------------------------------------------------------------------

demo() {
    need_checkout
    need_cargo
    build
    # The demo keeps its keys and recordings in this checkout.
    cd "$here"
    exec "$built" demo "$@"
}

install() {
    need_checkout
    need_sha256
    if [ "$dry" = 1 ]; then
        say "would build holdpoint with cargo in $here"
        for file in $files; do say "would install $prefix/$file"; done
        say "would write the receipt $receipt"
        return 0
    fi
    need_cargo
    build
    if is_installed; then
        say "holdpoint is installed in $prefix and up to date: nothing to do."
        return 0
    fi
    # Directories that were not there before are ours, and uninstall takes them away again.
    ours=
    if [ -f "$receipt" ]; then ours=$(sed -n 's/^dir  //p' "$receipt"); fi
    for dir in bin share share/doc share/doc/holdpoint share/holdpoint; do
        [ -d "$prefix/$dir" ] || ours="$ours
$dir"
    done
    mkdir -p "$prefix/bin" "$prefix/share/doc/holdpoint" "$prefix/share/holdpoint" ||
        die "$prefix cannot be written." "Choose another place with --prefix DIR."
    new="$prefix/share/holdpoint/.receipt.$$"
    trap 'rm -f "$new" "$prefix/bin/.holdpoint.$$" "$prefix/share/doc/holdpoint/.LICENSE.$$"' EXIT
    {
        echo "# What ./install.sh installed, with SHA-256. ./install.sh uninstall removes exactly this."
        for file in $files; do printf '%s  %s\n' "$(sha256 "$(source_of "$file")")" "$file"; done
        printf '%s\n' "$ours" | sed -n 's/^\(..*\)$/dir  \1/p'
    } >"$new"
    # The receipt first: what is interrupted half-way can still be uninstalled.
    mv -f "$new" "$receipt"
    put "$(source_of bin/holdpoint)" bin/holdpoint 755
    put "$(source_of share/doc/holdpoint/LICENSE)" share/doc/holdpoint/LICENSE 644
    trap - EXIT
    say "installed $prefix/bin/holdpoint"
    case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) say "$prefix/bin is not in your PATH. This line adds it:  export PATH=\"$prefix/bin:\$PATH\"" ;;
    esac
}

uninstall() {
    need_sha256
    if [ ! -f "$receipt" ]; then
        say "nothing is installed in $prefix: $receipt is not there."
    elif [ "$dry" = 1 ] || ask "Remove holdpoint from $prefix?"; then
        remove_files
    else
        die "nothing was removed."
    fi
    if [ "$purge" = 1 ]; then purge; fi
}

run_tests() {
    need_checkout
    only=0
    while [ $# -gt 0 ]; do
        case $1 in
        --packages-only) only=1 ;;
        -y | --yes) yes=1 ;;
        *) break ;;
        esac
        shift
    done
    packages
    if [ "$only" = 1 ]; then return 0; fi
    need_cargo
    cd "$here"
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --locked --no-fail-fast "$@"
        # nextest runs no examples out of the documentation.
        if [ $# = 0 ]; then cargo test --locked --doc; fi
    else
        cargo test --locked --no-fail-fast "$@"
    fi
}

# --- installing and removing ------------------------------------------------------------------------------------------

# What is installed, under the prefix.
files='bin/holdpoint share/doc/holdpoint/LICENSE'

source_of() {
    case $1 in
    bin/holdpoint) printf '%s\n' "$built" ;;
    *) printf '%s\n' "$here/${1##*/}" ;;
    esac
}

need_sha256() {
    have sha256sum || have shasum || have openssl ||
        die "no tool for SHA-256 is here: sha256sum, shasum or openssl." "Install one; nothing is installed unchecked."
}

sha256() {
    if have sha256sum; then
        sha256sum <"$1" | cut -d ' ' -f 1
    elif have shasum; then
        shasum -a 256 <"$1" | cut -d ' ' -f 1
    else
        openssl dgst -sha256 -r <"$1" | cut -d ' ' -f 1
    fi
}

# Whether every file is there as it was built and the receipt says so.
is_installed() {
    for file in $files; do
        sum=$(sha256 "$(source_of "$file")")
        [ -f "$prefix/$file" ] && [ "$(sha256 "$prefix/$file")" = "$sum" ] || return 1
        grep -qxF "$sum  $file" "$receipt" 2>/dev/null || return 1
    done
}

# put SOURCE FILE MODE: copies beside the place and renames, so that a running holdpoint is not disturbed; then checks what arrived.
put() {
    part="$prefix/${2%/*}/.${2##*/}.$$"
    cp "$1" "$part" || die "$prefix/$2 cannot be written." "Is the disk full?"
    chmod "$3" "$part"
    [ "$(sha256 "$part")" = "$(sha256 "$1")" ] || die "$prefix/$2 did not arrive whole." "Is the disk full?"
    mv -f "$part" "$prefix/$2"
}

remove_files() {
    kept=0
    while read -r sum file; do
        case $sum:$file in '#'*) continue ;; dir:*) continue ;; esac
        # A receipt that somebody wrote into must not lead out of the prefix.
        case /$file/ in //* | */../*) die "the receipt $receipt names '$file', which is outside $prefix." ;; esac
        if [ ! -f "$prefix/$file" ]; then
            say "already gone: $prefix/$file"
        elif [ "$(sha256 "$prefix/$file")" != "$sum" ]; then
            say "kept, since it is not what was installed: $prefix/$file"
            kept=1
        elif [ "$dry" = 1 ]; then
            say "would remove $prefix/$file"
        else
            rm -f "$prefix/$file"
            say "removed $prefix/$file"
        fi
    done <"$receipt"
    if [ "$dry" = 1 ]; then return 0; fi
    dirs=$(sed -n 's/^dir  //p' "$receipt" | sort -r)
    rm -f "$receipt"
    # Only those that install made, and only if nothing else is in them.
    printf '%s\n' "$dirs" | while read -r dir; do
        case /$dir/ in // | //* | */../*) continue ;; esac
        rmdir "$prefix/$dir" 2>/dev/null || :
    done
    if [ "$kept" = 1 ]; then die "some files were kept; remove them by hand if you do not need them."; fi
}

purge() {
    for dir in "${XDG_CONFIG_HOME:-$HOME/.config}/holdpoint" "${XDG_STATE_HOME:-$HOME/.local/state}/holdpoint"; do
        case $dir in /*/holdpoint) ;; *) die "'$dir' is no absolute path: look at XDG_CONFIG_HOME and XDG_STATE_HOME." ;; esac
        [ -d "$dir" ] || continue
        if [ "$dry" = 1 ]; then
            say "would remove $dir"
        elif ask "Remove $dir with everything in it?"; then
            rm -rf "$dir"
            say "removed $dir"
        fi
    done
}

# --- what the tests need ----------------------------------------------------------------------------------------------

# program:Debian package
needs='busybox:busybox tcsh:tcsh sshd:openssh-server ssh:openssh-client tmux:tmux zsh:zsh fish:fish asciinema:asciinema vim:vim less:less ps:procps
strace:strace shellcheck:shellcheck python3:python3 git:git cc:gcc screen:screen sqlite3:sqlite3 psql:postgresql-client
htop:htop mc:mc postgres:postgresql mariadbd:mariadb-server-core mariadb:mariadb-client-core redis-cli:redis-tools'

packages() {
    missing=
    for need in $needs; do
        # sshd lives where a user's PATH does not look, and Debian keeps each version of PostgreSQL's server in a folder of its own.
        (PATH=$PATH:/usr/sbin:/sbin$(printf ':%s' /usr/lib/postgresql/*/bin) && have "${need%%:*}") || missing="$missing ${need#*:}"
    done
    # A second terminal emulator, as a module of Debian's own Python.
    /usr/bin/python3 -c 'import pyte' 2>/dev/null || missing="$missing python3-pyte"
    # A library has no program of its name.
    found=
    for dir in /usr/lib /usr/lib64 /usr/lib/*-linux-gnu; do
        if [ -e "$dir/libnss_wrapper.so" ]; then found=1; fi
    done
    if [ -z "$found" ]; then missing="$missing libnss-wrapper"; fi
    if [ ! -e /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh ]; then missing="$missing zsh-autosuggestions"; fi
    if [ -z "$missing" ]; then return 0; fi
    case $missing in *" gcc"*) missing="$missing libc6-dev" ;; esac
    if ! have apt-get; then
        die "the tests need these, and this is no Debian:$missing" "Install them with your package manager and run this again."
    fi
    case $missing in
    *openssh-server*) say "Note: Debian starts the server of openssh-server on port 22; the tests only need the program." ;;
    esac
    case $missing in
    *" postgresql"*) say "Note: Debian starts PostgreSQL's server on loopback; the tests only need the program, and use data of their own." ;;
    esac
    as_root=
    if [ "$(id -u)" != 0 ]; then
        have sudo || die "the tests need these packages:$missing" "Have root run: apt-get install$missing"
        as_root=sudo
        if [ ! -t 0 ]; then as_root='sudo -n'; fi
    fi
    if [ "${CI:-}" = true ]; then yes=1; fi
    ask "Install the packages that the tests need:$missing?" || die "the tests cannot run without them."
    # The words of $as_root and $missing are words on purpose.
    # shellcheck disable=SC2086
    {
        $as_root apt-get update -q &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    } </dev/null >&2 || die "apt-get could not install:$missing"
}

# ----------------------------------------------------------------------------------------------------------------------

main() {
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
    prefix=${HOME:-}/.local dry=0 purge=0 yes=0 word=
    while [ $# -gt 0 ]; do
        case $1 in
        demo | test)
            # What follows belongs to the program that is run.
            [ -z "$word" ] || wrong "'$word' and '$1' are two words; give one."
            word=$1
            shift
            break
            ;;
        install | uninstall)
            [ -z "$word" ] || wrong "'$word' and '$1' are two words; give one."
            word=$1
            ;;
        --prefix)
            [ $# -ge 2 ] || wrong "--prefix needs a directory."
            prefix=$2
            shift
            ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        --dry-run) dry=1 ;;
        --purge) purge=1 ;;
        -y | --yes) yes=1 ;;
        -h | --help | help)
            usage
            return 0
            ;;
        *) wrong "'$1' is not known." ;;
        esac
        shift
    done
    if [ -z "$word" ]; then
        usage >&2
        exit 2
    fi
    case $word:$dry$purge in
    install:?1) wrong "--purge belongs to uninstall." ;;
    demo:*1* | test:*1*) wrong "--dry-run and --purge belong to install and uninstall." ;;
    esac
    case $prefix in
    '' | /.local) die "HOME is not set." "Say where to install: --prefix DIR" ;;
    /*) ;;
    *) prefix=$PWD/$prefix ;;
    esac
    receipt=$prefix/share/holdpoint/receipt
    case $word in
    demo) demo "$@" ;;
    install) install ;;
    uninstall) uninstall ;;
    test) run_tests "$@" ;;
    esac
}

main "$@"
