"""What marks a missing text in a frame.

Missing text is None, so that a column without any value keeps its type. The stubs of pandas know
numbers and texts as what replaces a value, and not None; the name says what is meant.
"""

from __future__ import annotations

from typing import Any, Final

NO_TEXT: Final[Any] = None
