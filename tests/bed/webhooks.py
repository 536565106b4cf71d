# SPDX-License-Identifier: Apache-2.0
"""Admission webhooks: what the API server has look at a request, and perhaps
change it, before it is stored."""

import base64
import json
import time

from bed import objects
from bed.control import encode
from bed.tokens import Scripted

HOOKS = "/apis/admissionregistration.k8s.io/v1"
EVERY = ["CREATE", "UPDATE", "DELETE"]


def patch(*operations):
    """What review() gives to change the object, by JSON patch."""
    text = json.dumps([dict(zip(("op", "path", "value"), one))
                       for one in operations])
    return {"patchType": "JSONPatch",
            "patch": base64.b64encode(text.encode()).decode()}


class Webhooks:
    """webhook(kind, review): of the namespace, for ConfigMaps, and for
    Deployments where that is said.  review() gets the request and gives what
    is to be said of it beside "allowed"."""

    def __init__(self, control, ns):
        self.control = control
        self.ns = ns
        self.made = []

    def __call__(self, kind, review, deployments=False):
        control, ns = self.control, self.ns

        def answer(request):
            asked = json.loads(request.body)["request"]
            said = {"uid": asked["uid"], "allowed": True, **review(asked)}
            return 200, {"Content-Type": "application/json"}, {
                "apiVersion": "admission.k8s.io/v1",
                "kind": "AdmissionReview", "response": said}

        server = Scripted(answer, (control.server_cert, control.server_key))
        path = f"{HOOKS}/{kind.lower()}configurations"
        rules = [{"apiGroups": [""], "apiVersions": ["v1"],
                  "operations": EVERY, "resources": ["configmaps"]}]
        if deployments:
            rules.append({"apiGroups": ["apps"], "apiVersions": ["v1"],
                          "operations": EVERY,
                          "resources": ["deployments"]})
        control.api.create(path, {
            "metadata": {"name": ns}, "webhooks": [{
                "name": "hook.example.com", "timeoutSeconds": 1,
                "sideEffects": "None", "failurePolicy": "Fail",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {"url": f"{server.url}/",
                                 "caBundle": encode(control.ca)},
                "namespaceSelector": {"matchLabels": {
                    "kubernetes.io/metadata.name": ns}},
                "rules": rules}]})
        self.made.append((server, f"{path}/{ns}"))
        # The API server hears of it by a watch.
        for i in range(100):
            if server.seen:
                break
            control.api.raw(
                "POST", f"{objects.config_maps(ns)}?dryRun=All",
                {"metadata": {"name": f"probe-{i}"}})
            time.sleep(0.05)
        assert server.seen
        return server

    def stop(self):
        for server, path in self.made:
            self.control.api.delete(path)
            server.stop()
