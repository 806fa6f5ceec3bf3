"""`up`: one cluster, obeying the lines on standard input."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

import install
import requirements
from cluster import SIGNALS, Cluster
from janitor import Janitor
from problem import Problem

LOG_TAIL = 20  # lines of each log that a failed start shows


def up(options):
    if options.detach and not options.background:
        return detach()
    parent = os.getppid()
    requirements.demand("ha" if options.ha else "single")
    install.setup()
    folder = pathlib.Path(options.dir or tempfile.mkdtemp(prefix="real-mesos-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    janitor = Janitor(folder, keep=options.dir is not None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        cluster = Cluster(options, folder)
        if options.advertise:
            # Whoever passes connections on needs it before they are made.
            say(cluster.places())
        start(cluster)
        if options.background:
            remain(cluster)
        else:
            serve(cluster, parent)
    finally:
        janitor.finish()


def detach():
    """Starts the same in the background, and returns when that takes frameworks."""
    log, path = tempfile.mkstemp(prefix="real-mesos-", suffix=".log")
    cluster = subprocess.Popen(
        [sys.executable, *sys.argv, "--background"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
    )
    try:
        described = json.loads(cluster.stdout.readline())
    except ValueError:
        cluster.wait()
        raise Problem(f"the cluster has not started: see {path}") from None
    say({**described, "pid": cluster.pid, "log": path})
    print(f"Mesos 1.11.0 takes frameworks at {described['leader']}; `kill {cluster.pid}` ends it", file=sys.stderr)
    return 0


def remain(cluster):
    """Waits for SIGTERM."""
    say(cluster.describe())
    while True:
        signal.pause()


def start(cluster):
    try:
        cluster.up()
    except Problem:
        for log in sorted(cluster.folder.glob("*.log")):
            tail = log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
            print(f"--- {log.name}", *tail, sep="\n", file=sys.stderr)
        raise


def serve(cluster, parent):
    described = cluster.describe()
    say(described)
    address = described["leader"]
    print(f"Mesos 1.11.0 takes frameworks at {address}; `quit` or the end of input ends it", file=sys.stderr)
    for line in lines(parent):
        if line.split() == ["quit"]:
            return
        say(obey(cluster, line))


def say(answer):
    print(json.dumps(answer), flush=True)


def obey(cluster, line):
    words = line.split()
    try:
        if words == ["leader"]:
            return {"leader": cluster.leader()}
        if words == ["revive"]:
            return {"ok": cluster.revive()}
        verb, kind, number = words[0], words[1], int(words[2])
        if (kind, number) not in cluster.ports or verb not in {"start", *SIGNALS}:
            raise ValueError
        cluster.start(kind, number) if verb == "start" else cluster.signal(verb, kind, number)
        return {"ok": line}
    except (IndexError, ValueError):
        return {"error": f"not understood: {line}"}
    except Problem as problem:
        return {"error": str(problem)}


def lines(parent):
    """The lines of standard input, until it ends or the process that started this one has ended."""
    rest = b""
    while os.getppid() == parent:
        if not select.select([0], [], [], 1)[0]:
            continue
        if not (read := os.read(0, 4096)):
            return
        *whole, rest = (rest + read).split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in whole if line.strip())
