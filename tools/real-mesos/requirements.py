"""What this machine needs to have, by the names of the Debian packages that bring it."""

import ctypes
import glob
import importlib.util
import os
import shutil
import sys

from problem import Problem

ZOOKEEPER_JARS = "/usr/share/java/zookeeper*.jar"


def loads(library):
    try:
        ctypes.CDLL(library)
        return True
    except OSError:
        return False


# Debian package -> whether what is needed of it is there.
SINGLE = {
    "g++": lambda: shutil.which("g++") and shutil.which("gcc"),
    "binutils": lambda: shutil.which("readelf"),
    "python3-venv": lambda: importlib.util.find_spec("ensurepip"),
    "libsvn1": lambda: loads("libsvn_delta-1.so.1") and loads("libsvn_subr-1.so.1"),
    "libapr1": lambda: loads("libapr-1.so.0"),
    "libsasl2-2": lambda: loads("libsasl2.so.2"),
    "libssl3": lambda: loads("libssl.so.3") and loads("libcrypto.so.3"),
}
HA = SINGLE | {
    "default-jre-headless": lambda: shutil.which("java"),
    "zookeeper": lambda: glob.glob(ZOOKEEPER_JARS),
}
MODES = {"single": SINGLE, "ha": HA}


def missing(mode):
    """Why `mode` cannot run here, in one line with the remedy; None if it can."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return "the official build of Mesos runs on Linux x86_64 alone"
    packages = [package for package, found in MODES[mode].items() if not found()]
    return packages and f"missing {', '.join(packages)}: apt-get install -y {' '.join(packages)}" or None


def demand(mode):
    if reason := missing(mode):
        raise Problem(reason)


def check(only):
    """Prints one line for the mode, or for both; the exit status is 0 if all of it can run."""
    modes = [only] if only else list(MODES)
    reasons = [missing(mode) for mode in modes]
    print("; ".join(f"{mode}: {reason or 'ready'}" for mode, reason in zip(modes, reasons)))
    return 1 if any(reasons) else 0
