"""The command `registry` on a toy: ``python -m tests.reporting.toy_registry STUDY HOME run ...``.

A program of its own, for what only a process can show: signals, kills, other environments.
"""

import sys
from pathlib import Path
from types import SimpleNamespace


def main():
    from analysis.reporting.project import Project
    from tests.reporting import toy

    study, home, *arguments = sys.argv[1:]
    sys.modules["analysis.datasets.build"] = SimpleNamespace(derive_cut=toy.derive_toy)
    here = Project(Path(home), Path(home) / "notebooks", (Path(home) / "code",))
    Project.installed = classmethod(lambda cls: here)
    sys.argv = ["registry", *arguments, "--study", study]

    from analysis import cli

    cli.main()


if __name__ == "__main__":
    main()
