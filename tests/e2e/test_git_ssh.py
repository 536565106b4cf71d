# SPDX-License-Identifier: Apache-2.0
"""Repositories over SSH, from a real sshd.  No host is ever trusted because it is seen for the first time."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

from bed import objects
from bed.gitservers import Wire, make_key, repositories, ssh_git
from bed.process import Server, wait_until

__all__ = ["repositories", "ssh_git"]


@pytest.fixture
def config(repositories):
    repo = repositories.make("ssh")
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    repo.push()
    return repo


@pytest.fixture
def ssh(gitops, ssh_git):
    """gitops with a key, and the server's in known_hosts."""
    directory = gitops.home / ".ssh"
    directory.mkdir(mode=0o700)
    key = directory / "id_ed25519"
    key.write_bytes(pathlib.Path(ssh_git.key).read_bytes())
    key.chmod(0o600)
    gitops.known_hosts = directory / "known_hosts"
    gitops.known_hosts.write_text(ssh_git.host_key())
    gitops.ssh_dir = directory
    return gitops


def rendered(ssh, *args):
    result = ssh("render", *args)
    assert "kind: ConfigMap" in result.out
    return result


def test_key_file(ssh, ssh_git, config):
    rendered(ssh, ssh_git.url(config))
    rendered(ssh, ssh_git.url(config))


def test_revisions(ssh, ssh_git, config):
    first = config.git("rev-parse", "HEAD")
    config.git("tag", "-a", "v1.0.0", "-m", "one")
    config.commit({"a.yaml": objects.config_map("a", {"x": "two"})})
    config.push()
    url = ssh_git.url(config)
    for rev, x in {"main": "two", "v1.0.0": '"1"', "main~1": '"1"',
                   first: '"1"', first[:8]: '"1"',
                   "semver:*": '"1"'}.items():
        assert f"x: {x}" in rendered(ssh, "--rev", rev, url).out, rev


@pytest.fixture
def agent(tmp_path):
    """An ssh-agent with no key in it yet."""
    socket = tmp_path / "agent.sock"
    server = Server(["ssh-agent", "-D", "-a", socket], tmp_path / "agent.log")
    wait_until(socket.exists, 10, "ssh-agent")
    yield socket
    server.stop()


def add(agent, key, passphrase=""):
    helper = agent.parent / "pass"
    helper.write_text(f"#!/bin/sh\necho '{passphrase}'\n")
    helper.chmod(0o700)
    subprocess.run(["ssh-add", "-q", key], check=True, capture_output=True,
                   stdin=subprocess.DEVNULL, env={
                       **os.environ, "SSH_AUTH_SOCK": str(agent),
                       "SSH_ASKPASS": str(helper), "DISPLAY": ":0",
                       "SSH_ASKPASS_REQUIRE": "force"})


def test_agent(ssh, ssh_git, config, agent):
    (ssh.ssh_dir / "id_ed25519").unlink()
    add(agent, ssh_git.key)
    ssh.env["SSH_AUTH_SOCK"] = str(agent)
    rendered(ssh, ssh_git.url(config))


def test_key_file_after_an_agent_without_it(ssh, ssh_git, config, agent,
                                            tmp_path):
    add(agent, make_key(tmp_path / "other"))
    ssh.env["SSH_AUTH_SOCK"] = str(agent)
    rendered(ssh, ssh_git.url(config))


@pytest.mark.parametrize("socket", ["/nonexistent/agent", "/dev/null"])
def test_key_file_after_an_agent_that_is_gone(ssh, ssh_git, config, socket):
    ssh.env["SSH_AUTH_SOCK"] = socket
    rendered(ssh, ssh_git.url(config))


def test_key_that_is_named(ssh, ssh_git, config):
    (ssh.ssh_dir / "id_ed25519").unlink()
    ssh.env["GITOPS_SSH_KEY"] = str(ssh_git.key)
    rendered(ssh, ssh_git.url(config))
    ssh.env["GITOPS_SSH_KEY"] = "/nonexistent/key"
    result = ssh("render", ssh_git.url(config), expect=2)
    assert "GITOPS_SSH_KEY: /nonexistent/key cannot be read" in result.err


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_kinds_of_keys(ssh, ssh_git, config, tmp_path, kind):
    """An RSA key is only as good as libssh2: before 1.11 it signs with SHA-1,
    which sshd refuses.  Then the error says so."""
    key = make_key(tmp_path / "key", kind)
    ssh_git.allow(key)
    (ssh.ssh_dir / "id_ed25519").unlink()
    target = ssh.ssh_dir / f"id_{kind}"
    target.write_bytes(key.read_bytes())
    target.chmod(0o600)
    result = ssh("render", ssh_git.url(config),
                 expect=0 if kind == "ecdsa" else (0, 2))
    if result.status:
        assert "RSA" in result.err and "ed25519" in result.err


