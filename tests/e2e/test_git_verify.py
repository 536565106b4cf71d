# SPDX-License-Identifier: Apache-2.0
"""Who signed a commit or a tag: real keys, each state by its name."""

import base64
import subprocess

import pytest

from bed.driver import driver, driver_path
from bed.gitservers import https_git, repositories
from bed.signing import (commit_as, gpg, header, sign_gpg, ssh_keys,
                         write_commit)

__all__ = ["driver", "driver_path", "gpg", "https_git", "repositories",
           "ssh_keys"]


def verify(driver, where, rev, keyring="-", signers="-", revoked="-",
           expect=0):
    result = driver("verify", where, rev, keyring, signers, revoked,
                    expect=expect)
    if expect:
        return result
    first, words = result.out.splitlines()
    state, key, owner = first.split(" ", 2)
    return state, key, owner, words


@pytest.fixture
def keyring(gpg, tmp_path):
    return gpg.export(tmp_path / "team.asc", "Ann", "Old")


# ---- OpenPGP ----


def test_good(driver, repo, gpg, keyring):
    commit_as(gpg, repo, "Ann")
    ann = "Ann <ann@example.com>"
    assert verify(driver, repo, "HEAD", keyring) == (
        "good", gpg.keys["Ann"], ann,
        f"commit is signed by {ann} (key {gpg.keys['Ann']})")


@pytest.mark.parametrize("form", ["binary", "keybox"])
def test_forms_of_a_keyring(driver, repo, gpg, tmp_path, form):
    commit_as(gpg, repo, "Ann")
    keyring = gpg.export(tmp_path / "team.gpg", "Ann", armour=False)
    if form == "keybox":
        gpg("--no-auto-check-trustdb", "--no-default-keyring", "--keyring",
            str(tmp_path / "k.kbx"), "--import", str(keyring))
        keyring = tmp_path / "k.kbx"
    before = keyring.read_bytes()
    assert verify(driver, repo, "HEAD", keyring)[0] == "good"
    assert keyring.read_bytes() == before


def test_relative_keyring(driver, repo, gpg, keyring):
    commit_as(gpg, repo, "Ann")
    result = driver("verify", repo, "HEAD", keyring.name, "-", "-",
                    cwd=keyring.parent)
    assert result.out.startswith("good ")


def test_unsigned(driver, repo, keyring):
    repo.commit({"a": "1"})
    assert verify(driver, repo, "HEAD", keyring) == (
        "unsigned", "-", "-", "commit is not signed")


def test_unknown(driver, repo, gpg, keyring):
    """The user's own keyring knows her; nobody asks it."""
    commit_as(gpg, repo, "Eve")
    driver.env["GNUPGHOME"] = str(gpg.home)
    state, key, owner, words = verify(driver, repo, "HEAD", keyring)
    assert (state, owner) == ("unknown", "-")
    assert gpg.keys["Eve"].endswith(key)
    assert words == f"commit is signed by key {key}, which is not trusted"


def test_expired(driver, repo, gpg, keyring):
    commit_as(gpg, repo, "Old")
    state, key, owner, words = verify(driver, repo, "HEAD", keyring)
    assert (state, owner) == ("expired", "Old <old@example.com>")
    assert words.endswith("which has expired")


def test_revoked(driver, repo, gpg, tmp_path):
    commit_as(gpg, repo, "Gone")
    gpg.revoke("Gone")
    keyring = gpg.export(tmp_path / "team.asc", "Ann", "Gone")
    state, _, owner, words = verify(driver, repo, "HEAD", keyring)
    assert (state, owner) == ("revoked", "Gone <gone@example.com>")
    assert words.endswith("which was revoked")


def test_copied_from_another_commit(driver, repo, gpg, keyring):
    signed = commit_as(gpg, repo, "Ann")
    other = repo.commit({"evil": "1"})
    text = repo.git("cat-file", "commit", other) + "\n"
    head, body = text.split("\n\n", 1)
    forged = write_commit(repo, f"{head}\n{header(repo, signed)}\n{body}")
    state, _, owner, words = verify(driver, repo, forged, keyring)
    assert (state, owner) == ("bad", "Ann <ann@example.com>")
    assert words == "commit has a signature that is not of it"


def test_changed_behind_the_signature(driver, repo, gpg, keyring):
    signed = commit_as(gpg, repo, "Ann", "one")
    text = repo.git("cat-file", "commit", signed) + "\n"
    forged = write_commit(repo, text.replace("\none", "\ntwo"))
    assert verify(driver, repo, forged, keyring)[0] == "bad"


