# SPDX-License-Identifier: Apache-2.0
"""Small trees, each about one thing: what compose.py draws seldom, or only in
its usual form.  families() has a function a thing; a seed makes the same every
time."""

import json
import random

TEXTS = ["a", "b c", "1", "01", "1.0", "true", "yes", "null", "~", "", " ", "é",
         "x:y", "x: y", "#", "a#b", "a #b", "-", "- a", "\t", "two\nlines",
         "end\n", "\n", "'", '"', "\\", "0x10", "1e2", "2024-01-01", "$(V)",
         "@", "`x`", "%a", "*", "&b", "!c", "|", ">", "[", "]", "{", "}", ",",
         "?", "? a", "=", "12:30:45", "+", ".", "..", "~x", "NaN", ".inf",
         "long " * 30, "ünï", "\u2028", "🙂", "a\tb", "0b1", "1_0", "0o7"]


def conf(name, data=None, **more):
    return {"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name}, "data": data or {"a": "1"}, **more}


def y(value):
    """JSON is YAML."""
    return json.dumps(value, ensure_ascii=False) + "\n"


class Draw:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def some(self, chance):
        return self.r.random() < chance

    def pick(self, *of):
        return self.r.choice(of)

    def text(self):
        return self.r.choice(TEXTS)

    def style(self, text):
        """A scalar in one of the ways in which YAML has it."""
        way = self.r.randrange(4)
        if way == 0:
            return json.dumps(text, ensure_ascii=False)
        if way == 1 and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        if way == 2 and text and text.isprintable() and text.strip() == text \
                and not any(c in text for c in ":#") \
                and text[0] not in "-?[]{},&*!|>'\"%@`=~\\":
            return text
        return json.dumps(text, ensure_ascii=False)

    def value(self, depth=3):
        roll = self.r.random()
        if depth and roll < 0.25:
            return {self.r.choice("abcd"): self.value(depth - 1)
                    for _ in range(self.r.randint(0, 3))}
        if depth and roll < 0.45:
            return [self.value(depth - 1)
                    for _ in range(self.r.randint(0, 3))]
        return self.r.choice([self.text(), self.r.randint(-9, 9), 1.5, True,
                              False, None, 12345678901, 1e20, -0.0, 0.1])

    def block(self, value, indent=0):
        """Block style, where there is a choice."""
        pad = " " * indent
        if isinstance(value, dict) and value and self.some(0.85):
            return "\n" + "".join(
                f"{pad}{k}:{self.block(v, indent + 2)}"
                for k, v in value.items())
        if isinstance(value, list) and value and self.some(0.85):
            return "\n" + "".join(
                f"{pad}-{self.block(v, indent + 2)}" for v in value)
        if isinstance(value, str):
            return " " + self.style(value) + "\n"
        if value is None:
            return self.pick(" null", " ~", "") + "\n"
        return " " + y(value)

    # ---- strategic merge ----

    def named(self, of, depth):
        """Members that merge by name, or should."""
        out = []
        for _ in range(self.r.randint(0, 3)):
            one = {"name": self.pick("p", "q", "r", "1")}
            if self.some(0.7):
                one[self.pick("image", "v", "args")] = self.value(depth)
            if of == "patch" and self.some(0.15):
                one["$patch"] = self.pick("delete", "replace", "merge")
            if self.some(0.05):
                del one["name"]
            out.append(one)
        if of == "patch" and self.some(0.15):
            out.insert(self.r.randint(0, len(out)), {
                "$patch": self.pick("replace", "delete", "merge")})
        if self.some(0.05):
            out.append(self.pick(None, {}, "text", []))
        return out

    def pod(self, of):
        spec = {}
        for key, chance in (("containers", 0.8), ("initContainers", 0.2),
                            ("volumes", 0.2), ("imagePullSecrets", 0.1)):
            if self.some(chance):
                spec[key] = self.named(of, 1)
        if self.some(0.3):
            spec["containers"] = [
                {"name": "p", "ports": [
                    {k: v for k, v in {
                        "containerPort": self.pick(80, 81, "80"),
                        "protocol": self.pick("TCP", "UDP"),
                        "name": self.pick("a", "b")}.items()
                     if k == "containerPort" or self.some(0.5)}
                    for _ in range(self.r.randint(0, 3))],
                 "env": self.named(of, 0),
                 "volumeMounts": [{"mountPath": self.pick("/a", "/b"),
                                   "name": self.pick("x", "y")}
                                  for _ in range(self.r.randint(0, 2))]}]
        if self.some(0.2):
            spec["tolerations"] = [{"key": self.pick("a", "b")}]
        if self.some(0.2):
            spec["hostAliases"] = [{"ip": self.pick("1", "2"),
                                    "hostnames": ["h"]}]
        if self.some(0.2):
            spec["nodeSelector"] = self.pick(
                None, {}, {"a": "b"}, {"a": None, "c": "d"})
        if self.some(0.1):
            spec["finalizers"] = ["x"]
        if of == "patch" and self.some(0.08):
            spec["$patch"] = self.pick("delete", "replace", "merge")
        return spec

    def merge(self):
        known = self.some(0.6)
        if known:
            def make(of):
                return {"apiVersion": "apps/v1", "kind": "Deployment",
                        "metadata": {"name": "d", **({"finalizers": [
                            self.pick("a", "b")]} if self.some(0.2) else {})},
                        "spec": {"template": {"spec": self.pod(of)}}}
        else:
            def make(of):
                return {"apiVersion": "x.io/v1", "kind": "X",
                        "metadata": {"name": "d"}, "spec": {
                            "list": self.named(of, 1),
                            "any": self.value(), "b": self.value()}}
        target, patch = make("target"), make("patch")
        entry = {"path": "p.yaml"}
        if self.some(0.2):
            entry["target"] = {"kind": target["kind"]}
        return {"r.yaml": self.block(target).lstrip("\n"),
                "p.yaml": self.block(patch).lstrip("\n"),
                "kustomization.yaml": y({"resources": ["r.yaml"],
                                         "patches": [entry]})}

    # ---- JSON patches ----

    def pointer(self, value, add=False):
        """One that leads somewhere, most of the time."""
        path = "/spec"
        value = value["spec"]
        while isinstance(value, (dict, list)) and value and self.some(0.7):
            if isinstance(value, dict):
                key = self.r.choice(list(value))
                path += "/" + key.replace("~", "~0").replace("/", "~1")
                value = value[key]
            else:
                at = self.r.randrange(len(value))
                path += f"/{at}"
                value = value[at]
        if add and isinstance(value, dict):
            path += self.pick("", "/new", "/a~1b", "/~01", "/ü", "/")
        if add and isinstance(value, list):
            path += self.pick("", "/-", "/0", f"/{len(value)}")
        if self.some(0.06):
            path += self.pick("/-", "/0", "/new", "/1", "/01", "/-1", "/9")
        return path

    def json_patch(self):
        target = {"apiVersion": "x.io/v1", "kind": "X",
                  "metadata": {"name": "d", "annotations": {"n/a": "1"}},
                  "spec": {"m": {"a": self.value(), "b": self.value()},
                           "l": [self.value(), self.value()],
                           "a/b": 1, "~": 2}}
        ops = []
        for _ in range(self.r.randint(1, 2)):
            op = self.pick("add", "add", "add", "replace", "remove", "copy",
                           "move", "test")
            one = {"op": op, "path": self.pointer(
                target, op in ("add", "copy", "move"))}
            if op in ("add", "replace", "test") and self.some(0.97):
                one["value"] = self.value(2)
            if op == "test" and self.some(0.7):
                at = target
                for part in one["path"].split("/")[1:]:
                    part = part.replace("~1", "/").replace("~0", "~")
                    try:
                        at = at[int(part) if isinstance(at, list) else part]
                    except (KeyError, IndexError, ValueError, TypeError):
                        at = None
                one["value"] = at
            if op in ("copy", "move"):
                one["from"] = self.pointer(target)
            ops.append(one)
        text = self.pick(y(ops), self.block(ops).lstrip("\n"))
        return {"r.yaml": self.block(target).lstrip("\n"), "p.json": text,
                "kustomization.yaml": y({"resources": ["r.yaml"], "patches": [
                    {"path": "p.json", "target": {"kind": "X"}}]})}

    # ---- replacements ----

    def replace(self):
        source = conf("s", {"t": self.text(), "u": "a-b:c/d"},
                      extra={"m": self.value() or 1, "l": self.value() or "x",
                             "n": ["a", 5, True]})
        target = {"apiVersion": "x.io/v1", "kind": "X", "metadata": {
            "name": "d", "annotations": {"a.b/c": "1", "n": "x-y-z"}},
            "spec": {"m": {"k": self.value(1), "n": "a:b:c"},
                     "l": [{"name": n, "v": self.value(1), "w": [
                         {"name": "in", "z": self.value(0)}]}
                         for n in self.r.sample(["p", "q", "a.b", "1"], 3)],
                     "s": ["x", "y", 1], "json": self.pick(
                         '{"a": {"b": 1}, "l": [{"name": "p", "v": 2}]}',
                         "a:\n  b: 1\n", "not: [json", "plain", '[1, 2]'),
                     "n": 5}}
        paths = ["spec.m.k", "spec.m.n", "spec.l.0.v", "spec.l.*.v",
                 "spec.l.[name=p].v", "spec.l.[name=a.b].v", "spec.s.0",
                 "spec.s.[=x]", "spec.s.*", "spec.json.a.b", "spec.json.a",
                 "spec.json.l.[name=p].v", "spec.l.*.w.[name=in].z",
                 "metadata.annotations.[a.b/c]", "metadata.annotations.n",
                 "metadata.name", "spec.n", "spec.new", "spec.new.deep",
                 "spec.l.3.v", "spec.l.[name=new].v", "spec.l.9.v",
                 "spec.l.[name=.*].v", r"metadata.annotations.a\.b/c",
                 "spec.m", "spec.l", "spec.json", "spec.l.-.v", "spec.0",
                 "spec.s.3", "spec.l.[nope].v", "spec.json.new", "spec.**"]
        options = {}
        if self.some(0.4):
            options["create"] = True
        if self.some(0.2):
            options["delimiter"] = self.pick(":", "-", "/", "", "xx")
            options["index"] = self.r.randint(-2, 4)
        one = {"source": {"kind": "ConfigMap", "name": "s"}, "targets": [
            {"select": {"kind": "X"}, "fieldPaths": [self.r.choice(paths)]}]}
        if self.some(0.9):
            one["source"]["fieldPath"] = self.pick(
                "data.u", "extra.m", "extra.l", "metadata.name", "extra.n.0",
                "extra.n.1", "extra.n.-", "kind", "data", "extra.n.[=a]",
                *(["extra.m.a", "data.nope", "metadata.namespace", "data.t",
                   "extra.l.0"] if self.some(0.2) else []))
        if self.some(0.12):
            one["source"]["options"] = {"delimiter": self.pick(":", "-", "/"),
                                        "index": self.r.randint(-1, 3)}
        if options:
            one["targets"][0]["options"] = options
        if self.some(0.1):
            one["targets"][0]["reject"] = [self.pick(
                {"name": "d"}, {"kind": "Y"}, {"labelSelector": "a"},
                {"annotationSelector": "n"}, {"name": "e.*"})]
        if self.some(0.1):
            one = {"sourceValue": self.text(), "targets": one["targets"]}
        k = {"resources": ["s.yaml", "t.yaml"]}
        files = {"s.yaml": self.block(source).lstrip("\n"),
                 "t.yaml": self.block(target).lstrip("\n")}
        if self.some(0.2):
            files["rep.yaml"] = y(one if self.some(0.5) else [one])
            k["replacements"] = [{"path": "rep.yaml"}]
        else:
            k["replacements"] = [one]
        return {**files, "kustomization.yaml": y(k)}

    # ---- generators ----

    def generate(self):
        files = {}
        blobs = ["", "a", "a\n", "\n", " a", "a ", "a\tb\n", "é\n", "k=v\n",
                 "x" * 200, "x" * 200 + "\n", "a\r\nb\r\n", "\ufeffbom\n",
                 "two\n\nlines\n\n", "  lead\nlines\n", "tail \nmore\n",
                 "\u00a0nbsp\n", "# c\n", "ctrl\x01\n", "{{ .x }}\n",
                 "key: value\n# c\nlist:\n- a\n"]
        envs = ["A=1\n", "# c\n\nA=1\nB\n", " A = 1 \n", "A=b=c\n", "A=\n",
                "=x\n", "export A=1\n", "A='q'\nB=\"q\"\n", "A=1\r\nB=2\r\n",
                "\ufeffA=1\n", "A=$HOME\n", "a.b-c_d=1\n", "A=1 # c\n",
                "É=1\n", "A b=1\n", "A=1\nA=2\n", "\tA=1\n", "A=é\n"]

        def one(secret):
            g = {"name": self.pick("g", "h", "g")}
            if self.some(0.5):
                g["literals"] = [
                    self.pick("A", "b.c", "d-e", "F_1", "a b", "") + "=" +
                    self.pick("1", "", "a=b", '"q"', "'q'", '"', "'a", " x ",
                              "a\nb", "é", '""', "'\"'", "true", "a\\nb")
                    for _ in range(self.r.randint(1, 2))]
            if self.some(0.4):
                name = self.pick("f.txt", "g.conf", "sub/h.txt", ".dot",
                                 "sp ace.txt")
                files[name] = self.r.choice(blobs)
                g["files"] = [self.pick(name, "k=" + name, "k.x=" + name,
                                        "=" + name, "k=", "a=b=" + name)
                              if self.some(0.3) else name]
            if self.some(0.3):
                files["e.env"] = self.r.choice(envs)
                g["envs"] = ["e.env"]
            if self.some(0.1):
                files["e2.env"] = self.r.choice(envs)
                g["env"] = "e2.env"
            if self.some(0.2):
                g["behavior"] = self.pick("create", "merge", "replace", "odd")
            if self.some(0.3):
                g["options"] = self.r.choice([
                    {"immutable": True}, {"disableNameSuffixHash": True},
                    {"labels": {"a": "b"}}, {"annotations": {"a": "1"}},
                    {"labels": None}, {}])
            if secret and self.some(0.5):
                g["type"] = self.pick("Opaque", "kubernetes.io/tls", "", "x y")
            return g

        k = {}
        if self.some(0.3):
            files["r.yaml"] = y(self.pick(
                conf("g", {"A": "old", "z": "z"}),
                conf("g", {"A": "old"}, binaryData={"b": "AAEC"}),
                conf("g", immutable=True)))
            k["resources"] = ["r.yaml"]
        if self.some(0.3):
            files["s.yaml"] = y({"apiVersion": "v1", "kind": "Secret",
                                 "metadata": {"name": "g"}, self.pick(
                                     "data", "stringData"): {"A": "b2xk"}})
            k.setdefault("resources", []).append("s.yaml")
        if self.some(0.7):
            k["configMapGenerator"] = [one(False)
                                       for _ in range(self.r.randint(1, 2))]
        if self.some(0.5) or not k:
            k["secretGenerator"] = [one(True)]
        if self.some(0.3):
            k["generatorOptions"] = self.r.choice([
                {"disableNameSuffixHash": True}, {"labels": {"g": "1"}},
                {"annotations": {"g": "1"}, "immutable": True}, {}])
        if self.some(0.3):
            k["namePrefix"] = "p-"
        return {**files, "kustomization.yaml": y(k)}

    # ---- images and names ----

    def image(self):
        names = ["nginx", "a/nginx", "docker.io/library/nginx",
                 "host:5000/nginx", "nginx-x", "host/a/b", "localhost/n"]
        suffix = ["", ":1", ":v1.2", "@sha256:" + "a" * 64,
                  ":1@sha256:" + "b" * 64, ":", "@", ":latest"]
        pods = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
                "spec": {key: [
                    {"name": f"{key}{i}", "image": self.r.choice(names) +
                     self.r.choice(suffix)} for i in range(3)]
                    for key in self.r.sample(
                        ["containers", "initContainers",
                         "ephemeralContainers"], 2)}}
        if self.some(0.3):
            pods["spec"]["volumes"] = [{"name": "v", "image": {
                "reference": self.r.choice(names) + ":1"}}]
        if self.some(0.2):
            pods["spec"]["containers"] = self.pick(
                [], None, [{"name": "x"}], [{"image": None}], [{"image": 1}],
                [{"image": ""}], "text", {"a": {"image": "nginx"}})
        k = {"resources": ["r.yaml"], "images": []}
        for _ in range(self.r.randint(1, 2)):
            one = {"name": self.r.choice(names + ["nginx.*", "", "n", "*"])}
            for key, values in (
                    ("newName", ["x", "h:1/x", ""]),
                    ("newTag", ["v2", "2", "", "1.0"]),
                    ("digest", ["sha256:" + "c" * 64, "x", ""]),
                    ("tagSuffix", ["-a", "a", ""])):
                if self.some(0.4):
                    one[key] = self.r.choice(values)
            k["images"].append(one)
        return {"r.yaml": self.block(pods).lstrip("\n"),
                "kustomization.yaml": y(k)}

    def metadata(self):
        """Names, namespaces, labels and annotations in odd forms."""
        kinds = [("v1", "ConfigMap"), ("v1", "Namespace"),
                 ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
                 ("rbac.authorization.k8s.io/v1", "RoleBinding"),
                 ("x.io/v1", "X"), ("v1", "Node"), ("apps/v1", "Deployment"),
                 ("apiregistration.k8s.io/v1", "APIService"),
                 ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
                 ("admissionregistration.k8s.io/v1",
                  "MutatingWebhookConfiguration"), ("v1", "PodList")]
        docs = []
        for i, (api, kind) in enumerate(self.r.sample(kinds, 3)):
            meta = {"name": self.pick("a", "b", f"n{i}", 1, "1", "a.b",
                                      "true", True) if self.some(0.3)
                    else f"n{i}"}
            if self.some(0.3):
                meta["namespace"] = self.pick("x", "default", "", None, 1)
            if self.some(0.3):
                meta["labels"] = self.pick(
                    {}, None, {"a": "b"}, {"a": 1}, {"a": None}, {"a": ""},
                    {1: "x"})
            if self.some(0.3):
                meta["annotations"] = self.pick(
                    {}, None, {"a": "b"}, {"a": 1.50}, {"a": True},
                    {"a": None}, {"a": "x\ny\n"},
                    {"config.kubernetes.io/local-config": "true"},
                    {"config.kubernetes.io/local-config": ""},
                    {"internal.config.kubernetes.io/index": "3"},
                    {"config.kubernetes.io/origin": "x"})
            doc = {"apiVersion": api, "kind": kind, "metadata": meta}
            if "Binding" in kind:
                doc["subjects"] = self.pick(
                    [{"kind": "ServiceAccount", "name": "default"}],
                    [{"kind": "ServiceAccount", "name": "x",
                      "namespace": "y"}], [], None,
                    [{"kind": "User", "name": "default"}])
                doc["roleRef"] = {"kind": "ClusterRole", "name": "n0"}
            if kind == "PodList":
                doc["items"] = self.pick([], None, [{
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": {"name": "inner"}}])
            if "Webhook" in kind:
                doc["webhooks"] = [{"name": "w", "clientConfig": {
                    "service": {"name": "n1", "namespace": self.pick(
                        "default", "x")}}}]
            docs.append(doc)
        k = {"resources": ["r.yaml"]}
        for key, chance, values in (
                ("namespace", 0.5, ["x", "ns", "default"]),
                ("namePrefix", 0.3, ["p-", "1"]),
                ("nameSuffix", 0.2, ["-s", "1"]),
                ("commonLabels", 0.2, [{"l": "1"}, {"l": ""}, {}]),
                ("commonAnnotations", 0.2, [{"c": "1"}, {"a": "x"}]),
                ("buildMetadata", 0.15, [
                    ["originAnnotations"], ["transformerAnnotations"],
                    ["managedByLabel"], [], ["odd"]])):
            if self.some(chance):
                k[key] = self.r.choice(values)
        return {"r.yaml": "---\n".join(
            self.block(d).lstrip("\n") for d in docs),
            "kustomization.yaml": y(k)}

    # ---- files ----

    def load(self):
        """Documents that are none, lists, and other things in files."""
        one = y(conf("a"))
        parts = [one, y(conf("b")), "", "# only a comment\n", "---\n", "...\n",
                 "{}\n", "[]\n", "null\n", "text\n", y([conf("c")]),
                 y({"apiVersion": "v1", "kind": "List",
                    "items": [conf("d"), conf("e")]}),
                 y({"apiVersion": "v1", "kind": "ConfigMapList",
                    "items": [conf("f")]}),
                 y({"apiVersion": "v1", "kind": "List", "items": []}),
                 y({"apiVersion": "v1", "kind": "List"}),
                 y({"kind": "X", "metadata": {"name": "g"}}),
                 y({"apiVersion": "v1", "metadata": {"name": "h"}}),
                 y({"apiVersion": "v1", "kind": "X", "metadata": {}}),
                 y({"apiVersion": "v1", "kind": "X",
                    "metadata": {"generateName": "x-"}}),
                 "a: &x {b: 1}\nc: *x\nkind: X\nmetadata: {name: anchor}\n",
                 "kind: X\nmetadata: {name: dup}\na: 1\na: 2\n",
                 "%YAML 1.1\n---\n" + one, "\ufeff" + one,
                 one.replace("\n", "\r\n"), "--- " + one, "kind: [\n",
                 "kind: X\n metadata: {name: bad}\n",
                 "kind: X\nmetadata:\n\tname: tab\n",
                 "? kind\n: X\nmetadata: {name: q}\n",
                 "kind: !!str X\nmetadata: {name: tag}\n",
                 "kind: X\nmetadata: {name: m}\n<<: {z: 1}\n"]
        text = self.r.choice(parts)
        for _ in range(self.r.randint(0, 2)):
            if not text.endswith("\n"):
                break
            text += self.pick("---\n", "--- # c\n", "---\n---\n") + \
                self.r.choice(parts).lstrip("\ufeff")
        return {"r.yaml": text,
                "kustomization.yaml": y({"resources": [
                    "r.yaml", "s.yaml"]}), "s.yaml": y(conf("s"))}

    def fields(self):
        """A kustomization whose fields have odd types or places."""
        k = {"resources": ["r.yaml"]}
        odd = [("namePrefix", [1, True, None, "", [], "yes"]),
               ("namespace", [1, None, "", {}, "x"]),
               ("commonLabels", [{"a": 1}, {"a": None}, {"a": True}, {}, [],
                                 None, {"a": "yes"}]),
               ("commonAnnotations", [{"a": "1"}, {"a": 1.0}, None]),
               ("resources", [["r.yaml", "r.yaml"], ["./r.yaml"], None, [],
                              ["r.yaml", None], [1], "r.yaml", ["."],
                              ["sub"], ["sub/"], ["./sub/../r.yaml"],
                              ["r.yaml", "nope.yaml"], [""]]),
               ("images", [[], None, [{"name": "x", "newTag": 1}], [None],
                           {"name": "x"}, [{"nme": "x"}]]),
               ("replicas", [[{"name": "x", "count": "2"}], [],
                             [{"name": "d", "count": 3}],
                             [{"name": "d"}], None]),
               ("patches", [[], None, [{}], [{"path": ""}],
                            [{"patch": "kind: X"}], ["p.yaml"]]),
               ("apiVersion", ["kustomize.config.k8s.io/v1beta1", "v1",
                               "kustomize.config.k8s.io/v1", "", None]),
               ("kind", ["Kustomization", "Component", "X", "", None]),
               ("Resources", [["r.yaml"]]), ("nameprefix", ["p-"]),
               ("unknown", [1]), ("metadata", [{"name": "x"}, None, {"x": 1}]),
               ("labels", [[{"pairs": {"a": "b"}}], [{}], None,
                           [{"pairs": {"a": "b"}, "includeSelectors": True}],
                           [{"pairs": {"a": 1}}]]),
               ("sortOptions", [{"order": "odd"}, {}, {"order": "fifo"},
                                {"order": "fifo", "legacySortOptions": {}}]),
               ("openapi", [{"version": "v1.21.2"}, {"version": "v9"}, {}]),
               ("bases", [["sub"], None]), ("components", [["sub"], None]),
               ("vars", [[{"name": "A", "objref": {
                   "kind": "ConfigMap", "name": "r", "apiVersion": "v1"}}],
                   [{}], None]),
               ("generatorOptions", [None, {}, {"labels": 1}]),
               ("configMapGenerator", [[{"name": "x", "literals": ["a=1"]}],
                                       [{}], None, [{"name": "x"}]])]
        for key, values in self.r.sample(odd, self.r.randint(1, 3)):
            for other in [o for o in k if o.lower() == key.lower()]:
                del k[other]
            k[key] = self.r.choice(values)
        text = y(k) if self.some(0.7) else self.block(k).lstrip("\n")
        return {"kustomization.yaml": text, "r.yaml": y(conf("r")) + "---\n" + y(
            {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "d"}, "spec": {"template": {"spec": {
                 "containers": [{"name": "c", "image": "x:1"}]}}}}),
            "sub/kustomization.yaml": y({"resources": ["t.yaml"]}),
            "sub/t.yaml": y(conf("t"))}

    def configure(self):
        """Fields of one's own, references and CRDs."""
        objects = [{"apiVersion": "x.io/v1", "kind": "X", "metadata": {
            "name": n}, "spec": {
                "ref": {"name": "c", "namespace": "n"}, "refs": ["c", "d"],
                "list": [{"ref": "c"}, {"ref": "x"}], "image": "nginx:1",
                "labels": {"k": "v"}, "replicas": 1,
                "text": "$(A) and $(B) $$(A) $(", "key": self.value(1)}}
            for n in ("x", "z")]
        objects += [conf("c", {"v": "$(A)"}), conf("d")]
        spec = self.r.choice([
            {"path": "spec/labels", "create": self.some(0.5)},
            {"path": "spec/made/here", "create": True, "kind": "X"},
            {"path": "spec/list/ref"}, {"path": "spec/list[]/labels",
                                        "create": True},
            {"path": "spec/ref", "group": "x.io"}, {"path": "spec/refs"},
            {"path": "spec/image"}, {"path": "spec/text"},
            {"path": "spec/replicas", "kind": "X"}, {"path": "data/v"},
            {"path": "metadata/labels", "create": True},
            {"path": "spec\\/image"}, {"path": "/spec/image"}])
        config = {}
        for key in self.r.sample(
                ["commonLabels", "commonAnnotations", "images", "namePrefix",
                 "nameSuffix", "namespace", "replicas", "varReference",
                 "labels", "templateLabels"], 2):
            config[key] = [spec]
        if self.some(0.6):
            config["nameReference"] = [{
                "kind": "ConfigMap", "version": self.pick("v1", None),
                "fieldSpecs": [self.r.choice([
                    {"path": "spec/ref/name", "kind": "X"},
                    {"path": "spec/ref", "kind": "X"},
                    {"path": "spec/refs", "kind": "X"},
                    {"path": "spec/list/ref", "group": "x.io"}])]}]
        if self.some(0.1):
            config["odd"] = []
        k = {"resources": ["r.yaml"], "configurations": ["c.yaml"]}
        for key, chance, value in (
                ("namePrefix", 0.6, "p-"), ("nameSuffix", 0.3, "-s"),
                ("namespace", 0.4, "ns"), ("commonLabels", 0.3, {"l": "1"}),
                ("commonAnnotations", 0.3, {"a": "1"}),
                ("images", 0.3, [{"name": "nginx", "newTag": "2"}]),
                ("replicas", 0.2, [{"name": "x", "count": 5}]),
                ("vars", 0.4, [
                    {"name": "A", "objref": {
                        "kind": "ConfigMap", "name": "c",
                        "apiVersion": "v1"}},
                    {"name": "B", "objref": {
                        "kind": "X", "name": "z", "apiVersion": "x.io/v1"},
                     "fieldref": {"fieldpath": self.pick(
                         "spec.replicas", "metadata.name", "spec.list[0].ref",
                         "spec.key", "spec.nope")}}])):
            if self.some(chance):
                k[key] = value
        files = {"c.yaml": y(config), "r.yaml": "---\n".join(
            self.block(o).lstrip("\n") for o in objects)}
        if self.some(0.3):
            k["crds"] = ["crd.json"]
            files["crd.json"] = y({"io.x.v1.X": {"Schema": {
                "properties": {
                    "apiVersion": {"type": "string"},
                    "kind": {"type": "string"},
                    "metadata": {"$ref": "k8s.io/apimachinery/pkg/apis/meta/"
                                 "v1.ObjectMeta"},
                    "spec": {"$ref": "io.x.v1.Spec"}}}},
                "io.x.v1.Spec": {"Schema": {"properties": {
                    "labels": {"x-kubernetes-label-selector": ""},
                    "key": {"x-kubernetes-annotation": ""},
                    "ref": {"x-kubernetes-object-ref-api-version": "v1",
                            "x-kubernetes-object-ref-kind": "ConfigMap"},
                    "image": {"x-kubernetes-identity": ""}}}}})
        return {**files, "kustomization.yaml": y(k)}


FAMILIES = ["merge", "json_patch", "replace", "generate", "image", "metadata",
            "load", "fields", "configure"]


def family(name, seed):
    """The files of one tree; the directory to build is its root."""
    return getattr(Draw(f"{name} {seed}"), name)()