def test_key_with_a_passphrase(ssh, ssh_git, config, agent):
    path = ssh.ssh_dir / "id_ed25519"
    path.unlink()
    make_key(path, passphrase="CANARY-phrase")
    ssh_git.allow(path)
    result = ssh("render", ssh_git.url(config), expect=2)
    assert f"{path} has a passphrase" in result.err
    assert "ssh-add" in result.err
    result = ssh("render", ssh_git.url(config), expect=2,
                 env={"GITOPS_SSH_KEY": path})
    assert f"{path} has a passphrase" in result.err
    # What the hint says helps.
    add(agent, path, "CANARY-phrase")
    ssh.env["SSH_AUTH_SOCK"] = str(agent)
    rendered(ssh, ssh_git.url(config))


def test_old_key_with_a_passphrase(ssh, ssh_git, config):
    path = ssh.ssh_dir / "id_ecdsa"
    (ssh.ssh_dir / "id_ed25519").unlink()
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N",
                    "CANARY-phrase", "-f", path], check=True)
    result = ssh("render", ssh_git.url(config), expect=2)
    assert f"{path} has a passphrase" in result.err


def test_no_key(ssh, ssh_git, config):
    (ssh.ssh_dir / "id_ed25519").unlink()
    result = ssh("render", ssh_git.url(config), expect=2)
    assert "no ssh key to show" in result.err
    assert "ssh-agent" in result.err


def test_key_that_the_server_does_not_know(ssh, ssh_git, config):
    path = ssh.ssh_dir / "id_ed25519"
    path.unlink()
    make_key(path)
    result = ssh("render", ssh_git.url(config), expect=2)
    assert f"takes none of our ssh keys as user {ssh_git.user}" in result.err


# ---- the host's key ----


def refused(ssh, ssh_git, config):
    before = ssh_git.log().count("Accepted publickey")
    result = ssh("render", ssh_git.url(config), expect=2)
    assert ssh_git.fingerprint() in result.err
    assert ssh_git.log().count("Accepted publickey") == before
    return result


def test_unknown_host_key(ssh, ssh_git, config):
    ssh.known_hosts.unlink()
    result = refused(ssh, ssh_git, config)
    assert "is not in known_hosts" in result.err
    assert f"ssh-keyscan -p {ssh_git.port} localhost" in result.err
    assert not ssh.known_hosts.exists()


def test_the_hint_for_an_unknown_host_helps(ssh, ssh_git, config):
    ssh.known_hosts.write_text("")
    hint, = [l for l in refused(ssh, ssh_git, config).err.splitlines()
             if "ssh-keyscan" in l]
    command = hint[hint.index("ssh-keyscan"):]
    subprocess.run(["sh", "-c", command.replace("~", str(ssh.home))],
                   check=True, capture_output=True)
    rendered(ssh, ssh_git.url(config))


def test_changed_host_key(ssh, ssh_git, config, tmp_path):
    kind, text = pathlib.Path(
        f"{make_key(tmp_path / 'other')}.pub").read_text().split()[:2]
    ssh.known_hosts.write_text(f"[localhost]:{ssh_git.port} {kind} {text}\n")
    result = refused(ssh, ssh_git, config)
    assert "is not the one in known_hosts" in result.err
    assert "somebody may be in between" in result.err


def test_key_of_another_host(ssh, ssh_git, config):
    ssh.known_hosts.write_text(ssh_git.host_key("example.com"))
    assert "is not in known_hosts" in refused(ssh, ssh_git, config).err


def test_revoked_host_key(ssh, ssh_git, config):
    line = ssh_git.host_key()
    ssh.known_hosts.write_text(line + "@revoked " + line)
    refused(ssh, ssh_git, config)
    ssh.known_hosts.write_text(
        line + "@revoked * " + line.split(" ", 1)[1])
    refused(ssh, ssh_git, config)


def hashed(ssh, ssh_git):
    ssh.known_hosts.write_text(ssh_git.host_key())
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", ssh.known_hosts],
                   check=True, capture_output=True)
    assert "localhost" not in ssh.known_hosts.read_text()


def other_kinds(ssh, ssh_git):
    """libssh2 would ask for an RSA key, which the server has not."""
    key = make_key(ssh.home / "rsa", "rsa")
    kind, text = pathlib.Path(f"{key}.pub").read_text().split()[:2]
    ssh.known_hosts.write_text(
        f"[localhost]:{ssh_git.port} {kind} {text}\n" + ssh_git.host_key())


def write(text):
    def into(ssh, ssh_git):
        kind, key = ssh_git.host_key().split()[1:3]
        ssh.known_hosts.write_text(text.format(
            line=ssh_git.host_key(), key=f"{kind} {key}", port=ssh_git.port))
    return into


