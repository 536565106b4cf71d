# SPDX-License-Identifier: Apache-2.0
"""Repositories over HTTPS, from a real server: redirects, credentials,
silence, truncation."""

import os
import pathlib
import signal
import stat
import subprocess
import time

import pytest

from bed import objects
from bed.gitservers import (PASSWORD, USER, Collector, HttpsGit, Wire, basic,
                            https_git, repositories)
from bed.process import wait_until
from bed.proxy import Tunnel

# Fixtures come by import.
__all__ = ["https_git", "repositories"]

WRONG = "CANARY-wrong-password"


@pytest.fixture
def config(repositories):
    repo = repositories.make()
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    repo.push()
    return repo


@pytest.fixture
def git(gitops, https_git):
    """gitops that trusts the server's CA."""
    gitops.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    return gitops


@pytest.fixture
def token(git):
    git.env |= {"GITOPS_GIT_USERNAME": USER, "GITOPS_GIT_TOKEN": PASSWORD}
    return git


def value(result):
    """The value x of the one ConfigMap that was printed."""
    line, = [l for l in result.out.splitlines() if l.strip().startswith("x:")]
    return line.split(":")[1].strip().strip('"')


def change(repo, x, push=True):
    oid = repo.commit({"a.yaml": objects.config_map("a", {"x": x})})
    if push:
        repo.push()
    return oid


def asked(https_git, what, action):
    """How many requests of this kind an action made."""
    before = len(https_git.requests())
    action()
    return sum(what in line for line in https_git.requests()[before:])


# ---- what is asked for ----


def test_public_repository(git, https_git, config):
    assert value(git("render", https_git.url(config))) == "1"
    change(config, "2")
    assert value(git("render", https_git.url(config))) == "2"


def test_url_may_end_in_a_slash(git, https_git, config):
    assert value(git("render", https_git.url(config) + "/")) == "1"


def test_revisions(git, https_git, config):
    first = config.git("rev-parse", "HEAD")
    config.git("tag", "-a", "v1.0.0", "-m", "one")
    second = change(config, "2", push=False)
    config.git("tag", "v1.2.0")
    change(config, "3", push=False)
    config.git("tag", "v2.0.0-rc.1")
    config.git("checkout", "-q", "-b", "team/side", first)
    change(config, "side", push=False)
    config.git("checkout", "-q", "main")
    config.push()
    url = https_git.url(config)
    for rev, x in {
            "main": "3", "HEAD": "3", "team/side": "side", "v1.0.0": "1",
            "v1.2.0": "2", "main~1": "2", "main~2": "1", "main^^": "1",
            "v1.0.0^{}": "1", first: "1", second: "2", first[:9]: "1",
            second[:7] + "~1": "1", "semver:^1": "2", "semver:*": "2",
            "semver:>=2.0.0-0": "3", "refs/heads/team/side": "side",
            "refs/tags/v1.0.0": "1"}.items():
        assert value(git("render", "--rev", rev, url)) == x, rev


def test_only_the_wanted_ref_is_fetched(git, https_git, config):
    config.git("checkout", "-q", "-b", "other")
    other = change(config, "other", push=False)
    config.git("checkout", "-q", "main")
    config.push()
    git("render", https_git.url(config))
    cache, = (git.home / ".cache/gitops/git").glob("*/HEAD")
    have = subprocess.run(["git", "-C", cache.parent, "cat-file", "-e", other],
                          capture_output=True)
    assert have.returncode != 0


def test_a_cached_commit_needs_no_network(git, https_git, config):
    oid = config.git("rev-parse", "HEAD")
    url = https_git.url(config)
    git("render", url)
    assert asked(https_git, "", lambda: git("render", "--rev", oid, url)) == 0


def test_nothing_new_is_one_request(git, https_git, config):
    url = https_git.url(config)
    git("render", url)
    assert asked(https_git, "", lambda: git("render", url)) == 1


def test_a_branch_may_be_rewritten(git, https_git, config):
    url = https_git.url(config)
    change(config, "2")
    assert value(git("render", url)) == "2"
    config.git("reset", "-q", "--hard", "HEAD~1")
    change(config, "rewritten")
    assert value(git("render", url)) == "rewritten"


def test_a_commit_that_no_name_leads_to(git, https_git, config):
    """A server that hands out what is asked for by its id."""
    config.git("-C", str(config.bare), "config",
               "uploadpack.allowAnySHA1InWant", "true")
    lost = change(config, "lost")
    config.git("reset", "-q", "--hard", "HEAD~1")
    config.push()
    assert value(git("render", "--rev", lost, https_git.url(config))) == \
        "lost"


