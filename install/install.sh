#!/bin/sh
# Installs stratos: downloads one file, checks it against the SHA-256 that stands below, runs its
# self-test, and renames it into place. A file without a pin is not installed.
#
#   curl -fsSL https://cloudcdn.pro/dist/stratos/install.sh | sh
#   curl -fsSL https://cloudcdn.pro/dist/stratos/install.sh | sh -s -- --prefix "$HOME/tools"
#
# All of it is in functions that the last line calls, so that a script that arrived in part runs
# nothing. It is POSIX sh: dash, busybox ash and bash run it, with GNU, busybox and BSD tools.
set -eu

PINNED_VERSION='0.1.0'
PUBLIC_KEY=''
BASE_URL='https://cloudcdn.pro/dist/stratos/'
BINARY_LIMIT=67108864 # bytes; a longer answer is cut off while it arrives
TEXT_LIMIT=4194304
SELF_TEST_SECONDS=30

# The SHA-256 of the files of PINNED_VERSION; the release tool writes the lines between the marks.
pin() {
  case $1 in
    # pins: begin
    # pins: end
    *) return 1 ;;
  esac
}

usage() {
  printf '%s\n' \
    "Installs stratos $PINNED_VERSION, checked against the SHA-256 in this script." \
    '' \
    'usage: install.sh [options]      or: curl -fsSL URL/install.sh | sh -s -- [options]' \
    '' \
    '  --prefix DIR        where to (STRATOS_PREFIX; /usr/local for root, else ~/.local)' \
    '  --base-url URL      a mirror, https:// or file:/// (STRATOS_BASE_URL)' \
    '  --version VERSION   another version (STRATOS_VERSION); wants --sha256' \
    '  --sha256 HEX        the SHA-256 of its binary (STRATOS_SHA256)' \
    '  --target LABEL      another build than this machine suggests (STRATOS_TARGET)' \
    '  --no-man            without the man page' \
    '  --no-completions    without the completions of bash, zsh and fish' \
    "  --only-binary       without both, and without the release's manifest" \
    '  --from-source       build it with cargo; for a script that stands in a clone' \
    '  --uninstall         remove what was installed; settings stay' \
    '  --dry-run           say what would be done, and do nothing' \
    '  -h, --help          this text' \
    '' \
    'exit codes: 64 wrong argument, 65 refused as not genuine, 66 no such file, 69 not to be had,' \
    '70 the self-test or the build failed, 73 cannot write there, 74 the disk is full'
}

main() {
  exec </dev/null # a script that comes through a pipe is not to be eaten by what it runs
  unset CDPATH
  LC_ALL=C
  export LC_ALL
  umask 022
  settle "$@"
  trap clean EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
  case $action in
    install) install_release ;;
    source) install_source ;;
    uninstall) uninstall ;;
  esac
}

# ---- words ----

say() { printf '%s\n' "$*"; }

note() { printf '%s%s\n' "$(colour 33 note:) " "$*" >&2; }

# fail CODE MESSAGE
fail() {
  code=$1
  shift
  printf '%s%s\n' "$(colour 31 error:) " "$*" >&2
  exit "$code"
}

colour() {
  if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    printf '\033[%sm%s\033[0m' "$1" "$2"
  else
    printf '%s' "$2"
  fi
}

