"""The wheel: it runs from anywhere, on the config and samples that it brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def run(*words: str | Path, **options) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=240, check=False, **options
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_the_wheel_runs_from_anywhere(root, tmp_path, own_home):
    pytest.importorskip("hatchling")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", root, env=environ)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (site,) = (venv / "lib").glob("python3.*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monitor = venv / "bin" / "monitor"

    assert run(monitor, "--version", cwd=elsewhere, env=environ).stdout.startswith("monitor 0.")
    folder = run(monitor, "config", "path", cwd=elsewhere, env=environ).stdout.strip()
    assert folder == str(site / "monitor" / "shipped" / "config")
    run(monitor, "config", "check", cwd=elsewhere, env=environ)
    sources = json.loads(run(monitor, "sources", "list", "--json", cwd=elsewhere, env=environ).stdout)
    local = [source["id"] for source in sources if source["path"]]
    assert local
    run(monitor, "poll", "--once", *local, cwd=elsewhere, env=environ)
    items = json.loads(run(monitor, "items", "--topic", "defense", "--json", cwd=elsewhere, env=environ).stdout)
    assert items
    assert list(elsewhere.iterdir()) == []
