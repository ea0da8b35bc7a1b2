"""A quiz in JupyterLab: shows the released items, saves each answer beside the notebook at once."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from anywidget.experimental import command

from ..answers import MISSING, RecordError, embed, new_record, read_record, save_answer, shape, submit, variant
from . import esm


def _name() -> str:
    """Return what the hub or the computer calls the learner."""
    if name := os.environ.get("JUPYTERHUB_USER"):
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return ""


def _filled(part: Any, shown: dict[str, Any]) -> Any:
    """Return a part of a quiz with the learner's own values in all its texts."""
    if isinstance(part, str):
        return variant.fill(part, shown)
    if isinstance(part, list):
        return [_filled(each, shown) for each in part]
    if isinstance(part, dict):
        return {name: _filled(each, shown) for name, each in part.items()}
    return part


class Quiz(anywidget.AnyWidget):
    """The quiz of a folder that holds ``quiz.json``; the record goes into the same folder.

    An item with parameters is shown with the values that its learner gets, which are saved with each answer.
    """

    _esm = esm.bundle("quiz.js")
    _css = esm.styles("item.css", "quiz.css")
    quiz = traitlets.Unicode().tag(sync=True)
    record = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        content = json.loads((folder / "quiz.json").read_text(encoding="utf-8"))
        self._quiz: str = content["quiz"]
        self._version: int | None = content.get("version")
        self._content: str | None = content.get("content")
        self._items = {item["id"]: item for item in content["items"]}
        name, salt = _name(), content.get("salt", self._quiz)
        self._shown = {
            item_id: variant.parameters(item["parameters"], name, self._quiz, item_id, salt)
            for item_id, item in self._items.items()
            if "parameters" in item
        }
        content["items"] = [_filled(item, self._shown.get(item["id"], {})) for item in content["items"]]
        problem = ""
        try:
            record = read_record(folder) or new_record(self._quiz)
        except RecordError as error:
            record, problem = new_record(self._quiz), f"Your saved answers cannot be read: {error}"
        super().__init__(quiz=json.dumps(content), record=json.dumps(record), name=name, problem=problem)

    def _keep(self, record: dict[str, Any]) -> dict[str, Any]:
        self.record = json.dumps(record)
        return {"record": record}

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def save(self, message: dict[str, Any], _buffers: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Save the answer to one item; answer with the record, or with an error in words.

        ``message["seen"]`` is the answer that the window last saw saved; ``elsewhere`` of the reply says
        that another window had saved another one since.
        """
        item_id, answer = str(message.get("item")), message.get("answer")
        if item_id not in self._items:
            return {"error": "This item is not part of the quiz. Close and open the notebook, then press ▶ again."}, []
        if answer is not None and (wrong := shape.problem(self._items[item_id], answer)):
            return {"error": f"Not saved: {wrong}"}, []
        try:
            record = save_answer(
                self._folder, self._quiz, item_id, answer, self._shown.get(item_id),
                seen=message.get("seen", MISSING), version=self._version, content=self._content,
            )  # fmt: skip
        except RecordError as error:
            return {"error": f"Not saved: {str(error).removeprefix('Not saved: ')}"}, []
        return {**self._keep(record), "elsewhere": record.changed_elsewhere}, []

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def look(self, _message: dict[str, Any], _buffers: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Read the record again, for a window that was left for another tab, which may have saved meanwhile."""
        try:
            if record := read_record(self._folder):
                self._keep(record)
        except RecordError as error:
            return {"error": str(error)}, []
        return {}, []

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def submit(self, _message: dict[str, Any], _buffers: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Mark the record as handed in; answer with it, its receipt inside, or with an error in words."""
        try:
            return self._keep(submit(self._folder, self._quiz)), []
        except RecordError as error:
            return {"error": str(error)}, []

    @command  # type: ignore[untyped-decorator]  # anywidget is not typed
    def hand_in(self, message: dict[str, Any], _buffers: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Answer with one file that holds the notebook and the answers.

        ``message["answers"]`` are those of the window that could not be saved; ``None`` takes one away.
        """
        path = self._folder / f"{self._quiz}.ipynb"
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            return {"error": f"The notebook {path.name} cannot be read. Save it, then try again."}, []
        try:
            # Not this window's own record: another tab may have saved since.
            record = read_record(self._folder) or json.loads(self.record)
        except RecordError:
            record = json.loads(self.record)
        if unsaved := message.get("answers"):
            answers = {**record["answers"], **unsaved}
            record["answers"] = {item: answer for item, answer in answers.items() if answer is not None}
            record["shown"] |= {item: self._shown[item] for item in unsaved if item in self._shown}
            record["submitted"] = None
        content = json.dumps(embed(notebook, record), indent=1, ensure_ascii=False)
        return {"name": path.name}, [content.encode("utf-8")]


def quiz_folder() -> Path:
    """Return the folder of the notebook that is open, which holds the quiz.

    Raises FileNotFoundError, in words for the learner, if no quiz lies there.
    """
    folder = Path.cwd()
    if not (folder / "quiz.json").exists():
        raise FileNotFoundError(
            "There is no quiz.json beside this notebook. Open the notebook in the folder that you were given, "
            "with all its files."
        )
    return folder
