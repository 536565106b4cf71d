# SPDX-License-Identifier: Apache-2.0
"""--verify: only what is signed by the caller's keys is taken, else nothing is
changed; --verify-fallback takes what is verified before it, and says so."""

import shutil

import pytest

from bed import objects
from bed.gitservers import https_git, repositories
from bed.signing import (commit_as, gpg, header, sign_gpg, ssh_keys,
                         write_commit)

__all__ = ["gpg", "https_git", "repositories", "ssh_keys"]

ANN = "Ann <ann@example.com>"


@pytest.fixture
def keyring(gpg, tmp_path):
    return gpg.export(tmp_path / "team.asc", "Ann", "Old")


@pytest.fixture
def on(gitops, tmp_path):
    """With a directory for a cluster."""
    del gitops.env["GITOPS_APP"]
    gitops.env["GITOPS_CLUSTER"] = f"dir:{tmp_path / 'cluster'}"
    return gitops


@pytest.fixture
def change(repo, gpg):
    """Commit a ConfigMap with that value, signed by somebody or by nobody."""
    def commit(value, who=None):
        repo.write({"a.yaml": objects.config_map("a", {"k": value})})
        repo.git("add", "-A")
        if who:
            return commit_as(gpg, repo, who, f"value {value}")
        return repo.commit(message=f"value {value}")

    return commit


@pytest.fixture
def live(tmp_path):
    """What the cluster has of it, or None."""
    def value():
        path = tmp_path / "cluster" / "default" / "configmap_a.yaml"
        if not path.exists():
            return None
        return path.read_text().split("k: ")[1].split("\n")[0].strip('"')

    return value


def verified(on, *args, **more):
    return on(*args, "--verify", "head", **more)


# ---- head ----


def test_a_good_commit_is_synced_and_recorded(on, repo, gpg, keyring, change,
                                              live):
    change("one", "Ann")
    key = gpg.keys["Ann"]
    result = verified(on, "sync", "--keyring", keyring, "-o", "json", repo)
    assert live() == "one"
    assert result.json["revision"]["signature"] == {
        "state": "good", "key": key, "owner": ANN, "refused": None}
    (app,) = on("history", "-o", "json", repo).json["apps"]
    (sync,) = app["syncs"]
    assert (sync["signature"], sync["signer"], sync["note"]) == (
        "good", f"{ANN} (key {key})", None)
    text = " ".join(on("history", repo).out.split())
    assert f"good signature by {ANN} (key {key})" in text


def test_what_was_not_verified_is_recorded_as_that(on, repo, change):
    change("one", "Ann")
    on("sync", "-q", repo)
    (app,) = on("history", "-o", "json", repo).json["apps"]
    assert app["syncs"][0]["signature"] is None
    assert app["syncs"][0]["signer"] is None
    assert "signature" not in on("history", repo).out


@pytest.mark.parametrize("who, words", [
    (None, "is not signed"),
    ("Eve", "which is not trusted"),
    ("Old", "is signed by Old <old@example.com>"),
    ("Lost", "is signed by Lost"),
])
@pytest.mark.parametrize("command", ["sync", "diff", "render"])
def test_what_is_not_good_is_named_and_not_taken(on, repo, gpg, tmp_path,
                                                 change, live, who, words,
                                                 command):
    if who == "Lost":
        who += command
        gpg.make(who)
    oid = change("bad", who)
    names = {"Ann", "Old"}
    if who and who.startswith("Lost"):
        gpg.revoke(who)
        names.add(who)
    keyring = gpg.export(tmp_path / "team.asc", *names)
    result = verified(on, command, "--keyring", keyring, repo, expect=2)
    assert f'commit {oid[:7]} "value bad" ' in result.err
    assert words in result.err
    assert ("expired" in result.err) == (who == "Old")
    assert ("revoked" in result.err) == ("Lost" in str(who))
    assert "nothing was changed" in result.err
    assert result.out == ""
    assert not (tmp_path / "cluster").exists() or live() is None


def test_a_copied_signature(on, repo, gpg, keyring, change, live):
    signed = change("good", "Ann")
    other = change("evil")
    text = repo.git("cat-file", "commit", other) + "\n"
    head, body = text.split("\n\n", 1)
    forged = write_commit(repo, f"{head}\n{header(repo, signed)}\n{body}")
    repo.git("update-ref", "refs/heads/main", forged)
    result = verified(on, "sync", "--keyring", keyring, repo, expect=2)
    assert "has a signature that is not of it" in result.err
    assert live() is None


