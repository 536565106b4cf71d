# SPDX-License-Identifier: Apache-2.0
"""A real control plane in a temporary directory, on ports of the kernel's
choice: etcd and kube-apiserver at once, the controllers, the scheduler and
simulated nodes (kwok) where a test asks for them."""

import base64
import json
import os
import pathlib
import re
import subprocess

from bed.api import Api
from bed.pki import Authority
from bed.process import Server, free_port, wait_until

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent

READY_SECONDS = 120

# In the stages that have pods run and complete, as one more condition.
HOLD = re.compile(r"(name: pod-(?:ready|complete)\n(?:.*\n)*?"
                  r"    matchExpressions:\n)")
HELD = r"""\1    - key: '.metadata.labels["held"]'
      operator: 'DoesNotExist'
"""


def assets():
    """The directory with the programs: KUBEBUILDER_ASSETS, or our own build,
    which is made where it is missing or old."""
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        return pathlib.Path(given)
    built = ROOT / "build" / "cluster"
    subprocess.run([HERE / "cluster" / "build.sh", built], check=True)
    return built


class Control:
    """etcd and kube-apiserver with more `flags`; `api` is the
    administrator."""

    def __init__(self, directory, flags=()):
        self.flags = flags
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.assets = assets()
        self.kubectl = str(self.assets / "kubectl")
        self.own = True
        self.servers = []
        self.controllers = False

        self.pki = Authority(self.directory / "pki")
        self.server_cert, self.server_key = self.pki.sign(
            "server", "/CN=kube-apiserver", server=True)
        self.admin_cert, self.admin_key = self.pki.sign(
            "admin", "/O=system:masters/CN=test-admin")
        self.account_key = self.pki.directory / "accounts.key"
        self.pki.make_key(self.account_key)
        self.ca = self.pki.cert

        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        # A port may be taken between our look and the server's bind.
        for attempt in (1, 2, 3):
            try:
                self.start_once()
                return
            except (RuntimeError, TimeoutError):
                self.stop()
                if attempt == 3:
                    raise

    def start_once(self):
        store = f"http://127.0.0.1:{free_port()}"
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.launch("etcd", "--data-dir", self.directory / "etcd",
                    "--listen-client-urls", store,
                    "--advertise-client-urls", store,
                    "--listen-peer-urls", f"http://127.0.0.1:{free_port()}",
                    "--unsafe-no-fsync")
        self.launch(
            "kube-apiserver",
            "--etcd-servers", store,
            "--bind-address", "127.0.0.1",
            "--secure-port", self.port,
            "--tls-cert-file", self.server_cert,
            "--tls-private-key-file", self.server_key,
            "--client-ca-file", self.ca,
            "--service-account-key-file", self.account_key,
            "--service-account-signing-key-file", self.account_key,
            "--service-account-issuer", "https://kubernetes.default",
            "--service-cluster-ip-range", "10.0.0.0/16",
            "--authorization-mode", "RBAC",
            "--allow-privileged",
            "--profiling=false", *self.flags)
        self.api = Api("127.0.0.1", self.port, self.ca, self.admin_cert,
                       self.admin_key)
        self.kubeconfig = self.write_kubeconfig("admin", {
            "client-certificate-data": encode(self.admin_cert),
            "client-key-data": encode(self.admin_key)})
        self.wait_ready()

    def wait_ready(self):
        def ready():
            for server in self.servers:
                if not server.alive():
                    raise SystemError(server.tail())
            # The last post-start hooks make the default namespace.
            return (self.api.raw("GET", "/readyz")[0] == 200 and
                    self.api.find("/api/v1/namespaces/default"))

        try:
            wait_until(ready, READY_SECONDS, "control plane")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.servers[-1].tail()}")

    def launch(self, part, *flags):
        server = Server([self.assets / part, *flags],
                        self.directory / f"{part}.log")
        self.servers.append(server)
        return server

    def start_controllers(self):
        """Deployments get ReplicaSets, Namespaces go away when deleted, and
        pods run on a simulated node, but for those with the label `held`: what
        becomes of them is the test's to say."""
        if self.controllers:
            return
        self.controllers = True
        self.launch("kube-controller-manager",
                    "--kubeconfig", self.kubeconfig,
                    "--service-account-private-key-file", self.account_key,
                    "--root-ca-file", self.ca, "--leader-elect=false",
                    "--secure-port", free_port(),
                    "--bind-address", "127.0.0.1")
        self.launch("kube-scheduler", "--kubeconfig", self.kubeconfig,
                    "--leader-elect=false", "--secure-port", free_port(),
                    "--bind-address", "127.0.0.1")
        if not (self.assets / "kwok").exists():
            return
        stages = self.directory / "stages.yaml"
        stages.write_text(HOLD.sub(HELD, (self.assets / "stages.yaml")
                                   .read_text()))
        self.launch("kwok", "--kubeconfig", self.kubeconfig,
                    "--manage-all-nodes=true", "-c", stages)
        size = {"cpu": "64", "memory": "256Gi", "pods": "1000"}
        self.api.create("/api/v1/nodes", {
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": "simulated",
                         "annotations": {"kwok.x-k8s.io/node": "fake"}},
            "status": {"allocatable": size, "capacity": size}})

    def write_kubeconfig(self, name, user, cluster=None, context=None,
                         directory=None):
        """A kubeconfig with one cluster, one user and one context, all called
        `name`.  `cluster` and `context` add to the usual entries, or remove
        one where the value is None.  It is JSON, which is YAML as well."""
        entry = {"server": self.url,
                 "certificate-authority-data": encode(self.ca)}
        entry.update(cluster or {})
        entry = {k: v for k, v in entry.items() if v is not None}
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": name,
            "clusters": [{"name": name, "cluster": entry}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {
                "cluster": name, "user": name, **(context or {})}}]}
        path = pathlib.Path(directory or self.directory) / f"{name}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config, indent=1))
        return path

    def stop(self):
        for server in reversed(self.servers):
            server.stop()
        self.servers = []

    def restart_server(self):
        """Kill the API server and start it again on the same port."""
        old = self.servers[1]
        old.stop()
        self.servers[1] = Server(old.argv, old.log)
        self.wait_ready()


class Given(Control):
    """A running cluster, named by GITOPS_TEST_KUBECONFIG and by nothing else:
    tests write to it, and a user's KUBECONFIG may well be production."""

    def __init__(self, kubeconfig, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.kubectl = str(assets() / "kubectl")
        self.own = False
        self.servers = []
        self.kubeconfig = pathlib.Path(kubeconfig)
        self.api = Api.from_kubeconfig(self.kubectl, kubeconfig,
                                       self.directory)
        self.port = self.api.port
        self.url = f"https://{self.api.host}:{self.port}"
        # Proxies have certificates of our own; both are to be trusted.
        self.pki = Authority(self.directory / "pki")
        self.server_cert, self.server_key = self.pki.sign(
            "server", "/CN=proxy", server=True)
        self.ca = self.directory / "both.crt"
        self.ca.write_bytes(pathlib.Path(self.api.ca).read_bytes() +
                            self.pki.cert.read_bytes())

    def start_controllers(self):
        pass


def open_control(directory):
    given = os.environ.get("GITOPS_TEST_KUBECONFIG")
    if given:
        return Given(given, directory)
    return Control(directory)


def encode(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()
