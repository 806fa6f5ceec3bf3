"""Fetches the official Mesos library: it lies in a Python package, whose extension module exports all of it."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from problem import Problem

PACKAGE, FILE = "mesos.scheduler", "mesos.scheduler-1.11.0.linux-x86_64.tar.gz"
SHA256 = "1d376f20bca6d05ee8b90c1c123a452b28753497ccc2f1c80ea3ac94c12e8f6e"
EXTENSION = "/_scheduler.so"
# Pip does not know this old kind of archive, so a small index client fetches it.
INDEX_CLIENT = "pypi-simple==1.8.0"
FETCH = """
import sys
from pypi_simple import PyPISimple
with PyPISimple() as index:
    for package in index.get_project_page(sys.argv[1]).packages:
        if package.filename == sys.argv[2]:
            index.download_package(package, path=sys.argv[3], verify=True)
            break
    else:
        sys.exit(f"it has no {sys.argv[2]}")
"""


def fetch(target):
    """Puts the library at `target`, whole or not at all."""
    print(f"downloading the official build of Mesos to {target} (once)", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        archive = pathlib.Path(scratch) / FILE
        download(pathlib.Path(scratch) / "venv", archive)
        verify(archive)
        unpack(archive, target)


def download(venv, archive):
    attempt(sys.executable, "-m", "venv", venv)
    attempt(venv / "bin/pip", "install", "-q", INDEX_CLIENT)
    attempt(venv / "bin/python", "-c", FETCH, PACKAGE, FILE, archive)


def attempt(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise Problem(f"cannot fetch {FILE} from the Python package index ({said[-1]}): check the network, then retry")


def verify(archive):
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise Problem(f"{FILE} has SHA-256 {digest}, not {SHA256}: the package index served another file")


def unpack(archive, target):
    part = target.with_suffix(".part")
    with tarfile.open(archive) as tar:
        member = next(member for member in tar if member.name.endswith(EXTENSION))
        with tar.extractfile(member) as source, open(part, "wb") as sink:
            shutil.copyfileobj(source, sink)
    os.replace(part, target)