def test_nothing_of_the_tree_is_looked_at_before(on, repo, keyring):
    repo.commit({"gitops.yaml": "no: {yaml"})
    result = verified(on, "sync", "--keyring", keyring, repo, expect=2)
    assert "is not signed" in result.err
    assert "gitops.yaml" not in result.err


def test_ssh(on, repo, ssh_keys, live):
    repo.write({"a.yaml": objects.config_map("a", {"k": "one"})})
    repo.git("add", "-A")
    commit = ("commit", "-q", "--allow-empty", "-S", "-m", "signed")
    ssh_keys.sign(repo, "ann", *commit)
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    verified(on, "sync", "--allowed-signers", signers, repo)
    assert live() == "one"
    revoked = ssh_keys.dir / "revoked"
    revoked.write_text(f"{ssh_keys.public('ann')}\n")
    result = verified(on, "diff", "--allowed-signers", signers,
                      "--revoked-keys", revoked, repo, expect=2)
    assert "is signed by ann@example.com" in result.err
    assert "revoked" in result.err
    ssh_keys.sign(repo, "eve", *commit)
    result = verified(on, "diff", "--allowed-signers", signers, repo, expect=2)
    assert ssh_keys.print("eve") in result.err
    assert "not trusted" in result.err


def test_presets(on, repo, keyring, change):
    change("bad")
    on.env |= {"GITOPS_VERIFY": "head", "GITOPS_KEYRING": keyring}
    assert "is not signed" in on("sync", repo, expect=2).err
    on("sync", "--verify", "none", repo)


# ---- tag ----


def test_tag(on, repo, gpg, keyring, change, live):
    change("one", "Ann")
    sign_gpg(gpg, repo, "Ann", "tag", "-s", "-m", "one", "v1.0.0")
    change("two")
    repo.git("tag", "-a", "-m", "two", "v2.0.0")
    repo.git("tag", "v3.0.0")
    args = ("sync", "--verify", "tag", "--keyring", keyring, repo, "--rev")
    for rev, words in (("v2.0.0", "tag v2.0.0 is not signed"),
                       ("v3.0.0", "v3.0.0 is no annotated tag"),
                       ("main", "main is no annotated tag")):
        assert words in on(*args, rev, expect=2).err
        assert live() is None
    on(*args, "semver:^1")
    assert live() == "one"
    (app,) = on("history", "-o", "json", repo).json["apps"]
    assert app["syncs"][0]["signature"] == "good"


# ---- all since the last sync ----


def all_of(on, *args, **more):
    return on(*args, "--verify", "all-since-last-sync", **more)


def test_all_names_each_that_is_not_verified(on, repo, keyring, change, live):
    change("one")
    result = all_of(on, "sync", "--keyring", keyring, repo, expect=2)
    assert '"value one" is not signed' in result.err
    # The history before is taken as it is, once.
    change("two", "Ann")
    assert '"value one" is not signed' in all_of(
        on, "sync", "--keyring", keyring, repo, expect=2).err
    verified(on, "sync", "--keyring", keyring, repo)
    assert live() == "two"
    bad = [change("three"), change("four", "Eve")]
    change("five", "Ann")
    verified(on, "diff", "--keyring", keyring, repo, expect=1)
    result = all_of(on, "sync", "--keyring", keyring, repo, expect=2)
    for oid in bad:
        assert f"commit {oid[:7]} " in result.err
    assert "value five" not in result.err
    assert live() == "two"


def test_all_looks_at_what_was_merged(on, repo, keyring, gpg, change, live):
    change("one", "Ann")
    all_of(on, "sync", "--keyring", keyring, repo)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.yaml": objects.config_map("b", {"k": "b"})}, "the side")
    repo.git("checkout", "-q", "main")
    change("two", "Ann")
    sign_gpg(gpg, repo, "Ann", "merge", "-q", "--no-ff", "-S", "side", "-m",
             "merge")
    result = all_of(on, "sync", "--keyring", keyring, repo, expect=2)
    assert '"the side" is not signed' in result.err
    result = all_of(on, "sync", "--keyring", keyring, "--verify-fallback",
                    repo, expect=2)
    assert live() == "two"


