"""From estimates and displays to the pages a person opens.

`open_cut` is what a notebook uses; everything else here is used by the command line.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["open_cut"]

# A parser of internationalised addresses that the schema of notebooks never needs; building it
# costs each process most of a second. Its users do without it where it cannot be imported.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    """Import `open_cut` when first asked for: `registry derive` needs no plot library."""
    if name == "open_cut":
        from analysis.reporting.session import open_cut

        return open_cut
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
