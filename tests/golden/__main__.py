"""Renew the golden estimates and print what changed, for ``CHANGELOG.md``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.golden import CUTS, differences, estimates_of, path_of, read_golden, write_golden


def main(only_show: bool) -> None:
    """Print every difference of every cut; write the new estimates unless only shown."""
    for cut in CUTS:
        with tempfile.TemporaryDirectory() as folder:
            estimates = estimates_of(cut, Path(folder))
        found = differences(read_golden(cut), estimates) if path_of(cut).exists() else []
        print(f"{cut}: {len(estimates)} estimates, {len(found)} differences")
        for difference in found:
            print(f"  {difference}")
        if not only_show:
            write_golden(cut, estimates)


if __name__ == "__main__":
    main("--show" in sys.argv[1:])