@pytest.mark.parametrize("rev, message", [
    ("mian", "hint: the nearest name is 'main'"),
    ("0123456789abcdef0123456789abcdef01234567", "no branch, tag or commit"),
    ("0123456789", "no branch, tag or commit '0123456789'"),
    ("main~9", "revision 'main~9' does not exist"),
    ("semver:^7", "none of 1 tags is a version in '^7'"),
    ("blob", "names a tag of a blob, not a commit"),
    ("semver:what", "what"),
    ("main:a.yaml", "revision 'main:a.yaml' is not supported"),
])
def test_revisions_that_are_none(git, https_git, config, rev, message):
    blob = config.blob("x")
    config.git("tag", "-a", "blob", "-m", "b", blob)
    config.push()
    result = git("render", "--rev", rev, https_git.url(config), expect=2)
    assert message in result.err
    assert result.out == ""


def test_an_empty_repository(git, https_git, repositories):
    result = git("render", https_git.url(repositories.make("empty")),
                 expect=2)
    assert "repository is empty: it has no commit yet" in result.err


def test_head_without_a_branch(git, https_git, config):
    config.git("-C", str(config.bare), "symbolic-ref", "HEAD",
               "refs/heads/gone")
    result = git("render", https_git.url(config), expect=2)
    assert "HEAD names a branch that does not exist" in result.err
    assert "--rev main" in result.err


# ---- credentials ----


def test_token(token, https_git, config):
    url = https_git.url(config, "private")
    assert value(token("render", "-vv", url)) == "1"


def test_token_from_a_file(token, https_git, config):
    """$(cat token) keeps no line end, but many other ways do."""
    url = https_git.url(config, "private")
    token.env["GITOPS_GIT_TOKEN"] = PASSWORD + "\r\n"
    assert value(token("render", url)) == "1"
    token.env["GITOPS_GIT_TOKEN"] = PASSWORD + "\nX-Evil: 1"
    result = token("render", url, expect=2)
    assert "GITOPS_GIT_TOKEN holds more than one line" in result.err


def test_user_in_the_url(token, https_git, config):
    token.env["GITOPS_GIT_USERNAME"] = "somebody-else"
    url = https_git.url(config, "private").replace("//", f"//{USER}@")
    assert value(token("render", url)) == "1"


def test_a_public_repository_gets_no_credentials(token, https_git, config):
    token("render", https_git.url(config))
    assert not [l for l in https_git.requests() if config.name in l and
                f" {USER} " in l]


def helper(git, body):
    """A credential helper that writes down what it was asked."""
    path = git.home / "helper"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    (git.home / ".gitconfig").write_text(
        f"[credential]\n\thelper = {path}\n")


def test_credential_helper(git, https_git, config):
    said = git.home / "said"
    helper(git, f'[ "$1" = get ] || exit; cat >{said}; env >{said}.env\n'
                f'echo username={USER}; '
                'printf "password=%s-git-password\\n" CANARY')
    url = https_git.url(config, "private")
    assert value(git("render", url)) == "1"
    assert said.read_text().splitlines()[:2] == [
        "protocol=https", f"host={https_git.host}"]
    assert "GIT_TERMINAL_PROMPT=0" in (git.home / "said.env").read_text()


@pytest.mark.parametrize("body", [
    "exit 1", "true", "kill -9 $$", "echo username=x", "yes", "echo '='"])
def test_helpers_that_do_not_help(git, https_git, config, body):
    helper(git, body)
    result = git("render", https_git.url(config, "private"), expect=2)
    assert "GITOPS_GIT_TOKEN" in result.err or "helper" in result.err or \
        "git credential fill" in result.err


def test_no_prompt_and_no_askpass(git, https_git, config):
    asked_for = git.home / "asked"
    path = git.home / "askpass"
    path.write_text(f"#!/bin/sh\ntouch {asked_for}\necho x\n")
    path.chmod(0o755)
    result = git("render", https_git.url(config, "private"), expect=2,
                 env={"GIT_ASKPASS": path, "SSH_ASKPASS": path,
                      "DISPLAY": ":0"})
    assert "asks for credentials" in result.err
    assert "GITOPS_GIT_TOKEN" in result.err
    assert not asked_for.exists()


def test_each_credential_is_tried_once(token, https_git, config):
    token.env["GITOPS_GIT_TOKEN"] = WRONG
    url = https_git.url(config, "private")

    def run():
        result = token("render", url, expect=2)
        assert "does not take our credentials" in result.err
    assert asked(https_git, "info/refs", run) == 2


