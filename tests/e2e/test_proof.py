# SPDX-License-Identifier: Apache-2.0
"""What gitops takes for unchanged from what lives, the server takes for
unchanged, too: whatever was done to the objects meanwhile.

PROOF_MUTATIONS says how much is done, PROOF_SEED what."""

import collections
import concurrent.futures
import os
import random
import re

from bed import objects
from bed.mutations import Mutator, crd, manifest, other_wish, targets
from bed.thousand import thousand

MUTATIONS = int(os.environ.get("PROOF_MUTATIONS", 2000))
SEED = os.environ.get("PROOF_SEED", str(random.randrange(1 << 32)))
EACH = 4 # objects of every shape

GIVEN_UP = re.compile(r"^gitops: (\w+) (?:\S+/)?(\S+) is not proved "
                      r"unchanged: (.*)$", re.M)


def given_up(result):
    """(kind, name) of each object that was not proved, and why."""
    return {(kind, name): why
            for kind, name, why in GIVEN_UP.findall(result.err)}


def judged(result):
    """What the report says of each object."""
    return {(o["kind"], o["name"]): o for o in result.json["objects"]}


class Property:
    """Objects in a namespace, what is done to them, and what comes of it."""

    def __init__(self, kube, api, repo, ns):
        self.kube, self.api, self.repo = kube, api, repo
        self.definitions, self.targets = targets(
            ns, f"{ns}.example.com", EACH)
        self.done = collections.Counter()
        self.unchanged = 0
        self.needless = collections.Counter()
        self.commit([t.wish for t in self.targets])

    def commit(self, wishes):
        self.repo.commit({"all.json.yaml": manifest(
            [*self.definitions, *wishes])})

    def sync(self):
        """Make it as it is wanted, whatever it takes."""
        result = self.kube("sync", "-o", "json", self.repo, expect=None)
        if result.status == 0:
            return
        for target in self.targets:
            self.api.raw("DELETE", target.path)
        self.kube("sync", self.repo)

    def compare(self, what):
        """The two ways agree on every object."""
        quick = self.kube("diff", "-vv", "-o", "json", self.repo,
                          expect=(0, 1, 2))
        full = self.kube("diff", "--full", "-o", "json", self.repo,
                         expect=(0, 1, 2))
        asked = given_up(quick)
        mine, servers = judged(quick), judged(full)
        assert mine.keys() == servers.keys()
        for key, verdict in servers.items():
            assert mine[key]["action"] == verdict["action"], \
                f"seed {SEED}, {what.get(key)}: {key} is " \
                f"{mine[key]['action']}, the server says " \
                f"{verdict['action']}; given up: {asked.get(key)}"
            if verdict["action"] == "unchanged":
                self.unchanged += 1
                if key in asked:
                    self.needless[reason(asked[key])] += 1

    def mutate_one(self, target, rng):
        return [way for way in (Mutator(self.api, target, rng).mutate()
                                for _ in range(rng.choice([0, 1, 1, 2, 3])))
                if way]

    def mutate(self, number):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ways = pool.map(
                lambda t: self.mutate_one(t, random.Random(
                    f"{SEED} {number} {t.path}")), self.targets)
            what = {t.key: w for t, w in zip(self.targets, ways)}
        for way in what.values():
            self.done.update(way)
        return what

    def round(self, number):
        rng = random.Random(f"{SEED} {number}")
        what = self.mutate(number)
        self.compare(what)
        # The wish moves as well; it is put back afterwards.
        self.commit([other_wish(t.wish, rng) if rng.random() < 0.5
                     else t.wish for t in self.targets])
        self.compare(what)
        self.commit([t.wish for t in self.targets])
        if rng.random() < 0.7:
            self.sync()
            self.compare(what)


def reason(why):
    """Without the path, which is long, and who it was."""
    why = why.rpartition(": ")[2] if ": " in why else why
    return re.sub(r" (since|by|of) .*", r" \1 ...", why)


def test_what_is_proved_the_server_confirms(kube, control, repo, ns):
    test = Property(kube, control.api, repo, ns)
    kube("sync", repo)
    test.compare({})
    number = 0
    while test.done.total() < MUTATIONS:
        number += 1
        test.round(number)
    print(f"seed {SEED}: {test.done.total()} mutations in {number} rounds: "
          f"{dict(test.done)}")
    print(f"unchanged {test.unchanged} times, of which given up "
          f"{test.needless.total()}: {dict(test.needless)}")
    assert test.unchanged > test.needless.total()
