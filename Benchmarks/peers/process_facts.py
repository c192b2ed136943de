"""What the kernel knows of a process: CPU time and memory."""
import os
import pathlib

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads of the process so far, to a hundredth of a second."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def memory_mib(pid, field="VmRSS"):
    """A size from the process's status: VmRSS is resident now, VmHWM the most it ever was."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no {field} in its status")