# As one word of a shell, whatever is in it.
quoted() {
  case $1 in
    *[!A-Za-z0-9_./:@%+,=-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
  esac
}

# A URL without the password that may stand in it.
shown() { printf '%s' "$1" | sed 's|//[^/@]*@|//|'; }

has() { command -v "$1" >/dev/null 2>&1; }

# ---- what was asked ----

settle() {
  action=install dry='' man=y completions=y manifest=y
  prefix=${STRATOS_PREFIX:-} base=${STRATOS_BASE_URL:-} version=${STRATOS_VERSION:-}
  sha256=${STRATOS_SHA256:-} target=${STRATOS_TARGET:-}
  stage='' child='' absent='' missing_above=0 placed=''
  parse "$@"
  settle_prefix
  settle_base
  settle_version
}

parse() {
  while [ $# -gt 0 ]; do
    name=$1 value='' given=''
    case $1 in
      --*=*) name=${1%%=*} value=${1#*=} given=y ;;
    esac
    shift
    case $name in
      --prefix | --base-url | --version | --sha256 | --target)
        if [ -z "$given" ] && [ $# -gt 0 ]; then
          value=$1
          shift
        fi
        [ -n "$value" ] || fail 64 "$name wants a value: $name VALUE"
        ;;
      *) [ -z "$given" ] || fail 64 "$name takes no value: leave out what follows it" ;;
    esac
    case $name in
      --prefix) prefix=$value ;;
      --base-url) base=$value ;;
      --version) version=$value ;;
      --sha256) sha256=$value ;;
      --target) target=$value ;;
      --no-man) man='' ;;
      --no-completions) completions='' ;;
      --only-binary) man='' completions='' manifest='' ;;
      --from-source) action=source ;;
      --uninstall) action=uninstall ;;
      --dry-run) dry=y ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) fail 64 "$name is not known: --help lists the options" ;;
    esac
  done
}

