"""Figures and pages say in their metadata what they were drawn from."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from faasconf import hdf5
from faasconf._record import CSV_COMMENT, Record, fields_of_record, record_of_hdf5, record_of_json
from faasconf.outputs import Output

_MARK = "faasconf: "  # before the record
_KEYS = {"png": "Description", "svg": "Description", "pdf": "Subject"}

# Where each kind of file has the text, by what the file begins with.
_PATTERNS = {
    b"\x89PNG": rb"tEXtDescription\0(faasconf: \{[ -~]*\})",
    b"%PDF": rb"/Subject \((faasconf: (?:[^\\()]|\\.)*)\)",
    b"<?xml": rb"<dc:description>(faasconf: [^<]*)</dc:description>",
    b"<!doctype html>": rb'<meta name="description" content="(faasconf: [^"]*)">',
}


class FigureFile(Output):
    """A figure (PNG, SVG, PDF), or the page of ``faasconf simulate --report``."""


def find_record(source: Path) -> Record | None:
    """The record of a result, an evaluation or a table; None where it has none."""
    if hdf5.is_hdf5(source):
        with hdf5.opened(source) as file:
            record = record_of_hdf5(file)
    else:
        try:
            with source.open(encoding="utf-8") as file:
                line = file.readline()
            record = record_of_json(line.removeprefix(CSV_COMMENT)) if line.startswith(CSV_COMMENT) else None
        except Exception:
            return None  # who draws it says what is wrong with it
    return record if record is not None and record.identity else None


def description(record: Record) -> str:
    """What a figure says of itself, in ASCII: it is one, and the rest is the record of what it was drawn from."""
    fields = fields_of_record(record) | {"format": "faasconf-figure", "format_version": 1}
    return _MARK + json.dumps(fields, separators=(",", ":"))


def metadata(kind: str, record: Record | None) -> dict[str, str]:
    """For matplotlib's savefig; empty where there is no record."""
    return {} if record is None else {_KEYS[kind]: description(record)}


def read(path: Path, content: bytes) -> FigureFile | None:
    """Read what a figure says of itself; None where it is none of ours."""
    start = next((start for start in _PATTERNS if content[:16].lower().startswith(start.lower())), None)
    found = re.search(_PATTERNS[start], content, re.DOTALL) if start is not None else None
    if found is None:
        return None
    text = found[1].decode("utf-8", errors="replace")
    text = re.sub(r"\\(.)", r"\1", text) if start == b"%PDF" else text
    text = html.unescape(text) if start in (b"<?xml", b"<!doctype html>") else text
    return FigureFile(path, record_of_json(text.removeprefix(_MARK)))
