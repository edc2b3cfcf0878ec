#!/bin/sh
# Installs what is missing, from Debian packages.   deps.sh run|test|arch|parity|format
# As root it installs; otherwise it says what to install.
set -eu
RUN="gcc libc6-dev make pkg-config libcjson-dev libsqlite3-dev libxxhash-dev libboost-context-dev libncurses-dev uthash-dev librandom123-dev"
TEST="check clang locales python3-jsonschema tmux"
# For the other architectures the run-time libraries are enough: their headers are the same files everywhere.
ARCH="gcc-aarch64-linux-gnu gcc-s390x-linux-gnu qemu-user"
for arch in arm64 s390x; do
    for package in libc6 libsqlite3-0 libcjson1 libxxhash0 libboost-context1.74.0 libncursesw6; do ARCH="$ARCH $package:$arch"; done
done

case "${1:-run}" in
run) WANTED=$RUN ;;
test) WANTED="$RUN $TEST" ;;
arch) WANTED="$RUN $TEST $ARCH" ;;
parity) WANTED="gcc-mingw-w64-x86-64-win32 mingw-w64-x86-64-dev" ;;
format) WANTED=clang-format ;;
*) echo "usage: deps.sh run|test|arch|parity|format" >&2; exit 2 ;;
esac
command -v dpkg-query >/dev/null || { echo "deps: no dpkg here; needed, under Debian's names: $WANTED" >&2; exit 0; }

missing=""
for package in $WANTED; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "deps: please install:" >&2
    [ "${1:-run}" = arch ] && echo "  dpkg --add-architecture arm64; dpkg --add-architecture s390x; apt-get update" >&2
    echo "  apt-get install$missing" >&2
    exit 1
fi
echo "deps: installing$missing"
if [ "${1:-run}" = arch ]; then dpkg --add-architecture arm64; dpkg --add-architecture s390x; fi
export DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
