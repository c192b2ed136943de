"""File systems of our own: ext4 that can lose its power, and a small one in memory that can fill up."""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

# _IOR('X', 125, __u32): ext4 stops where it stands. NOLOGFLUSH: what is in memory only is gone.
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2


class DiskError(Exception):
    pass


def run(*command) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise DiskError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")


def unmount(mountpoint: Path) -> None:
    for _ in range(50):
        if not os.path.ismount(mountpoint):
            return
        if subprocess.run(["umount", mountpoint], capture_output=True).returncode == 0:
            return
        time.sleep(0.02)  # a process that was killed this moment may still hold it
    run("umount", "-l", mountpoint)


class PowerDisk:
    """ext4 in a file, mounted through a loop device."""

    def __init__(self, workplace, name: str, megabytes: int):
        self.mountpoint = workplace.directory(name)
        self.image = workplace.root / f"{name}.img"
        with self.image.open("wb") as file:
            file.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        workplace.defer(lambda: unmount(self.mountpoint))
        self.mount()

    def mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.mountpoint)

    def cut_power(self) -> None:
        handle = os.open(self.mountpoint, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)

    def power_on(self) -> None:
        unmount(self.mountpoint)
        self.mount()

    def discard(self) -> None:
        unmount(self.mountpoint)
        self.image.unlink(missing_ok=True)


class SmallDisk:
    """A file system in memory with a fixed size, and a file that takes all the room."""

    def __init__(self, workplace, name: str, megabytes: int):
        self.mountpoint = workplace.directory(name)
        self.filler = self.mountpoint / "filler"
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.mountpoint)
        workplace.defer(lambda: unmount(self.mountpoint))

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)):
                    pass
            except OSError:
                pass

    def make_room(self) -> None:
        self.filler.unlink()


def obstacle_to_power_cuts() -> str | None:
    """Why power cuts cannot be made here, or None."""
    if os.geteuid() != 0:
        return "power cuts mount a file system and need root; run as root, or leave them out with CUTS=0"
    for tool in ("mkfs.ext4", "mount", "umount"):
        if not shutil.which(tool):
            return f"power cuts need {tool}; install e2fsprogs and mount, or leave them out with CUTS=0"
    if not Path("/dev/loop-control").exists():
        return "power cuts need loop devices (/dev/loop-control); leave them out with CUTS=0"
    return None