settle_prefix() {
  if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then
      prefix=/usr/local
    elif [ -n "${HOME:-}" ]; then
      prefix=$HOME/.local
    else
      fail 64 'there is no home directory to install into: name a folder with --prefix DIR'
    fi
  fi
  case $prefix in
    *[[:cntrl:]]*) fail 64 'the prefix has a control character in it: name another folder with --prefix' ;;
    /*) ;;
    *) prefix=$(pwd)/$prefix ;;
  esac
  while [ "${prefix%/}" != "$prefix" ]; do prefix=${prefix%/}; done
  bin=$prefix/bin
  program=$bin/stratos
}

settle_base() {
  base=${base:-$BASE_URL}
  case $base in
    file:///* | file://localhost/*) ;;
    https://*[!][A-Za-z0-9._~:/@%+,=-]*) fail 64 'the base URL has characters that no folder of a URL has: check --base-url' ;;
    https://?*) ;;
    http://*) fail 64 "$(shown "$base") is not encrypted: a mirror is https:// or file:///" ;;
    *) fail 64 "$(shown "$base") is no base URL: it begins with https:// or file:///" ;;
  esac
  base=${base%/}/
}

settle_version() {
  version=${version#v}
  version=${version:-$PINNED_VERSION}
  case $version in
    *[!A-Za-z0-9.+-]* | *..* | [!0-9]*) fail 64 "\"$version\" is no version: write it like $PINNED_VERSION" ;;
    [0-9]*.[0-9]*.[0-9]*) ;;
    *) fail 64 "\"$version\" is no version: write it like $PINNED_VERSION" ;;
  esac
  case $target in
    *[!A-Za-z0-9_-]*) fail 64 "\"$target\" is no target: write it like x86_64-unknown-linux-musl" ;;
  esac
  [ -n "$sha256" ] || return 0
  sha256=$(printf '%s' "$sha256" | tr ABCDEF abcdef)
  is_digest "$sha256" || fail 64 'STRATOS_SHA256 is no SHA-256: it has 64 hexadecimal digits'
}

is_digest() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 64 ]
}

# ---- which build ----

# The labels that this machine can run, best first: a static build needs nothing of the system.
labels() {
  if [ -n "$target" ]; then
    say "$target"
    return
  fi
  system=$(uname -s) machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    armv7* | armv8l) machine=armv7 ;;
    riscv64) machine=riscv64gc ;;
  esac
  case $system in
    Linux) linux_labels ;;
    Darwin)
      # A shell under Rosetta is told x86_64 on a machine that is not.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then machine=aarch64; fi
      say "$machine-apple-darwin"
      ;;
    MINGW* | MSYS* | CYGWIN*) fail 69 'this is Windows: run install.ps1 in PowerShell' ;;
    *) say "$machine-unknown-$(printf '%s' "$system" | tr ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz)" ;;
  esac
}

linux_labels() {
  case $machine in
    armv7) say "$machine-unknown-linux-musleabihf $machine-unknown-linux-gnueabihf" ;;
    *) say "$machine-unknown-linux-musl $machine-unknown-linux-gnu-static $machine-unknown-linux-gnu" ;;
  esac
}

# Sets $file and $digest by the pins, or leaves $file empty where the user's digest decides.
choose() {
  labels=$(labels)
  file='' digest='' pinned=''
  if [ "$version" = "$PINNED_VERSION" ]; then
    for label in $labels; do
      if digest=$(pin "stratos-$version-$label"); then
        file=stratos-$version-$label pinned=y
        break
      fi
    done
  fi
  if [ -n "$pinned" ]; then
    is_digest "$digest" || fail 65 "the pin of $file is damaged: download this script again"
    [ "${sha256:-$digest}" = "$digest" ] ||
      fail 64 "STRATOS_SHA256 is not the digest of $file that this script holds ($digest): leave it away"
    return 0
  fi
  [ -z "$sha256" ] || return 0
  [ "$version" = "$PINNED_VERSION" ] ||
    fail 65 "this script holds no SHA-256 for stratos $version, only for $PINNED_VERSION:" \
      'name the digest of its binary too, as STRATOS_SHA256 or --sha256'
  fail 65 "this script holds no SHA-256 of stratos $version for ${labels%% *}, and installs nothing unchecked:" \
    'build it from a clone with install/install.sh --from-source, or name a release that you trust' \
    'with STRATOS_VERSION and STRATOS_SHA256'
}

# ---- downloads ----

tools() {
  digester=''
  for tool in sha256sum shasum sha256 openssl; do
    if has "$tool"; then
      digester=$tool
      break
    fi
  done
  [ -n "$digester" ] ||
    fail 69 'nothing here computes a SHA-256: install sha256sum (coreutils), shasum or openssl'
  case $base in file://*) return 0 ;; esac
  downloader=''
  if has curl; then
    downloader=curl
  elif has wget; then
    downloader=wget
    if wget --version 2>/dev/null | grep -q 'GNU Wget'; then downloader=gnu_wget; fi
  else
    fail 69 'neither curl nor wget is here: install one of them, or name a folder with --base-url file:///FOLDER'
  fi
}

# fetch NAME LIMIT: the release's file NAME into the stage; else why not, in $problem and $code.
fetch() {
  url=$base$version/$1 into=$stage/$1 limit=$2 size=0 status=0 code=69
  problem="cannot download $(shown "$url"): see the line above, or name a mirror with --base-url"
  case $base in
    file://*) copy ;;
    *) "with_$downloader" ;;
  esac || return 1
  if [ -f "$into" ]; then size=$(($(wc -c <"$into"))); fi
  if [ "$size" -gt "$limit" ]; then
    code=65 problem="$1 is longer than $limit bytes, which no file of a release is: it was not kept"
    return 1
  fi
  if [ "$status" -ne 0 ]; then return 1; fi
  if [ "$size" -eq 0 ]; then
    code=65 problem="$1 is empty at $(shown "$base"): nothing was installed; try again, or another mirror"
    return 1
  fi
}

need() { fetch "$@" || fail "$code" "$problem"; }

# Runs a command so that a signal to this script ends it too; its exit code is then in $status.
attend() {
  "$@" &
  child=$!
  status=0
  wait "$child" || status=$?
  child=''
}

# bounded COMMAND: writes no file longer than the limit; runs in a process of its own.
bounded() {
  umask 077
  trap '' XFSZ # so that the write fails, and the command says so and ends
  ulimit -f $((limit / 512 + 1)) 2>/dev/null || :
  exec "$@"
}

copy() {
  from=${url#file://}
  from=/${from#*/}
  if [ ! -f "$from" ]; then
    code=66 problem="there is no file $from: the base URL names the folder in which $version/ is"
    return 1
  fi
  size=$(($(wc -c <"$from")))
  if [ "$size" -gt "$limit" ]; then return 0; fi # told by whoever asked
  attend bounded cp "$from" "$into"
  [ "$status" -eq 0 ] || code=74 problem="cannot copy $from to $bin: see the line above"
}

