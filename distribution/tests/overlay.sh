# A machine of its own, for root: this one with its changes in memory, and gone with them at the end.
# $1 has folders for it and for its /srv, $2 is what to run there as its first process.
set -e
place=$1/machine srv=$1/srv root=$1/machine/root script=$2
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$root"
mount -t proc proc "$root/proc"
# The kernel is not only this machine's.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$srv" "$root/srv"
ip link set lo up
mkdir "$root/before"
cd "$root"
pivot_root . before
umount -l /before
mount --make-rshared / # as systemd finds it in a container
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C sh -e "/srv/$script"
