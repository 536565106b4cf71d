# SPDX-License-Identifier: Apache-2.0
"""No value of a Secret is ever printed.  The values are canaries: the gitops
fixture fails a test that sees one in any output, so most of what is tested
here is that the ways are taken at all."""

import base64

import pytest

from bed import objects
from bed.proxy import Proxy, Refuse

OLD, NEW = "CANARY-old-value", "CANARY-new-value"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def secret(ns, value, field="stringData", extra=""):
    if field == "data":
        value = encoded(value)
    return f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: {ns}}}
        {field}: {{password: "{value}", same: "{value[:0]}"}}
        {extra}
        """


FORMS = [[], ["-o", "json"], ["-vv"], ["-v", "--color=always"]]


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_a_changed_secret_is_masked(kube, control, repo, ns, field):
    repo.commit({"s.yaml": secret(ns, OLD, field)})
    for form in FORMS:
        kube("diff", *form, repo, expect=1)
    kube("sync", repo)
    repo.commit({"s.yaml": secret(ns, NEW, field)})
    for form in FORMS:
        shown = kube("diff", *form, repo, expect=1)
        assert "password" in shown.out
    kube("sync", "-vv", repo)
    live = control.api.get(f"/api/v1/namespaces/{ns}/secrets/s")
    assert live["data"]["password"] == encoded(NEW)
    kube("diff", repo)


def test_last_applied_of_kubectl_is_masked(kube, control, repo, ns):
    import subprocess
    import textwrap
    subprocess.run(
        [control.kubectl, "--kubeconfig", str(control.kubeconfig), "apply",
         "-f", "-"], input=textwrap.dedent(secret(ns, OLD)), text=True,
        check=True, capture_output=True)
    repo.commit({"s.yaml": secret(ns, NEW)})
    for form in FORMS:
        kube("diff", *form, repo, expect=1)
    kube("sync", "-o", "json", repo)


def test_invalid_base64_is_not_quoted(kube, repo, ns):
    repo.commit({"s.yaml": secret(ns, "x").replace(
        "stringData", "data").replace('"x"', f'"{OLD}"')})
    for form in FORMS:
        for command in ("diff", "sync"):
            result = kube(command, *form, repo, expect=2)
            assert "s.yaml" in result.err + result.out


def test_row_26_immutable_secret(kube, repo, ns):
    repo.commit({"s.yaml": secret(ns, OLD, extra="immutable: true")})
    kube("sync", repo)
    repo.commit({"s.yaml": secret(ns, NEW, extra="immutable: true")})
    for form in FORMS:
        kube("sync", *form, repo, expect=2)


def test_a_value_of_the_wrong_type_is_not_quoted(kube, repo, ns):
    repo.commit({"s.yaml": f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: {ns}}}
        data: [{OLD}]
        stringData: {{password: [{OLD}], other: {{deep: {NEW}}}}}
        """})
    for form in FORMS:
        kube("diff", *form, repo, expect=2)


def test_row_26_a_server_s_error_that_quotes_a_secret(kube, control, gitops,
                                                      repo, ns, tmp_path):
    """As a webhook may: the value as it is, and in base64."""
    repo.commit({"s.yaml": secret(ns, OLD)})

    def quote(request):
        if request.method == "PATCH":
            return Refuse(422, "Invalid", f'Secret "s" is invalid: data: '
                          f'"{OLD}" ({encoded(OLD)}) is too weak')

    with Proxy(control, quote) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        for form in FORMS:
            result = gitops("sync", *form, repo, expect=2)
            assert "is too weak" in result.err + result.out


def test_a_warning_that_quotes_a_secret(control, gitops, repo, ns, tmp_path):
    repo.commit({"s.yaml": secret(ns, OLD)})

    with Proxy(control) as proxy:
        plain = proxy.listener.RequestHandlerClass.ask

        def ask(handler, request):
            answer = plain(handler, request)
            answer.headers["Warning"] = f'299 - "weak value {OLD}"'
            return answer

        proxy.listener.RequestHandlerClass.ask = ask
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        for form in FORMS:
            gitops("diff", *form, repo, expect=1)
        gitops("sync", repo)


def test_render_shows_what_git_holds(gitops, repo, ns):
    """render is the one command whose result is the values themselves."""
    repo.commit({"s.yaml": secret(ns, OLD)})
    assert OLD in gitops("render", repo, secrets_shown=True).out


def test_token_is_not_in_any_message(gitops, control, repo, ns, tmp_path):
    """The server says the token back to us."""
    from bed.proxy import TOKEN, Answer
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    with Proxy(control, lambda request: Answer(
            500, f"no: Bearer {TOKEN}")) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        gitops("diff", "-vv", "--timeout", "3s", repo, expect=(2, 4))