with_curl() {
  set -- -sS
  # A progress bar for what takes a while, on a terminal.
  if [ -t 2 ] && [ "$limit" = "$BINARY_LIMIT" ]; then set -- --progress-bar; fi
  attend bounded curl "$@" -fgL --proto '=https' --proto-redir '=https' --max-redirs 5 --tlsv1.2 \
    --connect-timeout 30 --speed-limit 1 --speed-time 60 --retry 2 --max-filesize "$limit" \
    -o "$into" "$url"
  case $status in
    1 | 47) problem="$(shown "$url") leads elsewhere than https, or on and on: name another mirror with --base-url" ;;
    22) problem="there is no $(shown "$url"), or the server has trouble: check the version and --base-url" ;;
    23) code=74 problem="cannot write to $bin: the disk is full, or a limit is reached" ;;
    63) code=65 problem="$(shown "$url") is longer than $limit bytes, which no file of a release is" ;;
  esac
}

# GNU wget would follow a redirect to http: it follows none, and the hops are ours.
with_gnu_wget() {
  hops=0
  while :; do
    attend bounded wget -q -S --no-hsts --max-redirect=0 --tries=3 --timeout=60 -O "$into" "$url" 2>"$stage/log"
    next=$(locations | tail -n 1)
    if [ "$status" -eq 0 ] || [ -z "$next" ]; then break; fi
    hops=$((hops + 1))
    if [ "$hops" -gt 5 ]; then
      problem="$(shown "$url") leads on and on: name another mirror with --base-url"
      return 1
    fi
    follow "$next" || return 1
  done
  [ "$status" -eq 0 ] || wget_failed
}

# follow LOCATION: sets $url, or refuses what is not https.
follow() {
  host=${url#https://}
  host=${host%%/*}
  case $1 in
    https://*) url=$1 ;;
    //*) url=https:$1 ;;
    /*) url=https://$host$1 ;;
    *)
      problem="$(shown "$url") leads to $(shown "$1"), which is not https: name another mirror with --base-url"
      return 1
      ;;
  esac
}

# Other wgets follow redirects by themselves. Nothing secret is sent and the digest decides, but what
# came through plain http is refused all the same.
with_wget() {
  attend bounded wget -q -S -O "$into" "$url" 2>"$stage/log"
  hops=$(($(locations | wc -l)))
  if [ "$hops" -gt 5 ] || locations | grep -v '^https://' | grep -q '^[A-Za-z][A-Za-z0-9+.-]*:'; then
    problem="$(shown "$url") leads elsewhere than https, or on and on: name another mirror with --base-url"
    return 1
  fi
  [ "$status" -eq 0 ] || wget_failed
}

locations() { sed -n 's/^ *[Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]: *//p' "$stage/log" | tr -cd '\012\040-\176'; }

wget_failed() {
  sed '/^  /d' "$stage/log" | tr -cd '\012\040-\176' >&2
  sed -n 's|^  *HTTP/[0-9.]* *|the server said: |p' "$stage/log" | tail -n 1 | tr -cd '\012\040-\176' >&2
  case $downloader:$status in
    gnu_wget:3) code=74 problem="cannot write to $bin: the disk is full, or a limit is reached" ;;
  esac
}

# ---- checks ----

# The SHA-256 of a file, read through stdin so that no tool trips over its name.
sha256_of() {
  case $digester in
    sha256sum) sha256sum <"$1" ;;
    shasum) shasum -a 256 <"$1" ;;
    sha256) sha256 -q <"$1" ;;
    openssl) openssl dgst -sha256 <"$1" | sed 's/.*= *//' ;;
  esac | sed 's/[^0-9a-f].*//'
}

