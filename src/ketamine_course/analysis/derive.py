"""Working the derived tables out, each with a sidecar that says what it follows from."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

from ..evidence import DERIVED, TABLES
from ..evidence.table import sha256, sidecar_path
from . import infusion_bands, pooled_effects, references

_PACKAGE = Path(__file__).resolve().parents[1]
_BIBLIOGRAPHY = _PACKAGE.parents[1] / "book" / "references.bib"


def _code_digest() -> str:
    """Return a digest of the code that the derived tables follow from."""
    digest = hashlib.sha256()
    for folder in ("analysis", "core", "evidence"):
        for path in sorted((_PACKAGE / folder).glob("*.py")):
            digest.update(path.read_bytes())
    digest.update((_PACKAGE / "figures" / "infusion.py").read_bytes())  # says which bands are wanted
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    scratch = path.with_suffix(path.suffix + ".tmp")
    scratch.write_text(text, encoding="utf-8", newline="")
    os.replace(scratch, path)


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _derive_references() -> None:
    if not _BIBLIOGRAPHY.exists():  # an installed package has no book beside it
        return
    cited = {
        key: (references.label(entry), references.link(entry))
        for key, entry in references.entries(_BIBLIOGRAPHY).items()
    }
    text = json.dumps(cited, ensure_ascii=False, indent=1) + "\n"
    path = DERIVED / "references.json"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        _write(path, text)


def _derive_bands(code: str) -> None:
    """Write the simulator's bands, with what they follow from beside them, unless they are up to date."""
    follows = json.dumps({"code": code, **{name: sha256(TABLES / f"{name}.csv") for name in infusion_bands.INPUTS}})
    path, mark = DERIVED / "infusion_bands.json", DERIVED / "infusion_bands.follows.json"
    if path.exists() and mark.exists() and mark.read_text(encoding="utf-8") == follows:
        return
    _write(path, infusion_bands.bands_json())
    _write(mark, follows)


def derive() -> bool:
    """Write the derived tables and references unless they are up to date; return whether a table was written.

    Raises EvidenceError if a table that they follow from cannot be trusted.
    """
    DERIVED.mkdir(exist_ok=True)
    _derive_references()
    inputs = {name: sha256(TABLES / f"{name}.csv") for name in pooled_effects.INPUTS}
    path = DERIVED / "pooled_effects.csv"
    code = _code_digest()
    _derive_bands(code)
    if path.exists() and sidecar_path(path).exists():
        sidecar = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
        if (sidecar["inputs"], sidecar["code"], sidecar["hash"]) == (inputs, code, sha256(path)):
            return False
    fields = pooled_effects.FIELDS
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, *_ in fields])
    for row in pooled_effects.pooled_rows():
        writer.writerow([_cell(row[name]) for name, *_ in fields])
    _write(path, text.getvalue())
    sidecar = {
        "name": "pooled-effects",
        "title": "Trials pooled, for each set that the explorer can select",
        "path": path.name,
        "profile": "tabular-data-resource",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "hash": sha256(path),
        "inputs": inputs,
        "code": code,
        "licenses": json.loads(sidecar_path(TABLES / "trials.csv").read_text(encoding="utf-8"))["licenses"],
        "sources": [{"title": f"Worked out from {' and '.join(f'{name}.csv' for name in inputs)}"}],
        "schema": {
            "fields": [
                {
                    "name": name,
                    "type": kind,
                    "description": meaning,
                    **({"unit": unit} if unit else {}),
                    **(
                        {"constraints": {"required": True, "unique": True}}
                        if name == "pooled_id"
                        else {"constraints": {"required": True, "enum": ["computed"]}}
                        if name == "status"
                        else {}
                    ),
                }
                for name, kind, unit, meaning in fields
            ],
            "primaryKey": ["pooled_id"],
            "missingValues": [""],
        },
    }
    _write(sidecar_path(path), json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n")
    return True