def test_all_after_a_force_push(on, repo, keyring, change, live):
    """Only what the last sync has not seen counts, wherever it leads."""
    change("one")
    change("two", "Ann")
    verified(on, "sync", "--keyring", keyring, repo)
    repo.git("reset", "-q", "--hard", "HEAD^")
    change("three", "Ann")
    all_of(on, "sync", "--keyring", keyring, repo)
    assert live() == "three"


def test_all_where_the_last_sync_is_gone(on, repo, keyring, change, tmp_path):
    change("one", "Ann")
    verified(on, "sync", "--keyring", keyring, repo)
    shutil.rmtree(repo.path / ".git")
    repo.git("init", "-q", "-b", "main")
    change("two", "Ann")
    result = all_of(on, "sync", "--keyring", keyring, "--take-over", repo,
                    expect=2)
    assert "--verify all-since-last-sync" in result.err
    assert "sync once with --verify head" in result.err


# ---- the newest that is verified ----


def test_fallback_takes_the_newest_that_is_verified(on, repo, keyring, change,
                                                    live):
    change("one", "Ann")
    good = change("two", "Ann")
    change("three")
    bad = change("four", "Eve")
    args = ("--keyring", keyring, "--verify-fallback")
    # That it is not what was asked for is no success.
    result = verified(on, "sync", *args, repo, expect=2)
    assert live() == "two"
    assert (f'warning: commit {bad[:7]} "value four" is signed by key ' in
            result.err)
    assert f'{good[:7]} "value two" is taken in its place' in result.err
    assert f'HEAD@{good[:7]} "value two"' in result.out
    (app,) = on("history", "-o", "json", repo).json["apps"]
    sync = app["syncs"][0]
    assert (sync["commit"], sync["signature"]) == (good, "good")
    assert sync["note"].startswith(f'taken because commit {bad[:7]} "value four"')
    text = " ".join(on("history", repo).out.split())
    assert f"taken because commit {bad[:7]}" in text
    # Again it has nothing to do, and says it all the same.
    result = verified(on, "sync", "-q", *args, repo, expect=2)
    assert bad[:7] in result.err and result.out == ""
    result = verified(on, "diff", "-o", "json", *args, repo, expect=2)
    assert result.json["revision"]["commit"] == good
    assert result.json["revision"]["signature"]["refused"].startswith(
        f"commit {bad[:7]}")
    assert result.json["summary"]["unchanged"] == 1


@pytest.mark.parametrize("mode", ["head", "all-since-last-sync"])
def test_fallback_does_not_take_back_what_was_synced(on, repo, keyring, change,
                                                     live, mode):
    """A key that has expired meanwhile is no reason to run last week's."""
    change("one", "Ann")
    old = change("two", "Old")
    on("sync", "-q", repo)
    change("three")
    result = on("sync", "--verify", mode, "--keyring", keyring,
                "--verify-fallback", repo, expect=2)
    assert f"synced at {old[:7]}" in result.err
    assert "nothing was changed" in result.err
    assert live() == "two"


def test_fallback_of_all_goes_before_the_first_that_is_not(on, repo, keyring,
                                                           change, live):
    change("one", "Ann")
    all_of(on, "sync", "--keyring", keyring, repo)
    change("two", "Ann")
    change("three")
    change("four", "Ann")
    args = ("--keyring", keyring, "--verify-fallback", repo)
    all_of(on, "sync", *args, expect=2)
    assert live() == "two"
    verified(on, "sync", *args)
    assert live() == "four"


def test_fallback_stays_on_the_branch(on, repo, keyring, gpg, change, live):
    """What was merged has never been the state of the branch."""
    change("one", "Ann")
    repo.git("checkout", "-q", "-b", "side")
    commit_as(gpg, repo, "Ann", "the side")
    repo.git("checkout", "-q", "main")
    change("two", "Ann")
    repo.git("merge", "-q", "--no-ff", "side", "-m", "merge")
    result = verified(on, "sync", "--keyring", keyring, "--verify-fallback",
                      repo, expect=2)
    assert '"value two" is taken in its place' in result.err
    assert live() == "two"