def test_the_helper_is_tried_after_the_token(token, https_git, config):
    helper(token, f'[ "$1" = get ] && echo username={USER} && '
                  'printf "password=%s-git-password\\n" CANARY')
    token.env["GITOPS_GIT_TOKEN"] = WRONG
    assert value(token("render", https_git.url(config, "private"))) == "1"


def test_a_password_in_the_url_is_refused(git, https_git, config):
    url = https_git.url(config, "private").replace(
        "//", f"//{USER}:{PASSWORD}@")
    before = len(https_git.requests())
    result = git("render", url, expect=2)
    assert "GITOPS_GIT_TOKEN" in result.err
    assert len(https_git.requests()) == before


def test_no_argument_of_a_process_holds_a_credential(git, https_git, config,
                                                     tmp_path):
    """What `ps` shows of the helper, while it runs."""
    seen = git.home / "ps"
    helper(git, f'ps -eo args >{seen}; tr "\\0" "\\n" </proc/$PPID/environ '
                f'>>{seen}')
    git("render", https_git.url(config, "private"), expect=2,
        env={"GITOPS_GIT_TOKEN": WRONG, "GITOPS_GIT_USERNAME": USER})
    assert "credential" in seen.read_text()
    assert "CANARY" not in seen.read_text()


# ---- the other side ----


@pytest.mark.parametrize("where, status, message", [
    ("forbidden", 2, "does not let us read it"),
    ("nowhere", 2, "no repository there"),
    ("page", 2, "no git repository there, but 'text/html'"),
])
def test_answers_that_are_no_repository(git, https_git, config, where,
                                        status, message):
    result = git("render", https_git.url(config, where), expect=status)
    assert message in result.err
    assert "hint:" in result.err


def test_a_server_that_is_down_is_temporary(git, https_git, config):
    result = git("render", https_git.url(config, "broken"), expect=4)
    assert "503" in result.err


def test_refused_connection_is_temporary(git, https_git, config):
    with Wire(https_git.port) as wire:
        port = wire.port
    url = https_git.url(config).replace(str(https_git.port), str(port))
    git("render", "--timeout", "20s", url, expect=4)


def test_unknown_ca_is_refused(gitops, https_git, config):
    gitops.env |= {"GITOPS_GIT_USERNAME": USER, "GITOPS_GIT_TOKEN": PASSWORD}
    before = len(https_git.requests())
    result = gitops("render", https_git.url(config, "private"), expect=2)
    assert "certificate" in result.err
    assert "GITOPS_GIT_CA_FILE" in result.err
    assert len(https_git.requests()) == before


def test_a_certificate_for_another_host_is_refused(git, tmp_path,
                                                   repositories, config):
    server = HttpsGit(tmp_path / "other", repositories, names="DNS:other")
    git.env["GITOPS_GIT_CA_FILE"] = str(server.ca)
    try:
        result = git("render", server.url(config), expect=2)
    finally:
        server.stop()
    assert "certificate" in result.err or "SSL" in result.err


def test_ca_by_gits_own_settings(gitops, https_git, config):
    (gitops.home / ".gitconfig").write_text(
        f"[http \"https://{https_git.host}/\"]\n"
        f"\tsslCAInfo = {https_git.ca}\n")
    assert value(gitops("render", https_git.url(config))) == "1"
    (gitops.home / ".gitconfig").write_text(
        f"[http]\n\tsslCAInfo = {https_git.ca}\n")
    assert value(gitops("render", https_git.url(config))) == "1"


def test_a_missing_ca_file_is_named(gitops, https_git, config):
    gitops.env["GITOPS_GIT_CA_FILE"] = "/nonexistent/ca.pem"
    result = gitops("render", https_git.url(config), expect=2)
    assert "GITOPS_GIT_CA_FILE: /nonexistent/ca.pem" in result.err


def test_tls13_and_an_address_in_the_certificate(git, tmp_path, repositories,
                                                 config):
    server = HttpsGit(tmp_path / "new", repositories, names="IP:127.0.0.1",
                      protocols="TLSv1.3")
    git.env["GITOPS_GIT_CA_FILE"] = str(server.ca)
    try:
        url = server.url(config).replace("localhost", "127.0.0.1")
        assert value(git("render", url)) == "1"
    finally:
        server.stop()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_redirects_are_not_followed(token, tmp_path, repositories, config,
                                    https_git, code, host):
    """Not to another host, and not to another port of the same one."""
    with Collector(https_git.pki, headers={
            "WWW-Authenticate": "Basic realm=x"},
            name=f"c{code}{host}") as collector:
        server = HttpsGit(
            tmp_path / "redirecting", repositories,
            more=f"location /moved/ {{ return {code} "
                 f"https://{host}:{collector.port}$request_uri; }}")
        both = tmp_path / "both.pem"
        both.write_bytes(server.ca.read_bytes() + https_git.ca.read_bytes())
        token.env["GITOPS_GIT_CA_FILE"] = str(both)
        try:
            result = token("render", server.url(config, "moved"), expect=2)
        finally:
            server.stop()
    assert collector.seen == []
    assert f"redirects to https://{host}:{collector.port}/moved" in result.err


