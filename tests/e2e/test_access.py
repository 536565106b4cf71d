# SPDX-License-Identifier: Apache-2.0
"""Every usual way to reach an API server, and none of the dangerous ones."""

import os
import subprocess

import pytest

from bed import objects
from bed.control import encode
from bed.proxy import TOKEN, Proxy, Tunnel


@pytest.fixture
def one(repo, ns):
    """A repository with one object in the test's namespace."""
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    return repo


@pytest.fixture
def proxy(control):
    with Proxy(control) as server:
        yield server


@pytest.fixture(autouse=True)
def record(gitops, ns):
    """Those who may do little keep the record where they may."""
    gitops.env["GITOPS_RECORD_NAMESPACE"] = ns


def own(control):
    if not control.own:
        pytest.skip("needs a cluster of our own")


def account(control, ns, name="deployer", verbs=("*",)):
    """A ServiceAccount that may work on ConfigMaps of its namespace."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}"
    control.api.create(f"/api/v1/namespaces/{ns}/serviceaccounts",
                       {"metadata": {"name": name}})
    control.api.create(f"{rbac}/roles", {
        "metadata": {"name": name},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"],
                   "verbs": list(verbs)}]})
    control.api.create(f"{rbac}/rolebindings", {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                    "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name,
                      "namespace": ns}]})
    return control.api.token_for(ns, name)


def synced(control, ns):
    return control.api.find(f"{objects.config_maps(ns)}/a") is not None


def test_client_certificate_as_data_and_as_files(gitops, control, one,
                                                 tmp_path, ns):
    own(control)
    cert, key = control.pki.sign("files", "/O=system:masters/CN=by-files")
    near = tmp_path / "near"
    near.mkdir()
    (near / "user.crt").write_bytes(cert.read_bytes())
    (near / "user.key").write_bytes(key.read_bytes())
    (near / "ca.crt").write_bytes(control.ca.read_bytes())

    as_data = control.write_kubeconfig("data", {
        "client-certificate-data": encode(cert),
        "client-key-data": encode(key)}, directory=tmp_path)
    # Relative paths are relative to the kubeconfig, not to where we run.
    as_files = control.write_kubeconfig(
        "files", {"client-certificate": "user.crt", "client-key": "user.key"},
        {"certificate-authority-data": None,
         "certificate-authority": "ca.crt"}, directory=near)
    for kubeconfig in (as_data, as_files):
        gitops("sync", "--kubeconfig", kubeconfig, one)
    assert synced(control, ns)


def test_token_and_token_file(gitops, control, one, tmp_path, ns):
    token = account(control, ns)
    gitops.hide(token)
    (tmp_path / "token").write_text(token + "\n")
    for user in ({"token": token}, {"tokenFile": "token"}):
        path = control.write_kubeconfig("token", user, directory=tmp_path)
        gitops("sync", "-vv", "--kubeconfig", path, one)
    assert synced(control, ns)


def test_basic_auth_is_sent_where_the_kubeconfig_says_so(
        gitops, one, proxy, tmp_path):
    path = proxy.kubeconfig(tmp_path, {"username": "ada",
                                       "password": "CANARY-basic"})
    result = gitops("diff", "--kubeconfig", path, one, expect=2)
    sent = {r.headers["Authorization"] for r in proxy.requests}
    assert sent == {"Basic YWRhOkNBTkFSWS1iYXNpYw=="}
    assert "401" in result.err or "nauthorized" in result.err


PLUGIN = """#!/bin/sh
# Count the calls, keep what was told, print a credential.
echo call >>"$COUNT"
printf '%s' "$KUBERNETES_EXEC_INFO" >"$INFO"
echo "plugin's own words" >&2
cat "$REPLY"
"""


class Plugin:
    """An exec credential plugin that is a shell script."""

    def __init__(self, directory):
        self.count = directory / "plugin.calls"
        self.info = directory / "plugin.info"
        self.reply = directory / "plugin.reply"
        self.path = directory / "credential-plugin"
        self.path.write_text(PLUGIN)
        self.path.chmod(0o755)

    def says(self, version, status):
        import json
        self.reply.write_text(json.dumps({
            "apiVersion": f"client.authentication.k8s.io/{version}",
            "kind": "ExecCredential", "status": status}))
        return self

    def user(self, version, **more):
        return {"exec": {
            "apiVersion": f"client.authentication.k8s.io/{version}",
            "command": str(self.path), "interactiveMode": "IfAvailable",
            "env": [{"name": "COUNT", "value": str(self.count)},
                    {"name": "INFO", "value": str(self.info)},
                    {"name": "REPLY", "value": str(self.reply)}],
            **more}}

    def calls(self):
        return len(self.count.read_text().split()) if self.count.exists() \
            else 0


@pytest.fixture
def plugin(tmp_path):
    return Plugin(tmp_path)


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_exec_plugin_is_asked_once(gitops, control, one, proxy, plugin,
                                   tmp_path, ns, version):
    plugin.says(version, {"token": TOKEN})
    path = proxy.kubeconfig(tmp_path, plugin.user(version))
    gitops("sync", "-vv", "--kubeconfig", path, one)
    assert synced(control, ns)
    assert plugin.calls() == 1


def test_exec_plugin_is_told_of_the_cluster(gitops, one, proxy, plugin,
                                            tmp_path):
    import json
    plugin.says("v1", {"token": TOKEN})
    path = proxy.kubeconfig(tmp_path, plugin.user(
        "v1", provideClusterInfo=True))
    gitops("sync", "--kubeconfig", path, one)
    info = json.loads(plugin.info.read_text())
    assert info["kind"] == "ExecCredential"
    assert info["apiVersion"] == "client.authentication.k8s.io/v1"
    assert info["spec"]["cluster"]["server"] == proxy.url
    assert info["spec"]["interactive"] is False


def test_exec_plugin_may_give_a_certificate(gitops, control, one, plugin,
                                            tmp_path, ns):
    own(control)
    cert, key = control.pki.sign("exec", "/O=system:masters/CN=by-exec")
    plugin.says("v1", {"clientCertificateData": cert.read_text(),
                       "clientKeyData": key.read_text()})
    gitops.hide(key.read_text().splitlines()[1])
    path = control.write_kubeconfig("exec", plugin.user("v1"),
                                    directory=tmp_path)
    gitops("sync", "--kubeconfig", path, one)
    assert synced(control, ns)


def test_expired_credential_is_asked_for_again(gitops, one, proxy, plugin,
                                               tmp_path):
    """A credential that has expired already is no good for a request."""
    plugin.says("v1", {"token": TOKEN,
                       "expirationTimestamp": "2001-01-01T00:00:00Z"})
    path = proxy.kubeconfig(tmp_path, plugin.user("v1"))
    gitops("diff", "--kubeconfig", path, one, expect=(1, 2))
    assert plugin.calls() >= 1


def test_row_15_token_that_expires_mid_run_is_refreshed(gitops, control, one,
                                                        proxy, plugin,
                                                        tmp_path, ns):
    """From the n-th request on the old token is no longer good: the plugin is
    asked once more and the request is sent again."""
    fresh = "CANARY-fresh-token"

    def expire(request):
        if request.n >= 3 and TOKEN in proxy.tokens:
            proxy.tokens = {fresh}
            plugin.says("v1", {"token": fresh})
            from bed.proxy import unauthorized
            return unauthorized()

    proxy.decide = expire
    plugin.says("v1", {"token": TOKEN})
    path = proxy.kubeconfig(tmp_path, plugin.user("v1"))
    gitops("sync", "--kubeconfig", path, one)
    assert synced(control, ns)
    assert plugin.calls() == 2


def test_row_16_rotated_token_file_is_read_again(gitops, control, one, proxy,
                                                 tmp_path, ns):
    fresh = "CANARY-rotated-token"
    file = tmp_path / "token"
    file.write_text(TOKEN)

    def rotate(request):
        if request.n >= 3 and TOKEN in proxy.tokens:
            proxy.tokens = {fresh}
            file.write_text(fresh)
            from bed.proxy import unauthorized
            return unauthorized()

    proxy.decide = rotate
    path = proxy.kubeconfig(tmp_path, {"tokenFile": str(file)})
    gitops("sync", "--kubeconfig", path, one)
    assert synced(control, ns)


def test_row_15_a_credential_that_stays_refused_ends_the_run(
        gitops, one, proxy, plugin, tmp_path):
    plugin.says("v1", {"token": "CANARY-wrong"})
    path = proxy.kubeconfig(tmp_path, plugin.user("v1"))
    result = gitops("sync", "--kubeconfig", path, one, expect=2)
    assert plugin.calls() == 2
    assert "hint:" in result.err


@pytest.mark.parametrize("reply, says", [
    ("not JSON", "JSON"),
    ('{"apiVersion": "client.authentication.k8s.io/v1", '
     '"kind": "ExecCredential", "status": {}}', "token"),
    ('{"apiVersion": "client.authentication.k8s.io/v1", '
     '"kind": "Pod", "status": {"token": "CANARY-t"}}', "ExecCredential"),
    ('{"apiVersion": "client.authentication.k8s.io/v1alpha1", '
     '"kind": "ExecCredential", "status": {"token": "CANARY-t"}}', "v1"),
], ids=["junk", "empty", "kind", "version"])
def test_a_plugin_that_says_nonsense_is_named(gitops, one, proxy, plugin,
                                              tmp_path, reply, says):
    plugin.reply.write_text(reply)
    path = proxy.kubeconfig(tmp_path, plugin.user("v1"))
    result = gitops("diff", "--kubeconfig", path, one, expect=2)
    assert "credential-plugin" in result.err and says in result.err


def test_a_plugin_that_is_missing_gives_its_install_hint(gitops, one, proxy,
                                                         tmp_path):
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1",
                     "command": "no-such-plugin",
                     "interactiveMode": "Never",
                     "installHint": "get it from example.com"}}
    path = proxy.kubeconfig(tmp_path, user)
    result = gitops("diff", "--kubeconfig", path, one, expect=2)
    assert "no-such-plugin" in result.err
    assert "get it from example.com" in result.err


def test_a_plugin_that_must_talk_is_refused(gitops, one, proxy, plugin,
                                            tmp_path):
    plugin.says("v1", {"token": TOKEN})
    path = proxy.kubeconfig(tmp_path, plugin.user(
        "v1", interactiveMode="Always"))
    result = gitops("diff", "--kubeconfig", path, one, expect=2)
    assert "interactiveMode" in result.err
    assert plugin.calls() == 0


def test_in_cluster_files(gitops, control, one, tmp_path, ns):
    """As in a pod: no kubeconfig, the service account's files, two
    variables.  The files have a fixed place, so this wants a mount namespace
    of its own."""
    token = account(control, ns)
    gitops.hide(token)
    private = ["unshare", "--mount"]
    if os.geteuid() != 0:
        private += ["--user", "--map-root-user"]
    if subprocess.run(private + ["true"], capture_output=True).returncode:
        pytest.skip("needs a mount namespace")

    files = tmp_path / "serviceaccount"
    files.mkdir()
    (files / "token").write_text(token)
    (files / "ca.crt").write_bytes(control.ca.read_bytes())
    (files / "namespace").write_text(ns)
    script = ("mount -t tmpfs none /run && "
              "d=/run/secrets/kubernetes.io/serviceaccount && "
              "mkdir -p $d && cp \"$0\"/* $d && exec \"$@\"")
    one.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    gitops.env.update(KUBERNETES_SERVICE_HOST="127.0.0.1",
                      KUBERNETES_SERVICE_PORT=str(control.port))
    done = subprocess.run(
        private + ["sh", "-c", script, str(files), str(gitops.path), "sync",
                   str(one)],
        env=gitops.environment(None), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert token not in done.stdout + done.stderr
    assert synced(control, ns)


def test_impersonation(gitops, control, kube, one, ns):
    account(control, ns)
    deployer = f"system:serviceaccount:{ns}:deployer"
    kube("sync", "--as", deployer, one)
    assert synced(control, ns)

    nobody = kube("diff", "--as", "nobody", one, expect=2)
    assert "nobody" in nobody.err and "the record of app" in nobody.err


def test_impersonated_groups_are_sent(gitops, one, proxy, tmp_path):
    path = proxy.kubeconfig(tmp_path)
    gitops("sync", "--kubeconfig", path, "--as", "ada", "--as-group", "ops",
           "--as-group", "system:masters", one)
    last = proxy.requests[-1].headers
    assert last["Impersonate-User"] == "ada"
    assert last.get_all("Impersonate-Group") == ["ops", "system:masters"]


def test_row_55_the_server_s_certificate_is_verified(gitops, control, one,
                                                     proxy, tmp_path):
    from bed.pki import Authority
    other = Authority(tmp_path / "other", "other-ca")
    for cluster in ({"certificate-authority-data": encode(other.cert)},
                    {"certificate-authority-data": None}):
        path = proxy.kubeconfig(tmp_path, cluster=cluster)
        result = gitops("diff", "--kubeconfig", path, one, expect=2)
        assert "certificate" in result.err
    assert proxy.requests == [], "no token goes to a stranger"


def test_row_55_a_wrong_name_is_refused_and_tls_server_name_helps(
        gitops, control, one, tmp_path):
    own(control)
    cert = control.pki.sign(f"only-{tmp_path.name}", "/CN=only", server=True,
                            names="DNS:only.test.example")
    with Proxy(control, cert=cert) as proxy:
        path = proxy.kubeconfig(tmp_path)
        gitops("diff", "--kubeconfig", path, one, expect=2)
        assert proxy.requests == []
        path = proxy.kubeconfig(
            tmp_path, cluster={"tls-server-name": "only.test.example"})
        gitops("sync", "--kubeconfig", path, one)
        assert proxy.requests


def test_insecure_is_honoured_and_warned_of(gitops, one, proxy, tmp_path):
    path = proxy.kubeconfig(tmp_path, cluster={
        "certificate-authority-data": None,
        "insecure-skip-tls-verify": True})
    result = gitops("sync", "--kubeconfig", path, one)
    assert "insecure-skip-tls-verify" in result.err


def test_proxy_url(gitops, one, proxy, tmp_path):
    with Tunnel() as tunnel:
        path = proxy.kubeconfig(tmp_path, cluster={
            "proxy-url": f"http://ada:CANARY-p@127.0.0.1:{tunnel.port}"})
        gitops("sync", "-vv", "--kubeconfig", path, one)
        assert set(tunnel.targets) == {f"127.0.0.1:{proxy.port}"}
        assert all("Authorization: Bearer" not in text
                   for text in tunnel.headers)


def test_proxy_of_the_environment_and_its_exceptions(gitops, control, one,
                                                     proxy, tmp_path):
    """As in client-go: NO_PROXY is obeyed, and a loopback address never goes
    through a proxy."""
    own(control)
    near = proxy.kubeconfig(tmp_path, name="near")
    far = proxy.kubeconfig(tmp_path, name="far", cluster={
        "server": f"https://api.test.example:{proxy.port}"})
    with Tunnel() as tunnel:
        through = {"HTTPS_PROXY": f"http://127.0.0.1:{tunnel.port}"}
        gitops("diff", "--kubeconfig", near, one, expect=1, env=through)
        assert tunnel.targets == []
        gitops("diff", "--kubeconfig", far, one, expect=1, env=through)
        assert set(tunnel.targets) == {f"api.test.example:{proxy.port}"}

        tunnel.targets.clear()
        for exception in (".test.example", "test.example",
                          f"api.test.example:{proxy.port}", "*"):
            gitops("diff", "--kubeconfig", far, "--timeout", "3s", one,
                   expect=(2, 4), env={**through, "NO_PROXY": exception})
        assert tunnel.targets == []


def test_row_50_a_redirect_is_not_followed(gitops, one, proxy, control,
                                           tmp_path):
    from bed.proxy import Answer
    with Proxy(control) as elsewhere:
        proxy.decide = lambda request: Answer(
            307, headers={"Location": elsewhere.url + request.target})
        path = proxy.kubeconfig(tmp_path)
        gitops("diff", "--kubeconfig", path, one, expect=2)
        assert elsewhere.requests == []


def test_kubeconfig_inside_the_repository_is_refused(gitops, control, one,
                                                     plugin, proxy):
    """It would run whatever the last pusher wrote into it."""
    path = proxy.kubeconfig(one.path, plugin.user("v1"))
    one.commit({})
    for where in (path, one.path / ".." / "repo" / path.name):
        result = gitops("diff", "--kubeconfig", where, one, expect=2)
        assert path.name in result.err
    link = gitops.home / "link"
    link.symlink_to(path)
    gitops("diff", one, env={"KUBECONFIG": link}, expect=2)
    assert plugin.calls() == 0


def test_kubeconfig_list_context_and_home(gitops, control, one, tmp_path,
                                          proxy, ns):
    good = proxy.kubeconfig(tmp_path, name="good")
    bad = proxy.kubeconfig(tmp_path, {"token": "CANARY-bad"}, name="bad")
    both = f"{bad}:{tmp_path}/missing:{good}"
    gitops("diff", one, env={"KUBECONFIG": both}, expect=2)
    gitops("diff", "--context", "good", one, env={"KUBECONFIG": both},
           expect=1)
    unknown = gitops("diff", "--context", "godd", one, expect=2,
                     env={"KUBECONFIG": both})
    assert "godd" in unknown.err and "good" in unknown.err

    (gitops.home / ".kube").mkdir()
    (gitops.home / ".kube" / "config").write_bytes(good.read_bytes())
    try:
        gitops("sync", one)
    finally:
        (gitops.home / ".kube" / "config").unlink()
    assert synced(control, ns)


def test_without_any_cluster_it_says_so(gitops, one):
    result = gitops("diff", one, expect=2)
    assert "kubeconfig" in result.err and "hint:" in result.err


def test_namespace_of_the_context(gitops, control, repo, tmp_path, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    user = {"token": account(control, ns)}
    path = control.write_kubeconfig("there", user, directory=tmp_path,
                                    context={"namespace": ns})
    gitops.hide(user["token"])
    gitops("sync", "--kubeconfig", path, repo)
    assert synced(control, ns)


def test_an_empty_environment_is_enough(gitops, control, one, ns):
    path = control.kubeconfig
    bare = {name: None for name in gitops.env if "OPTIONS" not in name}
    gitops("sync", "--kubeconfig", path, one, env={**bare, "PATH": "/bin"})
    assert synced(control, ns)


def test_forbidden_names_what_is_missing(gitops, control, one, tmp_path, ns):
    """Not allowed to write: said before anything is tried in vain."""
    token = account(control, ns, verbs=("get", "list"))
    gitops.hide(token)
    path = control.write_kubeconfig("reader", {"token": token},
                                    directory=tmp_path)
    result = gitops("sync", "--kubeconfig", path, one, expect=2)
    assert "a.yaml:1" in result.err and "forbidden" in result.err