def test_garbage_for_a_signature(driver, repo, keyring):
    oid = repo.commit({"a": "1"})
    text = repo.git("cat-file", "commit", oid) + "\n"
    head, body = text.split("\n\n", 1)
    for armour in ("-----BEGIN PGP SIGNATURE-----\n \n AAAA\n"
                   " -----END PGP SIGNATURE-----",
                   "-----BEGIN PGP SIGNATURE-----", "x"):
        forged = write_commit(repo, f"{head}\ngpgsig {armour}\n\n{body}")
        assert verify(driver, repo, forged, keyring)[0] in ("bad", "unknown")


def test_two_signatures_say_nothing(driver, repo, gpg, tmp_path, keyring):
    """A good one does not vouch for what a stranger adds."""
    signed = commit_as(gpg, repo, "Ann")
    text = repo.git("cat-file", "commit", signed)
    begin = text.index("gpgsig ")
    end = text.index("-----END PGP SIGNATURE-----\n", begin)
    end += len("-----END PGP SIGNATURE-----\n")
    payload = text[:begin] + text[end:] + "\n"
    both = gpg("--armor", "--detach-sign", "-u", gpg.keys["Ann"], "-u",
               gpg.keys["Eve"], stdin=payload)
    folded = both.strip().replace("\n", "\n ")
    head, body = payload.split("\n\n", 1)
    forged = write_commit(repo, f"{head}\ngpgsig {folded}\n\n{body}")
    assert verify(driver, repo, forged, keyring)[0] == "bad"


def test_tag(driver, repo, gpg, keyring):
    repo.commit({"a": "1"})
    sign_gpg(gpg, repo, "Ann", "tag", "-s", "-m", "one", "v1")
    state, _, _, words = verify(driver, repo, "v1", keyring)
    assert state == "good" and words.startswith("tag is signed by Ann")
    # A tag that is not signed, one that is no object, one that was renamed.
    repo.git("tag", "-a", "-m", "two", "v2")
    assert verify(driver, repo, "v2", keyring)[3] == "tag is not signed"
    repo.git("tag", "v3")
    assert verify(driver, repo, "v3", keyring)[3] == "commit is not signed"
    repo.git("update-ref", "refs/tags/v9", "refs/tags/v1")
    result = verify(driver, repo, "v9", keyring, expect=2)
    assert "tag 'v9' was made as 'v1', and renamed" in result.err


def test_over_https(driver, https_git, repositories, gpg, keyring):
    repo = repositories.make("signed")
    commit_as(gpg, repo, "Ann")
    sign_gpg(gpg, repo, "Ann", "tag", "-s", "-m", "one", "v1.0.0")
    repo.push()
    driver.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    url = https_git.url(repo)
    assert verify(driver, url, "main", keyring)[3].startswith("commit is sig")
    for rev in ("v1.0.0", "semver:1"):
        state, _, _, words = verify(driver, url, rev, keyring)
        assert state == "good" and words.startswith("tag is signed by Ann")


def test_files_that_are_wrong(driver, repo, tmp_path):
    repo.commit({"a": "1"})
    (tmp_path / "none").write_text("no key\n")
    result = verify(driver, repo, "HEAD", tmp_path / "none", expect=2)
    assert "holds no OpenPGP key" in result.err
    result = verify(driver, repo, "HEAD", tmp_path / "nowhere", expect=2)
    assert "nowhere" in result.err
    result = verify(driver, repo, "HEAD", expect=2)
    assert "no keys to verify signatures with" in result.err


def test_no_gpg(driver, repo, keyring):
    repo.commit({"a": "1"})
    driver.env["PATH"] = "/nowhere"
    result = verify(driver, repo, "HEAD", keyring, expect=2)
    assert "verify a signature: gpg: no such program" in result.err


# ---- SSH ----


COMMIT = ("commit", "-q", "--allow-empty", "-S", "-m", "signed")


def test_ssh_good(driver, repo, ssh_keys):
    ssh_keys.sign(repo, "ann", *COMMIT)
    signers = ssh_keys.allow("# team",
                             f"ann@example.com {ssh_keys.public('ann')}")
    key = ssh_keys.print("ann")
    assert verify(driver, repo, "HEAD", signers=signers) == (
        "good", key, "ann@example.com",
        f"commit is signed by ann@example.com (key {key})")


def test_ssh_unknown(driver, repo, ssh_keys):
    ssh_keys.sign(repo, "eve", *COMMIT)
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}",
                             f"# eve@example.com {ssh_keys.public('eve')}")
    key = ssh_keys.print("eve")
    assert verify(driver, repo, "HEAD", signers=signers) == (
        "unknown", key, "-",
        f"commit is signed by key {key}, which is not trusted")


