"""Shell completion: click's own script, put where the shell looks for it."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from monitor.config import expanded
from monitor.errors import UsageError

_WHERE = {
    "bash": (
        "XDG_DATA_HOME",
        ".local/share",
        "bash-completion/completions/monitor",
        "it holds from the next shell on, where bash-completion is installed; elsewhere let ~/.bashrc source it",
    ),
    "zsh": ("", "", ".zfunc/_monitor", "~/.zshrc must hold: fpath+=~/.zfunc; autoload -Uz compinit; compinit"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/monitor.fish", "it holds at once"),
}
"""Shell to the variable that names its folder, the folder else, the file there, and what there is to say."""


def install(shell: str) -> str:
    """Write the completion of a shell ("auto" takes $SHELL) to its place; what was done, in words."""
    from monitor.cli.program import monitor

    name = Path(os.environ.get("SHELL", "")).name if shell == "auto" else shell
    kind = get_completion_class(name) if name in _WHERE else None
    if kind is None:
        raise UsageError(f'no completion for "{name}"', hint=f"--install-completion {'|'.join(_WHERE)}")
    variable, folder, file, mend = _WHERE[name]
    named = os.environ.get(variable, "")
    path = (Path(named) if Path(named).is_absolute() else expanded("~") / folder) / file
    if not path.is_absolute():
        raise UsageError("this user has no home folder", hint="set HOME")
    script = kind(monitor, {}, "monitor", "_MONITOR_COMPLETE").source()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return f"{click.format_filename(path)} is written; {mend}"
