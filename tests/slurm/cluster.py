"""A Slurm cluster on this machine: munged, slurmctld and three slurmd under different node names.

Everything lies in one folder and on free ports, beside whatever Slurm the machine has. Daemons run in the foreground as
children of this process, and die with it.

As a program: `cluster.py FOLDER COMMAND [ARGUMENT...]` runs a command with a cluster around it.
"""

import contextlib
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "squeue", "sinfo")
NODES = ("n1", "n2", "n3")

CONFIG = """
ClusterName=multistate
SlurmctldHost={host}({address})
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=6
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,sched_min_interval=10000,batch_sched_delay=0,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
KillWait=5
SlurmdTimeout=60
MinJobAge=300
MaxArraySize=1001
SlurmdParameters=config_overrides
{nodes}
PartitionName=work Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=1 State=UP
PartitionName=urgent Nodes=ALL MaxTime=INFINITE PriorityTier=10 State=UP
"""


def why_not():
    """Why no cluster can be started here; empty if one can."""
    if os.geteuid() != 0:
        return "slurmd has to run as root"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"there is no {', '.join(missing)} (packages slurm-wlm and munge: tools/setup --dev)"
    try:
        pwd.getpwnam("munge")
    except KeyError:
        return "there is no user munge"
    try:
        socket.getaddrinfo("127.0.0.1", 0, family=socket.AF_INET, flags=socket.AI_ADDRCONFIG)
    except socket.gaierror:
        return "Slurm finds no address: this machine has no network but loopback"
    return ""


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Cluster:
    """A context manager; `environment` is for the commands that talk to it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        self.daemons = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        host = socket.gethostname().split(".")[0]
        controller, *ports = free_ports(1 + len(NODES))
        nodes = "\n".join(f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=2000"
                          for name, port in zip(NODES, ports))
        self.folder.chmod(0o755)  # munge is particular about who can write where its socket is.
        (self.folder / "state").mkdir()
        for name in NODES:
            (self.folder / f"spool.{name}").mkdir()
        text = CONFIG.format(host=host, address="127.0.0.1", controller=controller, folder=self.folder, nodes=nodes)
        (self.folder / "slurm.conf").write_text(text, encoding="utf-8")
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        # The paths are root's: --force, since munged wants its own user otherwise.
        self.daemon("munged", ["munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket",
                               f"--key-file={key}", f"--pid-file={self.folder}/munged.pid",
                               f"--seed-file={self.folder}/munge.seed", f"--log-file={self.folder}/munged.log"])
        self.wait("munged", lambda: (self.folder / "munge.socket").exists())
        self.daemon("slurmctld", ["slurmctld", "-D", "-i"])
        for name in NODES:
            self.start_node(name)
        self.wait("the nodes", lambda: self.command("sinfo", "--noheader", "--format=%D %t", "--partition=work")
                  .split() == [str(len(NODES)), "idle"])

    def daemon(self, name, words):
        with open(self.folder / f"{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=out,
                                                  stderr=out, preexec_fn=die_with_parent)  # pylint: disable=W1509

    def start_node(self, name):
        self.daemon(name, ["slurmd", "-D", "-N", name])

    def kill_node(self, name):
        """As if the machine lost power: the daemon and all that it has started."""
        daemon = self.daemons.pop(name)
        daemon.send_signal(signal.SIGSTOP)  # So that it starts nothing any more.
        self.kill_tasks(name)
        daemon.kill()
        daemon.wait()
        self.command("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=test")

    def kill_tasks(self, name):
        """Kills what runs on a node, and what watches over it."""
        tasks = {}
        steps = {}
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "environ").read_bytes().split(b"\0")
                if f"SLURM_CONF={self.environment['SLURM_CONF']}".encode() not in words:
                    continue
                variables = dict(word.split(b"=", 1) for word in words if b"=" in word)
                if variables.get(b"SLURMD_NODENAME") == name.encode() and b"SLURM_JOB_ID" in variables:
                    tasks[int(entry.name)] = variables[b"SLURM_JOB_ID"]
                elif (entry / "cmdline").read_bytes().startswith(b"slurmstepd: ["):
                    steps[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"[")[1].split(b".")[0]
        # All are stopped before the first is killed, so that none sees the end of another.
        for deed in (signal.SIGSTOP, signal.SIGKILL):
            for process in [*(step for step, job in steps.items() if job in tasks.values()), *tasks]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, deed)

    def command(self, *words):
        done = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=30, check=False)
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def wait(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come within {seconds} seconds; logs:\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        files = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
        return "\n".join(f"{file.name}:\n{file.read_text(errors='replace')[-3000:]}" for file in files)

    def stop(self):
        if "slurmctld" in self.daemons:
            self.command("scancel", "--user=root")
        for name in NODES:
            self.kill_tasks(name)
        for name in reversed(list(self.daemons)):
            daemon = self.daemons.pop(name)
            daemon.terminate()
            try:
                daemon.wait(timeout=5)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} FOLDER COMMAND [ARGUMENT...]")
    if why_not():
        sys.exit(f"no cluster: {why_not()}")
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir()
    with Cluster(folder) as cluster:
        sys.exit(subprocess.run(sys.argv[2:], env=cluster.environment, check=False).returncode)


if __name__ == "__main__":
    main()
