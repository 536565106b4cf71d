# SPDX-License-Identifier: Apache-2.0
"""Two syncs of one app keep out of each other's way."""

import datetime
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from bed import objects

LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"


def stamp(seconds):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
        seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def hold(control, kube):
    """Make the Lease somebody's."""
    def make(holder, renewed=0, seconds=600):
        control.api.create(LEASES, {
            "metadata": {"name": f"gitops-{kube.env['GITOPS_APP']}"},
            "spec": {"holderIdentity": holder, "renewTime": stamp(renewed),
                     "leaseDurationSeconds": seconds}})
    return make


def lease(control, kube):
    return control.api.find(f"{LEASES}/gitops-{kube.env['GITOPS_APP']}")


@pytest.fixture
def two(repo, ns):
    repo.commit({f"{name}.yaml": objects.config_map(name, {}, ns)
                 for name in ("a", "b")})
    return repo


def test_it_is_taken_and_given_back(kube, control, two):
    kube("sync", two)
    live = lease(control, kube)
    assert not live.get("spec", {}).get("holderIdentity")


def test_nothing_to_do_and_one_object_need_none(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {}, ns)})
    kube("sync", repo)
    kube("sync", repo)
    assert lease(control, kube) is None


def test_row_130_another_run_is_named(kube, control, two, hold, ns):
    hold("12 elsewhere ann@elsewhere")
    result = kube("sync", two, expect=4)
    assert "is being synced by ann@elsewhere, since 20" in result.err
    assert "--wait-lock" in result.err
    assert control.api.find(f"{objects.config_maps(ns)}/a") is None
    kube("diff", two, expect=1)


@pytest.mark.parametrize("renewed, seconds", [(-700, 600), (-20, 10)])
def test_row_132_one_that_has_expired_is_taken(kube, two, hold, renewed,
                                               seconds):
    hold("12 elsewhere ann@elsewhere", renewed, seconds)
    kube("sync", two)


def test_row_132_one_of_a_process_that_is_no_more_is_taken(kube, two, hold):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    hold(f"{gone.pid} {socket.gethostname()} me@here")
    kube("sync", two)


def test_one_of_a_process_that_lives_is_not(kube, two, hold):
    hold(f"{os.getpid()} {socket.gethostname()} me@here")
    kube("sync", two, expect=4)


def test_row_130_it_is_waited_for(kube, control, two, hold):
    hold("12 elsewhere ann@elsewhere")

    def release():
        time.sleep(2)
        control.api.merge(f"{LEASES}/gitops-{kube.env['GITOPS_APP']}",
                          {"spec": {"holderIdentity": None}})

    other = threading.Thread(target=release)
    other.start()
    kube("sync", "--wait-lock", "60s", two)
    other.join()


def test_row_130_many_at_once_do_no_harm(kube, control, two, ns):
    runs = [kube.start("sync", "--wait-lock", "60s", two,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(4)]
    assert {run.wait() for run in runs} <= {0, 4}
    kube("sync", two)
    kube("diff", two)