# genuine NAME DIGEST
genuine() {
  found=$(sha256_of "$stage/$1")
  is_digest "$found" || fail 69 "$digester gave no SHA-256 of $1: install another of sha256sum, shasum, openssl"
  [ "$found" = "$2" ] || fail 65 "$1 is not genuine: its SHA-256 is $found, and $2 is expected;" \
    'nothing was installed. Try once more; if it stays so, tell whoever runs' "$(shown "$base")"
}

# Whether minisign takes the signature of NAME, and its comment names this file of this version.
signature() {
  if [ -z "$PUBLIC_KEY" ]; then
    said='not checked (this script holds no public key)'
  elif ! has minisign; then
    said='not checked (no minisign)'
  else
    if [ ! -f "$stage/$1.minisig" ]; then need "$1.minisig" "$TEXT_LIMIT"; fi
    comment=$(minisign -V -Q -P "$PUBLIC_KEY" -m "$stage/$1" -x "$stage/$1.minisig" 2>"$stage/log") ||
      fail 65 "the signature of $1 is bad ($(first_line "$stage/log")): nothing was installed; try another mirror"
    [ "$comment" = "stratos $version $1" ] ||
      fail 65 "the signature of $1 was made for \"$comment\": nothing was installed; try another mirror"
    said=ok
  fi
}

first_line() { sed -n '1p' "$1" | tr -cd '\040-\176' | cut -c 1-200; }

# The staged binary must run here, and be the version that was asked for.
self_test() {
  chmod 755 "$stage/$file"
  set -- "$stage/$file" version --self-test
  if timeout -k 1 1 true 2>/dev/null; then set -- timeout -k 1 "$SELF_TEST_SECONDS" "$@"; fi
  attend "$@" >"$stage/said" 2>"$stage/log"
  said=$(first_line "$stage/said")
  case $status in
    0) ;;
    124 | 137 | 143) fail 70 "$file did not end its self-test in $SELF_TEST_SECONDS seconds: nothing was installed" ;;
    126) fail 70 "$file may not run in $bin (is it mounted noexec?): choose another folder with --prefix" ;;
    *) fail 70 "the self-test of $file failed with $status ($(first_line "$stage/log")):" \
      'nothing was installed; another build may run here, see --target and --from-source' ;;
  esac
  case $said in
    "stratos v$version: "*) ;;
    *) fail 70 "$file should be stratos $version, and says \"$said\": nothing was installed" ;;
  esac
}

# ---- where it goes ----

# The files beside the binary: its place below the prefix = its name in a release.
extras() {
  if [ -n "$man" ]; then say share/man/man1/stratos.1=stratos.1; fi
  [ -n "$completions" ] || return 0
  say share/bash-completion/completions/stratos=stratos.bash
  say share/zsh/site-functions/_stratos=_stratos
  say share/fish/vendor_completions.d/stratos.fish=stratos.fish
}

# Nothing is replaced that this script, or `stratos upgrade`, could not have put there.
destination() {
  if [ -L "$program" ]; then
    fail 73 "$program is a symbolic link, so something else looks after it: remove it, or choose another --prefix"
  elif [ -d "$program" ]; then
    fail 73 "$program is a folder: remove it, or choose another --prefix"
  elif [ -f "$program" ]; then
    keeper
    [ -z "$keeper" ] || fail 69 "$program belongs to $keeper: $remedy, or choose another --prefix"
    if [ -r "$program" ] && ! grep -q stratos "$program"; then
      fail 73 "$program is another program of the same name: move it away, or choose another --prefix"
    fi
  elif [ -e "$program" ]; then
    fail 73 "$program is no file: remove it, or choose another --prefix"
  fi
}

