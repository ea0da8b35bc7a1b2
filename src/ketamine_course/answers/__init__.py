"""Answer records: what a learner answered, as data beside the notebook. Nothing here knows a key.

`record` reads and writes them, `shape` says whether an answer has the form that its item asks for, and
`variant` gives each learner their own numbers.
"""

from .record import (
    MISSING,
    RECORD_FILE,
    RecordError,
    Saved,
    adopt,
    changed_elsewhere,
    embed,
    new_record,
    read_record,
    save_answer,
    submit,
)

__all__ = [
    "MISSING",
    "RECORD_FILE",
    "RecordError",
    "Saved",
    "adopt",
    "changed_elsewhere",
    "embed",
    "new_record",
    "read_record",
    "save_answer",
    "submit",
]
