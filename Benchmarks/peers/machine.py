"""The machine a result was measured on, for the lines above the table."""
import os
import pathlib
import platform
import time

BLOCK = b"\0" * 4096
PROBE_SECONDS = 1.0


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def file_system_of(directory):
    """The device and the kind of file system that hold the directory."""
    best = ("", "?", "?")
    path = str(directory.resolve())
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        device, mount, kind = line.split()[:3]
        inside = path == mount or path.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best[0]):
            best = (mount, device, kind)
    return best[1], best[2]


def syncs_per_second(path, grow):
    """How often a written block can be synced: at the end of a growing file, or over and over in a full one."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
    try:
        if not grow:
            os.write(file, BLOCK * 256)
            os.fsync(file)
        began, count = time.monotonic(), 0
        while time.monotonic() - began < PROBE_SECONDS:
            os.pwrite(file, BLOCK, (count if grow else count % 256) * len(BLOCK))
            os.fdatasync(file)
            count += 1
        return count / (time.monotonic() - began)
    finally:
        os.close(file)
        os.unlink(path)


def facts(directory):
    """Every fact by its name, measured now, in the directory that the servers will use."""
    device, kind = file_system_of(directory)
    probe = directory / "sync-probe"
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu_model(),
        "kernel": platform.release(),
        "disk": f"{device} ({kind})",
        "syncs_per_second_in_place": round(syncs_per_second(probe, grow=False)),
        "syncs_per_second_growing": round(syncs_per_second(probe, grow=True)),
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def describe(facts_by_name):
    lines = [
        f"{facts_by_name['cores']} cores ({facts_by_name['cpu']}), Linux {facts_by_name['kernel']}, "
        f"load average before: {facts_by_name['load_average_before']}.",
        f"Disk {facts_by_name['disk']}: {facts_by_name['syncs_per_second_in_place']:,} fdatasync/s in place, "
        f"{facts_by_name['syncs_per_second_growing']:,} at the end of a growing file.",
    ]
    return "\n".join(lines)