# Which package manager put the program there, if any, and what to do instead.
keeper() {
  keeper='' remedy=''
  if has dpkg-query && owner=$(dpkg-query -S "$program" 2>/dev/null); then
    keeper="the package ${owner%%:*} (dpkg)" remedy="use apt-get install or apt-get remove ${owner%%:*}"
  elif has rpm && owner=$(rpm -qf "$program" 2>/dev/null); then
    keeper="the package $owner (rpm)" remedy="use dnf upgrade or dnf remove"
  elif has pacman && owner=$(pacman -Qqo "$program" 2>/dev/null); then
    keeper="the package $owner (pacman)" remedy="use pacman -S or pacman -R $owner"
  elif has apk && apk info --who-owns "$program" >/dev/null 2>&1; then
    keeper='a package (apk)' remedy='use apk upgrade or apk del'
  elif grep -q '^"stratos ' "$prefix/.crates.toml" 2>/dev/null; then
    keeper='cargo install' remedy='use cargo install or cargo uninstall stratos'
  fi
}

# A private folder beside the destination, so that the last step is a rename within one file system.
open_stage() {
  remember_absent
  make_folder "$bin"
  count=0
  while [ -z "$stage" ]; do
    if (umask 077 && mkdir "$bin/.stratos-install.$$.$count") 2>/dev/null; then
      stage=$bin/.stratos-install.$$.$count
    elif [ "$count" -ge 9 ]; then
      cannot_write "$bin"
    fi
    count=$((count + 1))
  done
}

make_folder() {
  mkdir -p "$1" 2>/dev/null || cannot_write "$1"
}

cannot_write() {
  fail 73 "cannot write to $1: choose another folder with --prefix, or run this as a user who may"
}