def test_fallback_finds_nothing(on, repo, keyring, change, live):
    change("one")
    change("two")
    result = verified(on, "sync", "--keyring", keyring, "--verify-fallback",
                      repo, expect=2)
    assert "and nothing before it is verified" in result.err
    assert live() is None


def test_fallback_in_a_fleet(on, repo, keyring, change, tmp_path):
    """Each cluster by its own records, and with its own apps alone."""
    repo.write({
        "gitops.yaml": """
            apiVersion: gitops/v1
            apps:
            - {name: a, path: a}
            - {name: b, path: b}
            clusters:
            - {name: one, context: one}
            - {name: two, context: two, apps: [b]}
            """,
        "a/a.yaml": objects.config_map("a", {"k": "a"}),
        "b/b.yaml": objects.config_map("b", {"k": "b"})})
    change("one", "Ann")
    change("two")
    result = all_of(on, "sync", "--keyring", keyring, "--verify-fallback",
                    "-o", "json", repo, expect=2)
    names = sorted(str(p.relative_to(tmp_path / "cluster"))
                   for p in (tmp_path / "cluster").rglob("configmap_?.yaml"))
    assert names == ["one/default/configmap_a.yaml",
                     "one/default/configmap_b.yaml",
                     "two/default/configmap_b.yaml"]
    assert "is taken in its place" in result.err


# ---- other commands ----


@pytest.mark.parametrize("mode", ["head", "tag", "all-since-last-sync"])
def test_status_and_history_tell_it(on, repo, keyring, change, mode):
    change("one", "Ann")
    on("sync", "-q", repo)
    change("bad")
    for command in ("status", "history"):
        result = on(command, "--verify", mode, "--keyring", keyring, repo)
        assert "a sync would refuse it" in result.err
        assert "default" in result.out


def configure_signing(repo, gpg, name):
    sign_gpg(gpg, repo, name, "version")
    program = repo.path.parent / f"gpg-{name}"
    repo.git("config", "gpg.program", str(program))
    repo.git("config", "user.signingkey", gpg.keys[name])
    repo.git("config", "user.name", name)
    repo.git("config", "user.email", f"{name.lower()}@example.com")


def test_a_rollback_is_signed_and_verifies(on, repo, gpg, keyring, change,
                                           live):
    for value in ("one", "two"):
        change(value, "Ann")
        on("sync", "-q", repo)
    configure_signing(repo, gpg, "Ann")
    verified(on, "rollback", "--keyring", keyring, repo)
    assert live() == "one"
    verified(on, "sync", "--keyring", keyring, repo)
    (app,) = on("history", "-o", "json", repo).json["apps"]
    assert app["syncs"][0]["signer"].startswith(ANN)


def configure_ssh(repo, keys, name):
    for key, value in (("gpg.format", "ssh"), ("user.name", name),
                       ("user.signingkey", keys.dir / name),
                       ("user.email", f"{name}@example.com")):
        repo.git("config", key, str(value))


def two_values(on, repo):
    for value in ("one", "two"):
        repo.commit({"a.yaml": objects.config_map("a", {"k": value})})
        on("sync", "-q", repo)


def test_a_rollback_that_is_to_be_signed_openpgp(on, repo, gpg, keyring, live):
    """It is, where nothing else is, and git itself says so."""
    two_values(on, repo)
    configure_signing(repo, gpg, "Ann")
    on("rollback", "--sign", "--no-sync", repo)
    status = repo.git("log", "-1", "--format=%G? %GF")
    assert status.split() == ["G", gpg.keys["Ann"]], status
    repo.git("verify-commit", "HEAD")
    verified(on, "sync", "--keyring", keyring, repo)
    assert live() == "one"


def test_a_rollback_that_is_to_be_signed_ssh(on, repo, ssh_keys, live):
    two_values(on, repo)
    configure_ssh(repo, ssh_keys, "ann")
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    repo.git("config", "gpg.ssh.allowedSignersFile", str(signers))
    on("rollback", "--sign", "--no-sync", repo)
    repo.git("verify-commit", "HEAD")
    assert repo.git("log", "-1", "--format=%G? %GS") == "G ann@example.com"
    verified(on, "sync", "--allowed-signers", signers, repo)
    assert live() == "one"


