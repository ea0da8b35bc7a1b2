"""Items: banks with their keys, and the releases that hold none. For instructors and the build only."""

from .bank import Bank, load_bank
from .release import release_quiz
from .types import BankError, Item

__all__ = ["Bank", "BankError", "Item", "load_bank", "release_quiz"]
