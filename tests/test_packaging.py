"""The wheel: however it is installed it runs from anywhere, on the config and samples that it brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent


def without_python() -> dict[str, str]:
    """The environment as it is, but for what speaks to Python and pytest."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}


OURS = without_python()
"""That of whoever runs the tests, where a package index may be named."""


def test_too_old_a_python_is_named_with_the_mend(root, tmp_path):
    old = tmp_path / "python"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 10, 12); exec(sys.argv[1])' \"$2\"\n"
    )
    old.chmod(0o755)
    words = ["make", "--directory", root, "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=OURS)
    assert done.returncode != 0
    assert done.stderr.startswith(
        "Python 3.11 or later is needed, and this is 3.10; name another: make PYTHON=python3.12 …"
    )
    assert not (tmp_path / "venv").exists()


def run(*words: str | Path, **options) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=240, check=False, **options
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory) -> Path:
    """The wheel, built from the source distribution, so that both hold all that they must."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, root, env=OURS)
    (built,) = folder.glob("*.whl")
    return built


def by_pip(wheel: Path, folder: Path) -> Path:
    """The program from the wheel alone, with the dependencies that the tests run with."""
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (site,) = (venv / "lib").glob("python3.*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin" / "monitor"


def by_pipx(wheel: Path, folder: Path) -> Path:
    """The program as pipx installs it, from a package index."""
    environ = OURS | {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    run(BIN / "pipx", "install", "--python", sys.executable, wheel, env=environ)
    return folder / "bin" / "monitor"


def by_uv(wheel: Path, folder: Path) -> Path:
    """The program as `uv tool` installs it, from a package index."""
    environ = OURS | {"UV_TOOL_DIR": str(folder / "uv"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    run(BIN / "uv", "tool", "install", "--python", sys.executable, wheel, env=environ)
    return folder / "bin" / "monitor"


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> None:
    """A package index, or no test."""
    asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0", "--dest"]
    asked += [str(tmp_path_factory.mktemp("asked")), "platformdirs"]
    if subprocess.run(asked, capture_output=True, env=OURS, check=False, timeout=60).returncode:
        pytest.skip("no package index can be reached")


def test_the_wheel_runs_from_anywhere(wheel, tmp_path):
    runs_from_anywhere(by_pip(wheel, tmp_path), tmp_path)


@pytest.mark.parametrize("install", [by_pipx, by_uv])
def test_the_wheel_is_installed_as_the_readme_says(wheel, tmp_path, index, install):
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    assert f"pipx install dist/{wheel.name} " in readme
    assert "uv tool install dist/" in readme
    runs_from_anywhere(install(wheel, tmp_path), tmp_path)


def runs_from_anywhere(monitor: Path, folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    options = {"cwd": elsewhere, "env": without_python()}

    assert run(monitor, "--version", **options).stdout.startswith("monitor 0.")
    config = run(monitor, "config", "path", **options).stdout.strip()
    assert config.startswith(str(folder)) and config.endswith("/site-packages/monitor/shipped/config")
    run(monitor, "config", "check", **options)
    sources = json.loads(run(monitor, "sources", "list", "--json", **options).stdout)
    local = [source["id"] for source in sources if source["path"]]
    assert local
    run(monitor, "poll", "--once", *local, **options)
    assert json.loads(run(monitor, "items", "--topic", "defense", "--json", **options).stdout)
    assert list(elsewhere.iterdir()) == []
