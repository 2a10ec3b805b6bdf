"""A certificate authority of our own, made with openssl for one test session."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates in a folder."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def server(self, name: str, *, host: str, expired: bool = False, signed: bool = True) -> ssl.SSLContext:
        """A server's context with a certificate for a host."""
        key, request, made = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={'IP' if host[0].isdigit() else 'DNS'}:{host}\n", "ascii")
        _openssl("req", "-new", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        dates = ("-days", "-1" if expired else "2")
        signer = ("-CA", self.certificate, "-CAkey", self.folder / "ca.key") if signed else ("-signkey", key)
        _openssl("x509", "-req", "-in", request, *signer, "-out", made, *dates, "-extfile", extension)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        return context

    def trusted(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and nobody else."""
        return ssl.create_default_context(cafile=str(self.certificate))


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def new_authority(folder: Path) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make certificates with")
    key, made = folder / "ca.key", folder / "ca.pem"
    _openssl(
        *("req", "-x509", *_NEW_KEY, "-keyout", key, "-out", made, "-days", "2", "-subj", "/CN=Test authority"),
        *("-addext", "keyUsage=critical,keyCertSign"),
    )
    return Authority(folder)


def _openssl(*words: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"openssl cannot do this here: {done.stderr.strip().splitlines()[-1][:200]}")
