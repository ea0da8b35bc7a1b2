"""What a page may compute, in the Python that CPython and MicroPython both run.

Modules here import ``math`` and their siblings only, and use nothing that
MicroPython 1.27 lacks, so that a number has one implementation on every surface.
"""
