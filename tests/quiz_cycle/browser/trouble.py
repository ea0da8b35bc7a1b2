"""A learner's folder on a disk of its own that a test can fill or make read-only."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trouble:
    """Something that keeps answers from being saved: how it begins and how it ends."""

    begin: Callable[[], None]
    end: Callable[[], None]


@dataclass(frozen=True)
class Disk:
    """What can happen to the disk."""

    full: Trouble
    read_only: Trouble


def _mount(*arguments: str | Path) -> bool:
    # OSError: a system that has no mount.
    with suppress(OSError):
        return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
    return False


def _fill(folder: Path) -> None:
    # Unbuffered: whatever fits is written before it fails.
    with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 512):
            pass


def _flagged(folder: Path, number: int) -> Trouble:
    flag = Path(f"{folder}.trouble")  # the kernel looks for it: see the start-up file in quiz_lab.py
    return Trouble(lambda: flag.write_text(str(number)) and None, flag.unlink)


@contextmanager
def own_disk(folder: Path) -> Iterator[Disk]:
    """Make a folder a disk of 128 kB; where nothing may be mounted, the kernel is made to fail instead."""
    folder.mkdir(parents=True)
    if os.environ.get("QUIZ_TESTS_MOUNT") == "no" or not _mount("-t", "tmpfs", "-o", "size=128k", "tmpfs", folder):
        yield Disk(_flagged(folder, errno.ENOSPC), _flagged(folder, errno.EROFS))
        return
    try:
        yield Disk(
            Trouble(lambda: _fill(folder), lambda: (folder / "filler").unlink()),
            Trouble(
                lambda: subprocess.run(["mount", "-o", "remount,ro", folder], check=True) and None,
                lambda: subprocess.run(["mount", "-o", "remount,rw", folder], check=True) and None,
            ),
        )
    finally:
        # Lazily: the kernel still stands in it.
        subprocess.run(["umount", "-l", folder], check=True)