def test_a_redirect_behind_the_login_is_not_followed(token, tmp_path,
                                                     repositories, config,
                                                     https_git):
    """The credentials are known by then."""
    with Collector(https_git.pki, name="behind") as collector:
        server = HttpsGit(
            tmp_path / "login", repositories,
            more="location /moved/ { auth_basic git; "
                 f"auth_basic_user_file {tmp_path}/login/htpasswd; "
                 f"try_files /nope @away; }} location @away {{ return 302 "
                 f"https://localhost:{collector.port}$request_uri; }}")
        both = tmp_path / "both.pem"
        both.write_bytes(server.ca.read_bytes() + https_git.ca.read_bytes())
        token.env["GITOPS_GIT_CA_FILE"] = str(both)
        try:
            token("render", server.url(config, "moved"), expect=2)
            authorized = [l for l in server.requests() if f" {USER} " in l]
        finally:
            server.stop()
    assert authorized and not collector.seen


def test_credentials_reach_nobody_else(token, https_git):
    """A server that asks, whoever it is, gets ours once: it is the one that
    was named.  Nothing else is asked."""
    with Collector(https_git.pki, headers={
            "WWW-Authenticate": "Basic realm=x"}) as collector:
        token("render", f"https://localhost:{collector.port}/x", expect=2)
        assert collector.authorizations() == [basic()]


def test_silent_server(git, https_git, config):
    with Wire(https_git.port, silent=True) as wire:
        url = https_git.url(config).replace(str(https_git.port),
                                            str(wire.port))
        result = git("render", "--timeout", "2s", url, expect=4, timeout=30)
    assert result.seconds < 10


def test_a_signal_ends_the_fetch(git, https_git, config):
    with Wire(https_git.port, silent=True) as wire:
        url = https_git.url(config).replace(str(https_git.port), str(wire.port))
        run = git.start("render", url, stderr=subprocess.PIPE)
        wait_until(lambda: wire.connections, 20, "connection")
        run.send_signal(signal.SIGINT)
        begin = time.monotonic()
        _, err = run.communicate(timeout=20)
    assert time.monotonic() - begin < 5
    assert run.returncode == -signal.SIGINT, err


def test_truncated_answers(git, https_git, repositories):
    """The connection ends at many places: no half repository is used, and
    a whole one is fetched the next time."""
    repo = repositories.make("large")
    repo.commit({f"f{i}.yaml": objects.config_map(
        f"f{i}", {"x": os.urandom(2000).hex()}) for i in range(20)})
    repo.push()
    whole = git("render", https_git.url(repo)).out
    for after in list(range(0, 8000, 1021)) + [20000, 40000]:
        with Wire(https_git.port, after=after) as wire:
            url = https_git.url(repo).replace(str(https_git.port),
                                              str(wire.port))
            result = git("render", "--timeout", "15s", url, expect=4,
                         timeout=60)
            assert result.out == "", after
            # The same URL, once the wire is whole again.
            wire.after = None
            assert git("render", url).out == whole


# ---- the cache ----


def cache_of(gitops):
    path, = (gitops.home / ".cache/gitops/git").glob("*/HEAD")
    return path.parent


def test_the_cache_is_private(git, https_git, config):
    git("render", https_git.url(config))
    for path in (git.home / ".cache/gitops/git", cache_of(git)):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    left = [p.name for p in (git.home / ".cache/gitops/git").iterdir()
            if ".new." in p.name]
    assert left == []


