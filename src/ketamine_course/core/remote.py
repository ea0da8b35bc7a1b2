"""Calls of ``core`` from a page or a notebook's front end: text in, text out.

A page's host and a kernel both pass a request on to `answer`, so that both give the same. What a figure
needs each time (its models, its bands) is kept once under a name with `keep`.
"""

import json

from . import infusion_arithmetic, infusion_view

#: What may be called; nothing else can be reached from a page.
_MODULES = {"infusion_view": infusion_view, "infusion_arithmetic": infusion_arithmetic}
_FUNCTIONS = (
    "infusion_view.view",
    "infusion_arithmetic.compare_attempt",
    "infusion_arithmetic.double_check",
    "infusion_arithmetic.figure_problems",
    "infusion_arithmetic.input_limits",
    "infusion_arithmetic.plan",
    "infusion_arithmetic.practice_csv",
    "infusion_arithmetic.preset_patients",
    "infusion_arithmetic.problems",
)

_kept = {}


def keep(name, text):
    """Keep a context (JSON text) for later calls under ``name``."""
    _kept[name] = json.loads(text)


def answer(request):
    """Return the JSON text of ``{"result": ...}`` or ``{"error": message}``.

    ``request`` is JSON text: ``function`` (``module.name``), ``arguments`` (a list), and, where the
    function takes a kept context as its last argument, ``context``, its name.
    """
    asked = json.loads(request)
    name = asked["function"]
    if name not in _FUNCTIONS:
        return json.dumps({"error": name + " cannot be called from here"})
    module, function = name.split(".")
    arguments = list(asked["arguments"])
    if asked.get("context"):
        arguments.append(_kept[asked["context"]])
    try:
        return json.dumps({"result": getattr(_MODULES[module], function)(*arguments)})
    except ValueError as error:
        return json.dumps({"error": str(error)})
