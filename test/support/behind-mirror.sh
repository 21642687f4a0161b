#!/bin/sh
# behind-mirror.sh FOLDER COMMAND...: runs COMMAND as on a host whose apt is configured for the mirror http://10.0.2.2:8080/debian and
# trusts its key; to be run in mount and network namespaces of its own (unshare --mount --net). FOLDER has sources.list.d, apt.conf.d,
# lists, cache and mirror.gpg. The address is what a guest on QEMU's user networking calls its host: both find the mirror under one name.
set -eu
folder=$1
shift
ip link set lo up
ip address add 10.0.2.2/32 dev lo
mount --bind "$folder/sources.list.d" /etc/apt/sources.list.d
mount --bind "$folder/apt.conf.d" /etc/apt/apt.conf.d
mount --bind "$folder/lists" /var/lib/apt/lists
mount --bind "$folder/cache" /var/cache/apt
[ ! -e /etc/apt/sources.list ] || mount --bind /dev/null /etc/apt/sources.list
mount --bind "$folder/mirror.gpg" /usr/share/keyrings/debian-archive-keyring.gpg
exec "$@"
