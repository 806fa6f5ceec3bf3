"""The processes of one cluster."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

import install
import janitor
import zookeeper
from problem import Problem

HOST = "127.0.0.1"
# Neither in the range of outgoing connections nor in that of the agents' `ports` resource, so that a process
# that was killed finds its port free when it is started again.
PORTS = range(15000, 30000)
START_SECONDS = 60
# Sockets whose names reserve ports; see `reserve`.
RESERVED = []
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "cont": signal.SIGCONT}


class Cluster:
    def __init__(self, options, folder):
        self.options, self.folder, self.zk, self.children, self.killed = options, folder, None, {}, set()
        # Where they are for each other, and for frameworks.
        self.face = options.advertise or HOST
        self.switches_users = dict(options.env).get("MESOS_SWITCH_USER") == "true"
        if self.switches_users:
            # Tasks of other users have to get to their sandboxes, and to the helpers.
            folder.chmod(0o755)
        masters = options.masters if options.ha else 1
        self.ports = {("master", i): given_port(options.port + i) if options.port else free_port() for i in range(masters)}
        self.ports |= {("agent", i): free_port() for i in range(options.agents)}
        if options.ha:
            # First, because the others need it.
            self.ports = {("zookeeper", 0): free_port()} | self.ports
            self.zk = f"zk://{self.face}:{self.ports['zookeeper', 0]}/mesos"

    def up(self):
        """Returns when a leading master has all agents."""
        for kind, i in self.ports:
            self.start(kind, i)
            if kind == "zookeeper":
                until("ZooKeeper", lambda: zookeeper.answers(HOST, self.ports["zookeeper", 0]))
        until("leading master with all agents", self.ready)
        if self.zk:
            # Until then the others can't take over from a leader that ends: each waits for all of them.
            until("log in every master", self.all_recovered)

    def all_recovered(self):
        return all(self.recovered(address) for address in self.addresses("master"))

    def recovered(self, address):
        """Whether the master's replica of the registry is whole."""
        try:
            return get_json(f"http://{address}/metrics/snapshot").get("registrar/log/recovered") == 1
        except (OSError, ValueError):
            return False

    def ready(self):
        for name, child in self.children.items():
            if child.poll() is not None:
                raise Problem(f"{name} ended with status {child.returncode}")
        found = self.leading_state()
        return found is not None and found["activated_slaves"] >= self.options.agents

    def start(self, kind, i):
        name = f"{kind}-{i}"
        if name in self.children and self.children[name].poll() is None:
            raise Problem(f"{kind} {i} is running")
        self.killed.discard(name)
        if kind == "zookeeper":
            self.spawn(name, zookeeper.command(self.folder, HOST, self.ports[kind, i]), {})
            return
        work = self.folder / name
        (work / "run").mkdir(parents=True, exist_ok=True)
        settings = self.common(self.ports[kind, i], work)
        settings |= self.of_master() if kind == "master" else self.of_agent(work)
        settings |= self.domain(kind, i) | dict(self.options.env)
        self.spawn(name, [install.NODE, kind], settings)

    def revive(self):
        """Starts what has ended without having been killed, as an init system would; returns what that was."""
        ended = {name for name, child in self.children.items() if child.poll() is not None} - self.killed
        for name in sorted(ended):
            kind, _, i = name.partition("-")
            self.start(kind, int(i))
        return sorted(ended)

    def common(self, port, work):
        place = {"MESOS_IP": HOST, "MESOS_HOSTNAME": self.face, "MESOS_PORT": str(port), "MESOS_WORK_DIR": str(work)}
        place |= {"LIBPROCESS_IP": HOST, "LIBPROCESS_PORT": str(port)}
        return place | {"LIBPROCESS_ADVERTISE_IP": self.face, "LIBPROCESS_ADVERTISE_PORT": str(port)}

    def domain(self, kind, i):
        """The first is that of the masters; the agents have the others in turn."""
        master, *agents = self.options.domain or [None]
        domain = master if kind == "master" else agents[i % len(agents)] if agents else None
        if domain is None:
            return {}
        region, _, zone = domain.partition("/")
        fault_domain = {"region": {"name": region}, "zone": {"name": zone}}
        return {"MESOS_DOMAIN": json.dumps({"fault_domain": fault_domain})}

    def of_master(self):
        if not self.zk:
            return {}
        return {"MESOS_ZK": self.zk, "MESOS_QUORUM": str(self.options.masters // 2 + 1)}

    def of_agent(self, work):
        return {
            "MESOS_MASTER": self.zk or f"{self.face}:{self.ports['master', 0]}",
            "MESOS_RESOURCES": self.options.resources,
            "MESOS_RUNTIME_DIR": str(work / "run"),
            # By default all agents of a machine have one, and each empties it when it starts.
            "MESOS_FETCHER_CACHE_DIR": str(work / "fetch"),
            "MESOS_LAUNCHER_DIR": str(self.options.launcher_dir or self.launcher_dir()),
            "MESOS_HTTP_COMMAND_EXECUTOR": "true",
            "MESOS_DOMAIN_SOCKET_LOCATION": str(work / "agent.sock"),
            "MESOS_LAUNCHER": "posix",
            "MESOS_ISOLATION": "posix/cpu,posix/mem,volume/sandbox_path",
            "MESOS_SYSTEMD_ENABLE_SUPPORT": "false",
            "MESOS_SWITCH_USER": "false",
            "MESOS_EXECUTOR_REGISTRATION_TIMEOUT": "20secs",
            "MESOS_REGISTRATION_BACKOFF_FACTOR": "100ms",
        }

    def launcher_dir(self):
        """Our helper and those that were given."""
        folder = self.folder / "libexec"
        folder.mkdir(exist_ok=True)
        for helper in [*install.HELPERS.iterdir(), *self.options.helper]:
            link = folder / helper.name
            link.unlink(missing_ok=True)
            if self.switches_users:
                shutil.copy(helper, link)
            else:
                link.symlink_to(helper)
        return folder

    def spawn(self, name, command, settings):
        environment = os.environ | settings | {janitor.MARK: str(self.folder)}
        with open(self.folder / f"{name}.log", "ab") as log:
            self.children[name] = subprocess.Popen(
                [str(part) for part in command],
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def signal(self, verb, kind, i):
        """`verb` is kill, stop (freeze) or cont (thaw)."""
        child = self.children[f"{kind}-{i}"]
        if child.poll() is not None:
            raise Problem(f"{kind} {i} is not running")
        child.send_signal(SIGNALS[verb])
        if verb == "kill":
            self.killed.add(f"{kind}-{i}")
            child.wait()

    def leader(self):
        """The address of the master that leads, if one does."""
        state = self.leading_state()
        return state and f"{HOST}:{state['pid'].rpartition(':')[2]}"

    def leading_state(self):
        for address in self.addresses("master"):
            try:
                state = get_json(f"http://{address}/master/state")
                if state["pid"] == state.get("leader", state["pid"]):
                    return state
            except (OSError, ValueError, KeyError):
                continue
        return None

    def addresses(self, kind):
        return [f"{HOST}:{port}" for (k, _), port in self.ports.items() if k == kind]

    def describe(self):
        return {"leader": self.leader(), "zk": self.zk, "dir": str(self.folder)} | self.places()

    def places(self):
        """Where everything listens, whatever it says where it is."""
        return {f"{kind}s": self.addresses(kind) for kind in ("zookeeper", "master", "agent")}


def given_port(port):
    if not (reserve(port) and is_free(port)):
        raise Problem(f"port {port} is in use: choose another with --port")
    return port


def free_port():
    return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port) and reserve(port))


def reserve(port):
    """Reserves the port among the clusters of this machine until this process ends. A port is free while the master or
    agent that it belongs to is killed, or not started yet: another cluster must not take it then."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0real-mesos-port-{port}")
    except OSError:
        name.close()
        return False
    RESERVED.append(name)
    return True


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            return True
        except (OSError, OverflowError):
            return False


def until(what, holds):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.1)
    raise Problem(f"no {what} within {START_SECONDS} s")


def get_json(url):
    with urllib.request.urlopen(url, timeout=2) as answer:
        return json.load(answer)
