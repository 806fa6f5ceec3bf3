"""Ends everything that a cluster started, however the cluster's own process came to its end.

A process of its own holds one end of a pipe. When the other end closes, by order or because its holder was
killed, it kills each process that carries the cluster's mark or works in its folder: masters, agents, and the
executors that outlive their agent by design. Then it removes the folder.
"""

import glob
import os
import shutil
import signal
import time

MARK, SANDBOX = "REAL_MESOS_CLUSTER", "MESOS_DIRECTORY"
PATIENCE = 10  # seconds


class Janitor:
    """Must be made before the first process of the cluster is started with `MARK` set to `folder`."""

    def __init__(self, folder, keep):
        self.read, self.write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.wait(folder, keep)
            finally:
                os._exit(0)
        os.close(self.read)

    def wait(self, folder, keep):
        os.setsid()
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        os.close(self.write)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        os.read(self.read, 1)
        sweep(str(folder))
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)

    def finish(self):
        """Has it done now, and returns when it is done."""
        os.close(self.write)
        os.waitpid(self.pid, 0)


def sweep(folder):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (found := belonging(folder)):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def belonging(folder):
    return [pid for pid in map(pid_of, glob.glob("/proc/[0-9]*")) if pid != os.getpid() and belongs(pid, folder)]


def pid_of(entry):
    return int(os.path.basename(entry))


def belongs(pid, folder):
    try:
        with open(f"/proc/{pid}/environ", "rb") as variables:
            pairs = variables.read().split(b"\0")
    except OSError:  # it has ended, or is another user's
        return False
    # Agents give nothing of their own environment to executors, but tell them their sandbox.
    return f"{MARK}={folder}".encode() in pairs or any(p.startswith(f"{SANDBOX}={folder}/".encode()) for p in pairs)