def truncate_pack(cache):
    for pack in (cache / "objects/pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:40])


def remove_objects(cache):
    for path in (cache / "objects/pack").iterdir():
        path.unlink()


DAMAGE = {
    "HEAD is gone": lambda c: (c / "HEAD").unlink(),
    "config is binary": lambda c: (c / "config").write_bytes(b"\0\xff[["),
    "objects are gone": remove_objects,
    "a stale lock": lambda c: (c / "refs/gitops/HEAD.lock").touch(),
    "a ref is nonsense": lambda c: (c / "refs/gitops/HEAD").write_text("x"),
    "a directory for a ref": lambda c: (
        (c / "refs/gitops/HEAD").unlink(),
        (c / "refs/gitops/HEAD/x").mkdir(parents=True)),
    "said to be damaged": lambda c: (c / "gitops-damaged").touch(),
    "others may write": lambda c: c.chmod(0o777),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_row_81_a_damaged_cache_is_replaced(git, https_git, config, damage):
    url = https_git.url(config)
    git("render", url)
    change(config, "2")
    damage(cache_of(git))
    assert value(git("render", url)) == "2"
    change(config, "3")
    assert value(git("render", url)) == "3"
    assert stat.S_IMODE(cache_of(git).stat().st_mode) & 0o022 == 0


def test_a_cut_pack_is_found_and_replaced(git, https_git, config):
    url = https_git.url(config)
    git("render", url)
    truncate_pack(cache_of(git))
    result = git("render", url, expect=(0, 2))
    if result.status == 2:
        assert "run again" in result.err
    assert value(git("render", url)) == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_row_82_a_cache_of_another_user_is_refused(git, https_git, config):
    url = https_git.url(config)
    git("render", url)
    os.chown(git.home / ".cache/gitops/git", 12345, 12345)
    result = git("render", url, expect=2)
    assert "belongs to another user" in result.err


def test_many_small_fetches_do_not_pile_up(git, https_git, config):
    url = https_git.url(config)
    git("render", url)
    packs = cache_of(git) / "objects/pack"
    for i in range(130):
        (packs / f"tmp_{i}").touch()
    assert value(git("render", url)) == "1"
    assert len(list((cache_of(git) / "objects/pack").iterdir())) < 10


@pytest.mark.parametrize("env", [
    {"HOME": None}, {"HOME": "relative"}, {"HOME": "/proc"},
    {"XDG_CACHE_HOME": "/dev/null/x"}], ids=repr)
def test_a_machine_without_a_home(git, https_git, config, env, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    result = git("render", https_git.url(config),
                 env=env | {"TMPDIR": temporary})
    assert value(result) == "1"
    assert list(temporary.iterdir()) == []


def test_two_at_once(git, https_git, config):
    url = https_git.url(config)
    runs = [git.start("render", url, stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE) for _ in range(6)]
    for run in runs:
        out, err = run.communicate(timeout=60)
        assert run.returncode == 0, err
        assert b"kind: ConfigMap" in out


def test_proxy_of_the_environment(token, https_git, config):
    """It sees the name of the server, and none of our credentials."""
    url = https_git.url(config, "private").replace("localhost",
                                                   "git.test.example")
    with Tunnel() as tunnel:
        proxy = f"http://127.0.0.1:{tunnel.port}"
        assert value(token("render", url, env={"HTTPS_PROXY": proxy})) == "1"
        assert set(tunnel.targets) == {f"git.test.example:{https_git.port}"}
        assert "Authorization: Basic" not in "".join(tunnel.headers)
        tunnel.targets.clear()
        token("render", "--timeout", "5s", url, expect=(2, 4),
              env={"HTTPS_PROXY": proxy, "NO_PROXY": ".test.example"})
        assert tunnel.targets == []


def test_proxy_of_gits_own_settings(git, https_git, config):
    url = https_git.url(config).replace("localhost", "git.test.example")
    with Tunnel() as tunnel:
        (git.home / ".gitconfig").write_text(
            f"[http]\n\tproxy = http://127.0.0.1:{tunnel.port}\n")
        assert value(git("render", url)) == "1"
        assert tunnel.targets


def test_no_output_of_the_server_is_shown(git, https_git, config):
    """Counting and compressing is git's own talk, and may hold anything."""
    result = git("render", "--progress", "always", https_git.url(config))
    assert "Counting" not in result.err
    assert "Compressing" not in result.err


def test_submodules_are_never_fetched(git, https_git, config, tmp_path):
    (config.path / ".gitmodules").write_text(
        '[submodule "x"]\n\tpath = sub\n\turl = ext::sh -c "touch '
        f'{tmp_path}/PWNED"\n')
    config.git("add", ".gitmodules")
    config.git("update-index", "--add", "--cacheinfo",
               "160000,1111111111111111111111111111111111111111,sub")
    config.git("commit", "-q", "-m", "sub")
    config.push()
    result = git("render", https_git.url(config), expect=2)
    assert "submodule" in result.err
    assert not pathlib.Path(tmp_path / "PWNED").exists()
