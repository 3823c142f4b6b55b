# What docker does before it starts a program, by hand: its own network, root folder, process table and host name.
# Variables: ROOT IMAGE NODE VOLUME VOLUME_FOLDER HOSTS ADDRESS MACHINE_PID NAME TEMPORARY
# SECRETS ROOT_MODE; arguments: the command.
set -e

# Named for the address: the one of a container that was killed goes a while after it.
ip link add name eth0 type veth peer name "to-${ADDRESS##*.}" netns "/proc/$MACHINE_PID/ns/net"
nsenter "--net=/proc/$MACHINE_PID/ns/net" ip link set "to-${ADDRESS##*.}" master br0 up
ip addr add "$ADDRESS/24" dev eth0
ip link set eth0 up
ip link set lo up
# Docker names it for the container; without the program it keeps the name of the machine.
hostname "$NAME" || true

mount -t tmpfs -o mode=755 tmpfs "$ROOT"
cd "$ROOT"
mkdir -p usr proc dev etc home/node run/secrets ".$VOLUME_FOLDER"
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then cp -P "/$name" .; elif [ -d "/$name" ]; then mkdir "$name"; mount --bind "/$name" "$name"; mount -o remount,bind,ro "$name"; fi
done
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount --bind "$IMAGE" usr/local
mount -o remount,bind,ro usr/local
mount --bind "$NODE" usr/local/bin/node
for name in null zero full random urandom; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
touch etc/hosts
mount --bind "$HOSTS" etc/hosts
echo 'node:x:1000:1000::/home/node:/bin/sh' > etc/passwd
for folder in $TEMPORARY; do mkdir -p ".$folder"; mount -t tmpfs -o mode=1777,noexec,nosuid tmpfs ".$folder"; done
mount --bind "$VOLUME" ".$VOLUME_FOLDER"
for secret in $SECRETS; do
  touch ".${secret%%=*}"
  mount --bind "${secret#*=}" ".${secret%%=*}"
  mount -o remount,bind,ro ".${secret%%=*}"
done
mount -o "remount,bind,$ROOT_MODE" "$ROOT"

# As the user of the image, and root of nothing; the shell that has done all this becomes the program, which is pid 1.
exec unshare --user --map-user=1000 --map-group=1000 --root "$ROOT" --wd / "$@"
