# SPDX-License-Identifier: Apache-2.0
"""Requests are counted: by gitops itself and by a proxy that watches it."""

import threading

from bed import objects
from bed.control import Control
from bed.proxy import Proxy
from bed.thousand import thousand

RECORD = 2  # writes: what will be, and what is
EVENT = 1  # that tells of the sync
LOCK = 2  # it is taken, and given back
PAGE = 500 # objects in one answer to a LIST


def test_first_apply_costs_one_dry_run_and_one_write_an_object(
        kube, control, repo, prefix):
    files, n = thousand(prefix)
    repo.commit(files)
    requests = kube("sync", "-o", "json", repo).json["requests"]
    assert n == 1010
    assert requests["writes"] == n + RECORD + LOCK + EVENT
    # Reads: discovery, and a list of each kind.
    assert requests["total"] - 2 * n <= 20
    assert requests["inFlightMost"] >= 32



def test_with_nothing_to_do_it_costs_requests_a_kind(kube, repo, prefix):
    """Not one an object; and of one that changed, little more."""
    files, n = thousand(prefix)
    repo.commit(files)
    kube("sync", "-q", repo)

    def requests(*args, expect=0):
        return kube(*args, "-o", "json", repo, expect=expect).json["requests"]

    none = requests("sync")
    assert none["writes"] == 0 and none["total"] <= 40
    assert requests("diff")["total"] == none["total"]
    assert requests("diff", "--full")["total"] == none["total"] + n
    assert requests("sync", "--full")["writes"] == 0

    changed = files["apps/app-007.yaml"].replace("replicas: 2",
                                                 "replicas: 3")
    repo.commit({"apps/app-007.yaml": changed})
    assert requests("diff", expect=1)["total"] <= none["total"] + 1
    one = requests("sync")
    # The object, and the record of the sync; what tells of it comes on top.
    assert one["writes"] == 2 + EVENT
    assert one["total"] <= none["total"] + 3 + EVENT
    assert requests("sync")["total"] == none["total"]


def test_all_of_a_thousand_are_proved(kube, repo, prefix):
    files, n = thousand(prefix)
    repo.commit(files)
    kube("sync", "-q", repo)
    result = kube("sync", "-vv", repo)
    assert "not proved" not in result.err
    assert f"{n} unchanged" in result.out


def test_ten_thousand(plain, repo, prefix, tmp_path):
    """In a cluster of its own: other tests would have to read them, too."""
    files, n = thousand(prefix, each=2000)
    assert n == 10010
    repo.commit(files)
    control = Control(tmp_path / "ten-thousand")
    try:
        plain.kubeconfig = control.kubeconfig
        plain("sync", "-q", "--validate", "none", repo, timeout=300)
        for command in ("sync", "diff"):
            requests = plain(command, "-o", "json", repo).json["requests"]
            assert requests["writes"] == 0
            # Discovery, the Namespaces, and the pages of five kinds.
            assert requests["total"] <= 3 + 5 * 2000 // PAGE + 5
            # A report of that length takes 30 MB of its own.
            result = plain(command, repo, measure=True)
            assert result.maxrss_kb < 120 * 1024, \
                f"{command}: {result.maxrss_kb} KiB"
    finally:
        control.stop()


def test_without_validation_it_costs_the_write_alone(kube, repo, prefix):
    files, n = thousand(prefix)
    repo.commit(files)
    requests = kube("sync", "--validate", "none", "-o", "json",
                    repo).json["requests"]
    assert requests["writes"] == n + RECORD + LOCK + EVENT
    assert requests["inFlightMost"] >= 32


def test_a_proxy_counts_the_same(gitops, control, repo, prefix, tmp_path):
    """Also over HTTP/1.1, with as many at once."""
    files, n = thousand(prefix, each=20, namespaces=2)
    repo.commit(files)
    enough = threading.Event()

    def decide(request):
        """However slow the program is: the first wait for as many."""
        if request.method == "PATCH" and proxy.open >= 32:
            enough.set()
        if request.method == "PATCH":
            enough.wait(60)

    with Proxy(control, decide) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        said = gitops("sync", "-o", "json", repo).json["requests"]
        assert proxy.count("PATCH", dry_run=False) == said["writes"] - EVENT
        assert said["writes"] == n + RECORD + LOCK + EVENT
        assert proxy.count("PATCH", dry_run=True) <= n
        assert len(proxy.requests) == said["total"]
        assert enough.is_set()

        before = proxy.writes
        gitops("sync", repo)
        gitops("diff", repo)
        assert proxy.writes == before


def test_memory_of_a_thousand(plain, control, repo, prefix):
    files, n = thousand(prefix)
    repo.commit(files)
    plain.kubeconfig = control.kubeconfig
    for command, status in (("diff", 1), ("sync", 0), ("diff", 0),
                            ("sync", 0)):
        result = plain(command, repo, expect=status, measure=True)
        assert result.maxrss_kb < 40 * 1024, \
            f"{command}: {result.maxrss_kb} KiB"


def test_no_request_of_many_runs_is_sent_twice(plain, control, repo, prefix):
    """Large answers that share a connection: libcurl 7.88 can leave one of
    them waiting until it times out."""
    files, n = thousand(prefix)
    repo.commit(files)
    plain.kubeconfig = control.kubeconfig
    plain("sync", "-q", repo)
    for _ in range(20):
        requests = plain("diff", "-o", "json", repo).json["requests"]
        assert requests["retries"] == 0


def test_render_of_a_thousand_objects(plain, repo, prefix):
    files, n = thousand(prefix)
    repo.commit(files)
    result = plain("render", repo, measure=True)
    assert result.out.count("\nkind: ") + result.out.startswith("kind:") == n
    assert objects.SECRET not in result.out
