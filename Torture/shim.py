"""Compiles the preloaded shims and shares a control block with the one inside the server."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

NATIVE = Path(__file__).resolve().parent / "native"

# As in native/control.h.
FIELDS = ("seed", "write_fault", "write_after", "write_count", "write_share", "sync_fault", "sync_after", "wall_offset",
          "writes", "syncs", "injected", "failed_sync_at", "shifted", "prefix_length")
PREFIX_SIZE = 512
SIZE = 8 * len(FIELDS) + PREFIX_SIZE

WRITE_OK, WRITE_SHORT, WRITE_EIO, WRITE_NO_SPACE, WRITE_TORN_THEN_KILL = range(5)
SYNC_OK, SYNC_EIO, SYNC_LIES, SYNC_KILLS_FIRST = range(4)


class ShimError(Exception):
    pass


class Control:
    """Every field of the block is an attribute; writing one is an order to the running server."""

    def __init__(self, path: Path):
        path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self.__dict__["memory"] = mmap.mmap(file.fileno(), SIZE)
        self.__dict__["path"] = path

    def __getattr__(self, name: str) -> int:
        if name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("q", self.memory, 8 * FIELDS.index(name))[0]

    def __setattr__(self, name: str, value: int) -> None:
        struct.pack_into("q", self.memory, 8 * FIELDS.index(name), value)

    def watch(self, data: Path) -> None:
        prefix = str(data.resolve()).encode() + b"/"
        if len(prefix) > PREFIX_SIZE:
            raise ShimError(f"the path of the data directory is longer than {PREFIX_SIZE} bytes: {data}")
        start = 8 * len(FIELDS)
        self.memory[start : start + len(prefix)] = prefix
        self.prefix_length = len(prefix)

    def break_writes(self, fault: int, after: int = 0, count: int = -1, share: int = 1000) -> None:
        self.write_after, self.write_count, self.write_share = after, count, share
        self.write_fault = fault

    def break_syncs(self, fault: int, after: int = 0) -> None:
        self.sync_after = after
        self.sync_fault = fault

    def heal(self) -> None:
        self.write_fault, self.sync_fault = WRITE_OK, SYNC_OK


class Shims:
    """Compiled once per run of the torture, when first needed."""

    def __init__(self, workplace, binary: Path):
        self.workplace, self.binary = workplace, binary
        self.libraries: dict[str, Path] = {}
        self.attached = 0

    def library(self, name: str) -> Path:
        if name not in self.libraries:
            require_dynamic(self.binary)
            self.libraries[name] = compile_shim(name, self.workplace.directory("shims"))
        return self.libraries[name]

    def faults(self, data: Path, seed: int = 0) -> tuple[Control, dict]:
        control, environment = self.attach("faults")
        control.seed = seed
        control.watch(data)
        return control, environment

    def wallclock(self) -> tuple[Control, dict]:
        return self.attach("wallclock")

    def attach(self, name: str) -> tuple[Control, dict]:
        library = self.library(name)
        self.attached += 1
        control = Control(self.workplace.directory("shims") / f"{name}-{self.attached}.control")
        return control, {"LD_PRELOAD": str(library), "TORTURE_CONTROL": str(control.path)}


def compile_shim(name: str, folder: Path) -> Path:
    compiler = shutil.which("clang") or shutil.which("cc")
    if not compiler:
        raise ShimError("neither clang nor cc is installed; one of them has to build the fault shims")
    library = folder / f"{name}.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", library, NATIVE / f"{name}.c", "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ShimError(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return library


def require_dynamic(binary: Path) -> None:
    """A static executable ignores LD_PRELOAD: every fault would silently be none."""
    done = subprocess.run(["ldd", binary], capture_output=True, text=True)
    if "libc.so" not in done.stdout:
        raise ShimError(f"{binary} is not linked to libc dynamically, faults cannot be put into it: "
                        f"{(done.stdout + done.stderr).strip()}")
