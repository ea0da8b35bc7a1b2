"""Ketamine Infusions for Depression: the course's own Python."""

__version__ = "0.1.0"
