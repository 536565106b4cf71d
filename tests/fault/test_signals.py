# SPDX-License-Identifier: Apache-2.0
"""Signals and a host that is short of things."""

import resource
import signal
import subprocess
import time

import pytest

from bed import objects
from bed.proxy import Proxy, Silence


@pytest.fixture
def stuck(control, gitops, tmp_path):
    """A server that takes a write and is silent from then on."""
    with Proxy(control) as server:
        gitops.kubeconfig = server.kubeconfig(tmp_path)
        server.decide = lambda r: Silence() if r.write else None
        yield server


@pytest.fixture
def one(repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    return repo


def wait_for_write(proxy):
    deadline = time.monotonic() + 30
    while not proxy.writes and time.monotonic() < deadline:
        time.sleep(0.02)
    assert proxy.writes


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP])
def test_row_118_122_a_signal_ends_the_run_soon(gitops, stuck, one, number):
    process = gitops.start("sync", one, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    wait_for_write(stuck)
    begin = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - begin < 5
    assert process.returncode == -number, err
    gitops.look_for_secrets(out + err, "after a signal")


def test_row_119_a_second_signal_ends_it_at_once(gitops, stuck, one):
    process = gitops.start("sync", one, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    wait_for_write(stuck)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == -signal.SIGINT


def test_row_121_a_reader_that_goes_away(kube, repo, ns):
    """gitops diff | head: quiet."""
    data = {f"k{i}": "v" * 100 for i in range(5000)}
    repo.commit({"a.yaml": objects.config_map("a", data, ns)})
    process = kube.start("diff", repo, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) in (-signal.SIGPIPE, 1)
    assert err == b""


def test_row_126_few_files_and_a_small_stack(plain, control, repo, prefix):
    repo.commit(objects.system(prefix))
    plain.kubeconfig = control.kubeconfig

    def limits():
        resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10))
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))

    for command, status in (("diff", 1), ("sync", 0), ("diff", 0)):
        done = subprocess.run(
            [str(plain.path), command, "--path", "deploy", str(repo)],
            env=plain.environment(None), preexec_fn=limits,
            capture_output=True, text=True)
        assert done.returncode == status, done.stderr


@pytest.mark.parametrize("env", [
    {"HOME": None}, {"HOME": "/nonexistent"}, {"TMPDIR": "/nonexistent"},
    {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}, {"LC_ALL": "nonsense"},
    {"TERM": None}, {"XDG_CACHE_HOME": "/nonexistent"}], ids=str)
def test_row_127_strange_environments(kube, one, env):
    kube("sync", one, env=env)
    kube("diff", one, env=env)


def test_row_127_a_working_directory_that_is_gone(kube, one, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", f"cd {gone} && rmdir {gone} && exec {kube.path} sync "
         f"{one}"], env=kube.environment(None), capture_output=True)
    assert done.returncode == 0, done.stderr


def test_open_descriptors_are_not_inherited_by_plugins(gitops, control, one,
                                                       tmp_path):
    """An exec plugin sees its three streams and nothing of ours."""
    from bed.proxy import TOKEN
    listing = tmp_path / "listing"
    script = tmp_path / "plugin"
    script.write_text(
        f"#!/bin/sh\nls /proc/self/fd >{listing}\n"
        "echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\", "
        "\"kind\": \"ExecCredential\", \"status\": {\"token\": "
        f"\"{TOKEN}\"}}}}'\n")
    script.chmod(0o755)
    with Proxy(control) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path, {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(script), "interactiveMode": "Never"}})
        gitops("sync", one)
    # 0, 1, 2 and the one that ls has open on the directory.
    assert len(listing.read_text().split()) <= 4


def test_no_core_file_and_no_secret_in_arguments(gitops, stuck, one):
    process = gitops.start("sync", one, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    wait_for_write(stuck)
    with open(f"/proc/{process.pid}/cmdline") as file:
        gitops.look_for_secrets(file.read(), "in arguments")
    process.kill()
    process.wait()
    assert not [p for p in gitops.home.rglob("core*")]
