"""What needs numpy and statsmodels: worked out when the course is built, written as tables that need neither."""

from .derive import derive
from .pooling import Pooled, pool

__all__ = ["Pooled", "derive", "pool"]
