"""A temporary directory, everything that has to be undone at the end, and what stays of a failure."""

import shutil
import tempfile
from pathlib import Path


class Workplace:
    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="mboard-torture."))
        self.kept: list[Path] = []
        self.undo: list = []

    def directory(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def defer(self, action) -> None:
        """Actions run at close, the latest first; each must do no harm when done before."""
        self.undo.append(action)

    def keep(self, name: str, sources: list[Path], notes: list[str]) -> Path:
        """Copies a failed round's files to where close() leaves them."""
        place = self.root / f"failed-{name}"
        place.mkdir(exist_ok=True)
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, place / source.name, dirs_exist_ok=True)
            elif source.exists():
                shutil.copy2(source, place / source.name)
        (place / "findings.txt").write_text("\n".join(notes) + "\n")
        self.kept.append(place)
        return place

    def close(self) -> None:
        for action in reversed(self.undo):
            try:
                action()
            except Exception as error:
                print(f"torture: cleaning up: {error}", flush=True)
        self.undo.clear()
        if not self.kept:
            shutil.rmtree(self.root, ignore_errors=True)
            return
        for path in self.root.iterdir():
            if path not in self.kept:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
