# SPDX-License-Identifier: Apache-2.0
"""Real admission webhooks that rewrite, refuse, and sleep."""

import time

from bed import objects
from bed.webhooks import patch

def config(ns, name="a", **data):
    return objects.config_map(name, data or {"k": "v"}, ns)


def test_row_46_one_that_rewrites_what_we_apply(kube, control, webhook, repo,
                                                ns):
    """What it makes of our wish is what we wish: no difference for ever."""
    def review(asked):
        if asked["operation"] == "DELETE" or asked["name"] != "a":
            return {}
        return patch(("replace", "/data/k", asked["object"]["data"]["k"]
                      .upper()), ("add", "/data/more", "theirs"))

    webhook("MutatingWebhook", review)
    repo.commit({"a.yaml": config(ns, k="v")})
    kube("sync", repo)
    path = f"{objects.config_maps(ns)}/a"
    assert control.api.get(path)["data"] == {"k": "V", "more": "theirs"}
    kube("diff", repo)
    again = kube("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0
    repo.commit({"a.yaml": config(ns, k="w")})
    kube("diff", repo, expect=1)
    kube("sync", repo)
    assert control.api.get(path)["data"]["k"] == "W"
    kube("diff", repo)


def test_row_31_one_that_denies_a_delete(kube, control, webhook, repo, ns):
    """It is told in the webhook's words, stays in the record, and goes with
    the next run that may."""
    deny = [True]

    def review(asked):
        if not deny or asked["operation"] != "DELETE":
            return {}
        return {"allowed": False, "status": {"message": "b is precious"}}

    webhook("ValidatingWebhook", review)
    repo.commit({f"{name}.yaml": config(ns, name) for name in "ab"})
    kube("sync", repo)
    repo.commit({"b.yaml": None})
    for _ in range(2):
        result = kube("sync", repo, expect=3)
        assert f"ConfigMap {ns}/b" in result.err
        assert "hook.example.com" in result.err
        assert "b is precious" in result.err
    deny.clear()
    kube("sync", repo)
    assert not control.api.find(f"{objects.config_maps(ns)}/b")


def test_row_5_one_that_is_slow(kube, control, webhook, repo, ns):
    """Once, and it is asked again; always, and it is named."""
    slow = [1]

    def review(asked):
        if asked["name"] == "a" and slow:
            if slow[0]:
                slow.clear()
            time.sleep(1.5)
        return {}

    webhook("ValidatingWebhook", review)
    repo.commit({"a.yaml": config(ns)})
    kube("sync", repo)
    assert control.api.find(f"{objects.config_maps(ns)}/a")

    slow.append(0)
    repo.commit({"a.yaml": config(ns, k="w")})
    result = kube("sync", "--timeout", "20s", repo, expect=(2, 4))
    assert "hook.example.com" in result.err and "a.yaml:1" in result.err
    assert result.seconds < 25
