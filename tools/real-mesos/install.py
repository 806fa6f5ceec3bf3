"""Brings the official library and our launcher together, in a cache that all clusters of this user share."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import official
import requirements
import shims
from problem import Problem

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("REAL_MESOS_HOME") or pathlib.Path.home() / ".cache" / "real-mesos").absolute()
LIBRARY = CACHE / "libmesos-1.11.0.so"
SOURCES = ["node.cpp", "layouts.h", "python.h", "switchboard.h", "symbols.h", "shims.py"]


def build_folder():
    """A folder for exactly these sources at this place, so that checkouts of several versions share the cache."""
    sources = b"".join((HERE / name).read_bytes() for name in SOURCES)
    return CACHE / f"build-{hashlib.sha256(sources + bytes(CACHE)).hexdigest()[:16]}"


BUILD = build_folder()
NODE = BUILD / "node"
HELPERS = BUILD / "libexec"


def setup():
    """Makes `NODE` ready to run; does nothing but a short probe if it is already."""
    requirements.demand("single")
    CACHE.mkdir(parents=True, exist_ok=True)
    with only_one_at_a_time():
        if not LIBRARY.exists():
            official.fetch(LIBRARY)
        if not BUILD.exists():
            build()
    probe()


@contextlib.contextmanager
def only_one_at_a_time():
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build():
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = pathlib.Path(scratch) / "build"
        (folder / "libexec").mkdir(parents=True)
        shims.build(LIBRARY, folder / "shim")
        compile_node(folder / "node")
        for helper in ["mesos-containerizer", "mesos-io-switchboard"]:
            shutil.copy(folder / "node", folder / "libexec" / helper)
        folder.rename(BUILD)


def compile_node(target):
    # DT_RPATH, unlike DT_RUNPATH, also serves what the program loads by dlopen.
    options = ["-std=c++17", "-O1", "-rdynamic", f'-DLIBRARY="{LIBRARY}"', "-Wl,--disable-new-dtags", f"-Wl,-rpath,{BUILD}/shim"]
    subprocess.run(["g++", *options, "-o", str(target), str(HERE / "node.cpp"), "-ldl", "-pthread"], check=True)


def probe():
    """Lets the containerizer helper run `exit 7`: it loads the whole library."""
    launch = '--launch_info={"command":{"shell":true,"value":"exit 7"}}'
    command = [HELPERS / "mesos-containerizer", "launch", launch]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 7:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise Problem(f"the Mesos library does not run here ({reason}): delete {CACHE} and run setup again")
