"""`make lab`: JupyterLab on the notebooks of the project, for this user of this machine only.

The server itself answers at a port of 127.0.0.1 and asks for its token. Its kernels talk with it
over Unix sockets in a private folder; what they listen for besides is said in DECISIONS.md, 2.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from analysis.reporting.kernel_server import die_with_parent
from analysis.reporting.private import private_folder, sweep
from analysis.reporting.project import Project

#: Nothing is asked of the network, nor the user whether it may be.
_QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


def _settings(folder: Path) -> Path:
    """A folder of defaults for JupyterLab; the user's own settings come after them."""
    settings = folder / "lab-settings"
    settings.mkdir(exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(_QUIET), encoding="utf-8")
    return settings


def main(options: list[str]) -> int:
    """Run JupyterLab until it is stopped; return its exit status.

    Parameters
    ----------
    options : list of str
        Further options of ``jupyter lab``.
    """
    sweep()
    folder = private_folder()
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={Project.installed().notebooks}",
        "--KernelManager.transport=ipc",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--LabApp.app_settings_dir={_settings(folder)}",
        *options,
    ]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder)}
    server = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent)
    # Ctrl-C goes to the server too, which asks whether it is meant.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