# Which folders an attempt that fails takes away again.
remember_absent() {
  for folder in bin share share/man share/man/man1 share/bash-completion share/bash-completion/completions \
    share/zsh share/zsh/site-functions share/fish share/fish/vendor_completions.d share/stratos; do
    [ -d "$prefix/$folder" ] || absent="$folder $absent"
  done
  above=$prefix
  while [ -n "$above" ] && [ ! -d "$above" ]; do
    missing_above=$((missing_above + 1))
    above=${above%/*}
  done
}

clean() {
  trap '' HUP INT PIPE TERM
  if [ -n "$child" ]; then
    { kill "$child" && wait "$child"; } 2>/dev/null || :
  fi
  if [ -n "$stage" ]; then rm -rf "$stage" || :; fi
  if [ -n "$placed" ]; then return 0; fi
  for folder in $absent; do rmdir "$prefix/$folder" 2>/dev/null || :; done
  above=$prefix
  while [ "$missing_above" -gt 0 ]; do
    rmdir "$above" 2>/dev/null || :
    above=${above%/*}
    missing_above=$((missing_above - 1))
  done
}

# place NAME PATH MODE
place() {
  chmod "$3" "$stage/$1"
  if [ -d "$2" ]; then fail 73 "$2 is a folder: remove it, or leave this file out (--only-binary)"; fi
  mv -f "$stage/$1" "$2" 2>"$stage/log" || fail 73 "cannot write $2 ($(first_line "$stage/log"))"
}

# ---- installing ----

install_release() {
  choose
  tools
  destination
  if [ -n "$dry" ]; then
    foresee
    return 0
  fi
  open_stage
  fetch_binary
  fetch_extras
  self_test
  vouch
  make_extras
  put
}

foresee() {
  say "would install stratos $version for ${file:-the first of: $labels} to $program"
  say "from $(shown "$base$version/")"
  say "if its SHA-256 is ${digest:-$sha256}"
  for pair in $(extras); do say "with $prefix/${pair%%=*}"; done
  if [ -n "$pinned" ] && [ -n "$manifest" ]; then say "with $prefix/share/stratos/manifest.json"; fi
}

fetch_binary() {
  say "downloading stratos $version from $(shown "$base")"
  if [ -n "$pinned" ]; then
    need "$file" "$BINARY_LIMIT"
  else
    digest=$sha256
    for label in $labels; do
      file=stratos-$version-$label
      if fetch "$file" "$BINARY_LIMIT"; then break; fi
      file=''
    done
    [ -n "$file" ] || fail "$code" "$problem"
  fi
  genuine "$file" "$digest"
  signature "$file"
  say "$file: SHA-256 ok, signature $said"
}

# The pinned files beside the binary, all checked before anything is moved.
fetch_extras() {
  [ -n "$pinned" ] || return 0
  for pair in $(extras); do
    name=${pair#*=}
    if wanted=$(pin "$name"); then
      need "$name" "$TEXT_LIMIT"
      genuine "$name" "$wanted"
    else
      note "$name is left out: this script holds no SHA-256 of it"
    fi
  done
  [ -n "$manifest" ] || return 0
  need manifest.json "$TEXT_LIMIT"
  need manifest.json.minisig "$TEXT_LIMIT"
  in_manifest
  signature manifest.json
}

# The manifest lists this script, so that no pin of it can stand here: it must tell the same of the binary.
in_manifest() {
  flat=$(tr -d ' \t\r\n' <"$stage/manifest.json")
  entry=''
  case $flat in
    "{\"schema\":1,\"name\":\"stratos\",\"version\":\"$version\","*"{\"file\":\"$file\","*)
      entry=${flat#*"{\"file\":\"$file\","}
      ;;
  esac
  case ${entry%%\}*} in
    *"\"sha256\":\"$digest\""*) ;;
    *) fail 65 "manifest.json does not tell the same of $file as this script:" \
      'nothing was installed; try another mirror, or --only-binary' ;;
  esac
}

# The staged binary is what its pin says, so that its word counts: it knows the keys of its releases.
vouch() {
  [ -f "$stage/manifest.json" ] || return 0
  attend "$stage/$file" verify "$stage/manifest.json" >"$stage/said" 2>"$stage/log"
  case $status in
    0) say 'manifest.json: signature ok' ;;
    78) say 'manifest.json: signature not checked (this build holds no key)' ;;
    *) fail 65 "stratos itself refuses the signature of manifest.json ($(first_line "$stage/said")):" \
      'nothing was installed; try another mirror, or --only-binary' ;;
  esac
}

# Where no pins are, the binary whose digest was given (or that was built here) writes them itself: it is
# trusted by then, and nothing else has to be.
make_extras() {
  [ -z "$pinned" ] || return 0
  for pair in $(extras); do
    name=${pair#*=}
    case $name in
      stratos.1) set -- man ;;
      stratos.bash) set -- completion bash ;;
      _stratos) set -- completion zsh ;;
      stratos.fish) set -- completion fish ;;
    esac
    attend "$stage/$file" "$@" >"$stage/$name" 2>"$stage/log"
    if [ "$status" -ne 0 ] || [ ! -s "$stage/$name" ]; then
      note "$name is left out: this build does not write it ($(first_line "$stage/log"))"
      rm -f "$stage/$name"
    fi
  done
}

# All folders first, then the pages, then the binary by one rename, then what describes that binary.
put() {
  places=$(extras)
  for pair in $places share/stratos/manifest.json=manifest.json; do
    [ ! -f "$stage/${pair#*=}" ] || make_folder "$prefix/$(folder_of "${pair%%=*}")"
  done
  for pair in $places; do
    [ ! -f "$stage/${pair#*=}" ] || place "${pair#*=}" "$prefix/${pair%%=*}" 644
  done
  if is_node "$program"; then note "$program was the Node CLI, and is replaced"; fi
  place "$file" "$program" 755
  placed=y
  for name in manifest.json manifest.json.minisig; do
    if [ -f "$stage/$name" ]; then
      place "$name" "$prefix/share/stratos/$name" 644
    else
      # What is there describes another binary.
      rm -f "$prefix/share/stratos/$name" 2>/dev/null || note "remove $prefix/share/stratos/$name by hand"
    fi
  done
  say "installed stratos $version as $program"
  advise
}

folder_of() { printf '%s' "${1%/*}"; }

# What a shell will find by the name `stratos`.
advise() {
  case :${PATH:-}: in
    *":$bin:"*) ;;
    *) note "$bin is not on PATH; add this line to your shell's profile: export PATH=$(quoted "$bin"):\"\$PATH\"" ;;
  esac
  first=$(command -v stratos 2>/dev/null) || return 0
  case $first in /*) ;; *) return 0 ;; esac
  if [ "$(real_folder "${first%/*}")" != "$(real_folder "$bin")" ]; then
    what=$first
    if is_node "$first"; then what="$first (the Node CLI)"; fi
    note "\`stratos\` is still $what, which comes first on PATH: remove it, or put $bin before it"
  fi
}

real_folder() { (cd "$1" && pwd -P) 2>/dev/null; }

is_node() { sed -n '1p' "$1" 2>/dev/null | grep -q '^#!.*node'; }

# ---- from source ----

install_source() {
  root=''
  case $0 in
    */install.sh) root=${0%/*}/.. ;;
    install.sh) root=.. ;;
  esac
  if [ -z "$root" ] || ! grep -q '^name = "stratos"$' "$root/Cargo.toml" 2>/dev/null; then
    fail 64 '--from-source builds the clone in which this script stands:' \
      'git clone https://github.com/sebastienrousseau/stratos && sh stratos/install/install.sh --from-source'
  fi
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | sed -n 1p)
  has cargo || fail 69 'cargo is not here: install Rust from https://rustup.rs, or take a release without --from-source'
  file=stratos pinned=''
  destination
  if [ -n "$dry" ]; then
    say "would build stratos $version in $root with cargo, and install it as $program"
    return 0
  fi
  open_stage
  # In the foreground, so that an interrupt reaches the compilers too. Cargo says where the result is,
  # wherever a configuration puts it.
  (cd "$root" && cargo build --profile release --locked --bin stratos \
    --message-format json-render-diagnostics) >"$stage/messages" ||
    fail 70 'the build failed: see above; it wants the Rust that Cargo.toml names, and a C compiler'
  built=$(sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' "$stage/messages" | tail -n 1)
  cp "$built" "$stage/$file" || fail 74 "cannot copy $built to $bin: see the line above"
  self_test
  make_extras
  put
}

# ---- uninstalling ----

uninstall() {
  removed=''
  destination
  if [ -f "$program" ] && is_node "$program"; then
    note "$program is the Node CLI, and is left as it is: npm uninstall removes it"
  else
    take "$program"
  fi
  man=y completions=y
  for pair in $(extras); do take "$prefix/${pair%%=*}"; done
  for name in manifest.json manifest.json.minisig; do take "$prefix/share/stratos/$name"; done
  # What `stratos upgrade`, or an attempt that was killed, leaves beside the binary.
  for path in "$bin/.stratos-previous" "$bin/.stratos-held" "$bin/.stratos-lock" "$bin"/.stratos-*.part "$bin"/.stratos-*.new; do
    take "$path"
  done
  for path in "$bin"/.stratos-install.*; do
    if [ ! -d "$path" ] || [ -n "$dry" ]; then continue; fi
    rm -rf "$path" || fail 73 "cannot remove $path: run this as a user who may"
  done
  if [ -z "$dry" ]; then rmdir "$prefix/share/stratos" 2>/dev/null || :; fi
  [ -n "$removed" ] || say "stratos is not installed in $prefix: there is nothing to remove"
  kept
}

take() {
  if [ ! -f "$1" ] && [ ! -L "$1" ]; then return 0; fi
  removed=y
  if [ -n "$dry" ]; then
    say "would remove $1"
    return 0
  fi
  rm -f "$1" 2>/dev/null || fail 73 "cannot remove $1: run this as a user who may"
  say "removed $1"
}

kept() {
  [ -n "${HOME:-}" ] || return 0
  for folder in "${XDG_CONFIG_HOME:-$HOME/.config}/stratos" "${XDG_STATE_HOME:-$HOME/.local/state}/stratos" \
    "$HOME/Library/Application Support/stratos"; do
    if [ -d "$folder" ]; then say "kept $folder, your settings and journals: remove it by hand if you want"; fi
  done
}

{ main "$@"; }
