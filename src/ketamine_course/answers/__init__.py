"""Answer records: what a learner answered, as data beside the notebook. Nothing here knows a key."""

from .record import RECORD_FILE, RecordError, adopt, embed, new_record, read_record, save_answer, submit

__all__ = ["RECORD_FILE", "RecordError", "adopt", "embed", "new_record", "read_record", "save_answer", "submit"]