def test_a_rollback_that_cannot_be_signed(on, repo, ssh_keys, live):
    two_values(on, repo)
    configure_ssh(repo, ssh_keys, "nobody")
    tip = repo.git("rev-parse", "HEAD")
    on("rollback", "--sign", repo, expect=2)
    assert repo.git("rev-parse", "HEAD") == tip
    assert live() == "two"


def test_a_rollback_vouches_for_nothing_that_is_not_verified(
        on, repo, gpg, keyring, change, live):
    for value in ("one", "two"):
        change(value, "Ann")
        on("sync", "-q", repo)
    repo.commit({"README": "evil"}, "evil")
    tip = repo.git("rev-parse", "HEAD")
    configure_signing(repo, gpg, "Ann")
    for fallback in ((), ("--verify-fallback",)):
        result = verified(on, "rollback", "--keyring", keyring, *fallback,
                          repo, expect=2)
        assert '"evil" is not signed' in result.err
        assert repo.git("rev-parse", "HEAD") == tip
        assert live() == "two"


def test_release_follows_on_what_is_verified(on, repo, gpg, keyring):
    image = "image: web:1"
    repo.write({"a.yaml": objects.deployment("default", image="web:1")})
    assert image in (repo.path / "a.yaml").read_text()
    repo.commit()
    args = ("--image", "web:2", "--verify", "head", "--keyring", keyring, repo)
    assert "is not signed" in on("release", *args, expect=2).err
    commit_as(gpg, repo, "Ann")
    configure_signing(repo, gpg, "Ann")
    on("release", *args)
    assert "image: web:2" in (repo.path / "a.yaml").read_text()


def test_over_https(on, https_git, repositories, gpg, keyring, live):
    repo = repositories.make("verified")
    on.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    repo.write({"a.yaml": objects.config_map("a", {"k": "one"})})
    repo.git("add", "-A")
    commit_as(gpg, repo, "Ann")
    repo.push()
    url = https_git.url(repo)
    verified(on, "sync", "--keyring", keyring, url)
    assert live() == "one"
    repo.commit({"a.yaml": objects.config_map("a", {"k": "two"})})
    repo.push()
    verified(on, "sync", "--keyring", keyring, url, expect=2)
    verified(on, "sync", "--keyring", keyring, "--verify-fallback", url,
             expect=2)
    assert live() == "one"


def test_on_a_real_cluster(kube, control, repo, gpg, keyring, ns):
    def value():
        return control.api.get(f"{objects.config_maps(ns)}/a")["data"]["k"]

    for who, text in (("Ann", "one"), (None, "two")):
        repo.write({"a.yaml": objects.config_map("a", {"k": text}, ns)})
        repo.git("add", "-A")
        if who:
            commit_as(gpg, repo, who)
        else:
            repo.commit()
        result = all_of(kube, "sync", "--keyring", keyring, "-o", "json",
                        repo, expect=0 if who else 2)
        assert value() == "one"
    assert result.json["requests"] is None


# ---- what does not fit together ----


@pytest.mark.parametrize("args, words", [
    (["--verify", "head"], "whose keys are trusted?"),
    (["--keyring", "x"], "--keyring: nothing is to be verified"),
    (["--verify-fallback"], "--verify-fallback: nothing is to be verified"),
    (["--verify", "head", "--keyring", "x", "--worktree"],
     "uncommitted files have no signature"),
    (["--verify", "tag", "--keyring", "x", "--verify-fallback"],
     "there is no tag before a tag"),
    (["--verify", "head", "--keyring", "nowhere"], "nowhere"),
    (["--verify", "signed"], "none|head|tag|all-since-last-sync"),
])
def test_usage(on, repo, args, words):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "one"})})
    assert words in on("sync", *args, repo, expect=2).err


def test_commands_without_a_record(on, repo, keyring):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "one"})})
    for command in ("render", "release"):
        result = all_of(on, command, "--keyring", keyring, repo, expect=2)
        assert f"{command} knows of no sync" in result.err


def test_keys_of_the_repository_are_not_trusted(on, repo, gpg, change, live):
    change("one", "Ann")
    keyring = gpg.export(repo.path / "team.asc", "Ann")
    for command in (("sync",), ("release", "--all")):
        result = verified(on, *command, "--keyring", keyring, repo, expect=2)
        assert "keys inside the repository are not trusted" in result.err
    assert live() is None