@pytest.mark.parametrize("make", [
    hashed, other_kinds,
    write("[other]:{port},[localhost]:{port} {key}\n"),
    write("localhost {key} a comment\n"),
    write("*calhost {key}\n"),
    write("[*CALHOS?]:{port} {key}\n"),
    write("# a comment\n\n  \t\nnonsense\nx y\n|1|x|y {key}\n{line}"),
    write("@cert-authority * {key}\n{line}"),
    write("{line}" + "host.example ssh-ed25519 " + "A" * 9000 + "\n"),
], ids=["hashed", "other kinds", "list", "any port", "pattern",
        "pattern with a port", "nonsense",
        "authority", "long line"])
def test_known_hosts_as_openssh_writes_it(ssh, ssh_git, config, make):
    make(ssh, ssh_git)
    rendered(ssh, ssh_git.url(config))


@pytest.mark.parametrize("text", [
    "*,!*calhost* {key}\n", "[localhost]:1 {key}\n", "@revoked {line}",
    "@cert-authority * {key}\n", "localhos {key}\n", "#{line}"])
def test_known_hosts_for_others(ssh, ssh_git, config, text):
    write(text)(ssh, ssh_git)
    refused(ssh, ssh_git, config)


def test_known_hosts_that_are_named(ssh, ssh_git, config, tmp_path):
    elsewhere = tmp_path / "hosts"
    elsewhere.write_text(ssh.known_hosts.read_text())
    ssh.known_hosts.unlink()
    ssh.env["GITOPS_SSH_KNOWN_HOSTS"] = str(elsewhere)
    rendered(ssh, ssh_git.url(config))
    elsewhere.unlink()
    result = ssh("render", ssh_git.url(config), expect=2)
    assert f"{elsewhere}: no such file" in result.err


# ---- the other side ----


def test_repository_that_is_not_there(ssh, ssh_git, config):
    result = ssh("render", ssh_git.url(config) + "x", expect=2)
    assert "does not appear to be a git repository" in result.err


def test_relative_path(ssh, ssh_git, config):
    """user@host:path is seen from the user's home, and knows no port: so
    this server is not it."""
    result = ssh("render", f"{ssh_git.user}@localhost:nowhere.git",
                 "--timeout", "5s", expect=(2, 4))
    assert "localhost" in result.err


def test_silent_server(ssh, ssh_git, config):
    with Wire(ssh_git.port, silent=True) as wire:
        url = ssh_git.url(config).replace(str(ssh_git.port), str(wire.port))
        result = ssh("render", "--timeout", "2s", url, expect=4, timeout=30)
    assert result.seconds < 10


def test_refused_connection(ssh, ssh_git, config):
    with Wire(ssh_git.port) as wire:
        port = wire.port
    url = ssh_git.url(config).replace(str(ssh_git.port), str(port))
    ssh("render", "--timeout", "10s", url, expect=4)


def test_a_signal_ends_the_fetch(ssh, ssh_git, config):
    with Wire(ssh_git.port, silent=True) as wire:
        url = ssh_git.url(config).replace(str(ssh_git.port), str(wire.port))
        run = ssh.start("render", url, stderr=subprocess.PIPE)
        wait_until(lambda: wire.connections, 20, "connection")
        run.send_signal(signal.SIGINT)
        begin = time.monotonic()
        _, err = run.communicate(timeout=20)
    assert time.monotonic() - begin < 5
    assert run.returncode == -signal.SIGINT, err


def test_truncated_answers(ssh, ssh_git, repositories):
    repo = repositories.make("large")
    repo.commit({f"f{i}.yaml": objects.config_map(
        f"f{i}", {"x": os.urandom(2000).hex()}) for i in range(20)})
    repo.push()
    whole = rendered(ssh, ssh_git.url(repo)).out
    for after in list(range(0, 6000, 1021)) + [20000, 40000]:
        with Wire(ssh_git.port, after=after) as wire:
            ssh.known_hosts.write_text(ssh_git.host_key().replace(
                str(ssh_git.port), str(wire.port)))
            url = ssh_git.url(repo).replace(str(ssh_git.port),
                                            str(wire.port))
            result = ssh("render", "--timeout", "15s", url, expect=(2, 4),
                         timeout=60)
            assert result.out == "", after
            wire.after = None
            assert rendered(ssh, url).out == whole


def test_commit_that_no_name_leads_to(ssh, ssh_git, config):
    """The server hands it out by its name only: a second connection."""
    first = config.git("rev-parse", "HEAD")
    config.commit({"a.yaml": objects.config_map("a", {"x": "two"})})
    config.push()
    assert '"1"' in rendered(ssh, "--rev", first, ssh_git.url(config)).out


def test_no_environment_of_ours_reaches_a_program(ssh, ssh_git, config):
    """HOME is another one for libssh2, and only for it."""
    rendered(ssh, ssh_git.url(config))
    assert sorted(p.name for p in ssh.ssh_dir.iterdir()) == [
        "id_ed25519", "known_hosts"]