def test_ssh_key_for_other_things(driver, repo, ssh_keys):
    ssh_keys.sign(repo, "ann", *COMMIT)
    signers = ssh_keys.allow(f'ann@example.com namespaces="file" '
                             f'{ssh_keys.public("ann")}')
    assert verify(driver, repo, "HEAD", signers=signers)[0] == "unknown"


def test_ssh_validity_is_that_of_the_commits_time(driver, repo, ssh_keys):
    signers = ssh_keys.allow(
        f'ann@example.com valid-after="20260101Z",valid-before="20260201Z" '
        f'{ssh_keys.public("ann")}')
    for day, state in (("2026-01-15", "good"), ("2025-12-31", "expired"),
                       ("2026-02-02", "expired")):
        when = subprocess.run(["date", "-u", "-d", day, "+%s"], check=True,
                              capture_output=True, text=True).stdout
        ssh_keys.sign(repo, "ann", *COMMIT, when=when)
        assert verify(driver, repo, "HEAD", signers=signers)[0] == state


def test_ssh_revoked(driver, repo, ssh_keys):
    ssh_keys.sign(repo, "ann", *COMMIT)
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    revoked = ssh_keys.dir / "revoked"
    revoked.write_text(f"{ssh_keys.public('eve')}\n")
    assert verify(driver, repo, "HEAD", signers=signers,
                  revoked=revoked)[0] == "good"
    revoked.write_text(f"{ssh_keys.public('ann')}\n")
    assert verify(driver, repo, "HEAD", signers=signers,
                  revoked=revoked)[0] == "revoked"
    krl = ssh_keys.dir / "krl"
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl,
                    ssh_keys.dir / "ann.pub"], check=True)
    assert verify(driver, repo, "HEAD", signers=signers,
                  revoked=krl)[0] == "revoked"


def test_ssh_copied_from_another_commit(driver, repo, ssh_keys):
    ssh_keys.sign(repo, "ann", *COMMIT)
    signed = repo.git("rev-parse", "HEAD")
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    other = repo.commit({"evil": "1"})
    text = repo.git("cat-file", "commit", other) + "\n"
    head, body = text.split("\n\n", 1)
    forged = write_commit(repo, f"{head}\n{header(repo, signed)}\n{body}")
    assert verify(driver, repo, forged, signers=signers)[0] == "bad"


def test_ssh_garbage(driver, repo, ssh_keys):
    """Blobs that end too early, or say that they are longer than they are."""
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    oid = repo.commit({"a": "1"})
    head, body = (repo.git("cat-file", "commit", oid) + "\n").split("\n\n", 1)
    blobs = [b"", b"SSHSIG", b"SSHSIG\0\0\0\1", b"SSHSIG\0\0\0\1\0\0\0\4",
             b"SSHSIG\0\0\0\1\xff\xff\xff\xff\0\0\0\1a",
             b"SSHSIG\0\0\0\1\0\0\0\x08\0\0\0\xff\0\0\0\0",
             b"SSHSIG\0\0\0\1\0\0\0\x08\0\0\0\4a\nb\0",
             b"x" * 200]
    for blob in blobs:
        armour = ("-----BEGIN SSH SIGNATURE-----\n "
                  f"{base64.b64encode(blob).decode()}\n "
                  "-----END SSH SIGNATURE-----")
        forged = write_commit(repo, f"{head}\ngpgsig {armour}\n\n{body}")
        assert verify(driver, repo, forged, signers=signers)[0] == "bad"
    forged = write_commit(
        repo, f"{head}\ngpgsig -----BEGIN SSH SIGNATURE-----\n\n{body}")
    assert verify(driver, repo, forged, signers=signers)[0] == "bad"


def test_ssh_tag(driver, repo, ssh_keys):
    repo.commit({"a": "1"})
    ssh_keys.sign(repo, "ann", "tag", "-s", "-m", "one", "v1")
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    assert verify(driver, repo, "v1", signers=signers)[3].startswith(
        "tag is signed by ann@example.com")


def test_the_other_kind_of_file(driver, repo, gpg, ssh_keys, keyring):
    signers = ssh_keys.allow(f"ann@example.com {ssh_keys.public('ann')}")
    commit_as(gpg, repo, "Ann")
    assert verify(driver, repo, "HEAD", signers=signers)[::3] == (
        "unknown", "commit is signed with OpenPGP, and no keyring is named")
    ssh_keys.sign(repo, "ann", *COMMIT)
    assert verify(driver, repo, "HEAD", keyring)[::3] == (
        "unknown",
        "commit is signed with SSH, and no allowed signers are named")
    assert verify(driver, repo, "HEAD", keyring, signers)[0] == "good"
