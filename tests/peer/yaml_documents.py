# SPDX-License-Identifier: Apache-2.0
"""Random YAML resources, the same for the same seed.

Every document is one resource of a made-up kind whose `spec` holds values in
every style YAML has.  Most are valid; a few hold what kustomize refuses, and
then gitops has to refuse it, too.
"""

import random

KIND = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: {name}\n"

WORDS = """true True TRUE false False no No NO yes Yes on off y n Y N null
Null ~ nan .nan .inf -.inf Infinity << = - -- --- ... ? : :: , [ ] { } & * ! |
> % @ ` # a# #a a:b a: :a http://x:80/y?z=1&w=2 12:30 1:2:3 190:20:30.15
2001-01-01 2001-1-1 2001-13-01 2001-01-01T00:00:00Z 0x1F 0o17 0b101 017 08 1e3
1.5 .5 1. -1 +1 1_000 1e400 0x 0b 0o 1.2.3 v1.2.3 sha256:abcd $(VAR) ${VAR}
{{.x}} key=value 100m 5Gi *a &b !c !!str |- >- @x %y 'q' "d" it's \\ \\n C:\\x
é 日本 \U0001f600 \u00a0 \u200b \ufeff \ufeffx x\ufeff \u202e \ue000 \ufffd
""".split()

CHARS = "aZ09 .:-_#,[]{}&*!|>'\"%@`?~=<$/\\+()^;"
ODD = "\t\r\n\x00\x07\x1b\u00a0\u00e9\u2028\u65e5\ufeff\U0001f600"
NUMERIC = "0123456789.-+_eExXob:TZaf"


def text(rng):
    """A string of any kind."""
    kind = rng.randrange(12)
    if kind < 3:
        return rng.choice(WORDS)
    if kind < 5:
        return "".join(rng.choice(CHARS) for _ in range(rng.randrange(12)))
    if kind == 5:
        return "".join(rng.choice(CHARS + ODD)
                       for _ in range(rng.randrange(10)))
    if kind == 6:
        return "".join(rng.choice(NUMERIC) for _ in range(rng.randrange(9)))
    if kind < 9:
        return sentence(rng)
    return lines(rng)


def sentence(rng):
    """Long enough to be wrapped, with runs of spaces."""
    out = []
    for _ in range(rng.randrange(1, 40)):
        out.append(rng.choice(WORDS) if rng.randrange(4) == 0 else
                   rng.choice(["word", "é", "x" * rng.randrange(1, 30)]))
        out.append(" " * (1 if rng.randrange(6) else rng.randrange(4)))
    if rng.randrange(3):
        out.pop()
    return "".join(out)


def lines(rng):
    """Several lines, some indented, some with blanks at an end."""
    out = []
    for _ in range(rng.randrange(1, 7)):
        line = rng.choice(["", "a", "b c", "- x", "# y", "k: v", "é", "\ttab",
                           "  two", " one", "end ", "word " * 20 + "end"])
        out.append(line)
    return "\n".join(out) + "\n" * rng.choice([0, 1, 1, 1, 2, 3])


def number(rng):
    kind = rng.randrange(8)
    if kind == 0:
        return str(rng.randrange(-10**rng.randrange(1, 19),
                                 10**rng.randrange(1, 19)))
    if kind == 1:
        return repr(rng.uniform(-10, 10) * 10.0**rng.randrange(-20, 25))
    if kind == 2:
        return repr(2.0**rng.randrange(-1074, 1024))
    if kind == 3:
        return "%d.%de%d" % (rng.randrange(100), rng.randrange(1000),
                             rng.randrange(-12, 25))
    if kind == 4:
        return rng.choice(["0x%x", "0o%o", "0%o", "-0x%X"]) % \
            rng.randrange(2**rng.randrange(1, 62))
    if kind == 5:
        return rng.choice(["1_000", "0b1_01", "-0b11", "+7", "+.5", "-.5e3",
                           "1.", "08", "09.5", "00", "-0", "-0.0", "0e0",
                           "1e21", "1e20", "9007199254740993.0", "0b-1",
                           "123456.5", "1234567.5", "0.0001", "0.00001"])
    if kind == 6:
        return "%04d-%d-%02d%s" % (rng.randrange(10000), rng.randrange(1, 13),
                                   rng.randrange(1, 29), rng.choice(
            ["", "T01:02:03Z", "t1:2:3.450+01:30", " 23:59:59",
             " 1:2:3.1234567891", "T00:00:00-00:30", "T00:00:00"]))
    return "%.*g" % (rng.randrange(1, 18), rng.uniform(0, 1) *
                     10.0**rng.randrange(-8, 24))


def double_quoted(value, rng):
    known = {"\0": "\\0", "\a": "\\a", "\x1b": "\\e", "\n": "\\n",
             "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    out = []
    for c in value:
        if c in known:
            out.append(known[c])
        elif c in "\u2028\ufeff" or rng.randrange(30) == 0:
            code = ord(c)
            out.append("\\x%02x" % code if code < 256 else
                       "\\u%04x" % code if code < 65536 else "\\U%08x" % code)
        else:
            out.append(c)
    return '"' + "".join(out) + '"'


def can_be_single_quoted(value):
    return all(c >= " " and c not in "\u2028\ufeff" for c in value)


def can_be_plain(value, flow):
    if not can_be_single_quoted(value) or value != value.strip(" "):
        return False
    if not value or value[0] in "#,[]{}&*!|>'\"%@`?:-" or "\u00a0" in value:
        return False
    if ": " in value or " #" in value or value.endswith(":"):
        return False
    return not value.startswith("...") and \
        not (flow and any(c in ",[]{}:?#" for c in value))


def can_be_literal(value):
    return "\n" in value and all(
        c >= " " or c in "\n\t" for c in value) and not any(
        c in value for c in "\u2028\ufeff") and value.strip("\n ") != ""


def block(value, indent, mark):
    """A literal or folded scalar of these lines."""
    head = mark
    if value[0] in " \n\t":
        head += "2"
    tail = len(value) - len(value.rstrip("\n"))
    head += ["-", "", "+"][min(tail, 2)]
    body = value if tail else value + "\n"
    pad = " " * indent
    return head + "\n" + "".join(
        pad + line + "\n" if line else "\n"
        for line in body[:-1].split("\n"))


def scalar(rng, indent, flow):
    """One scalar; block scalars end with their own line end."""
    if rng.randrange(3) == 0:
        return number(rng)
    value = text(rng)
    if not flow and can_be_literal(value) and rng.randrange(2):
        return block(value, indent, rng.choice("||>"))
    if can_be_plain(value, flow) and rng.randrange(3):
        return value
    if can_be_single_quoted(value) and rng.randrange(2):
        return "'" + value.replace("'", "''") + "'"
    return double_quoted(value, rng)


def natural_less(a, b):
    """yaml.v2's order of keys."""
    for i in range(min(len(a), len(b))):
        if a[i] == b[i]:
            continue
        al, bl = a[i].isalpha(), b[i].isalpha()
        if al and bl:
            return a[i] < b[i]
        if al or bl:
            return bl
        an = bn = 0
        if "0" in (a[i], b[i]):
            j = i - 1
            while j >= 0 and a[j].isdigit():
                if a[j] != "0":
                    an = bn = 1
                    break
                j -= 1
        ai = bi = i
        while ai < len(a) and a[ai].isdigit():
            an, ai = an * 10 + int(a[ai]), ai + 1
        while bi < len(b) and b[bi].isdigit():
            bn, bi = bn * 10 + int(b[bi]), bi + 1
        if an != bn:
            return an < bn
        if ai != bi:
            return ai < bi
        return a[i] < b[i]
    return len(a) < len(b)


def is_total(keys):
    """Where the order has a cycle, kustomize prints what it likes."""
    return not any(natural_less(a, b) and natural_less(b, c) and
                   not natural_less(a, c)
                   for a in keys for b in keys for c in keys)


def keys(rng, n):
    out = []
    while len(out) < n:
        if rng.randrange(2):
            key = "".join(rng.choice("abAB019.-_/ éß日λ")
                          for _ in range(rng.randrange(1, 6)))
        else:
            key = text(rng)
        if rng.randrange(60) == 0:
            key = "k" * rng.randrange(120, 140)
        if key in out or key == "<<" or "\0" in key or "\u2028" in key or \
                len(key) > 400 or not is_total(out + [key]):
            continue
        out.append(key)
    return out


def key(value, rng, flow):
    odd = any(c < " " or c in "\u2028\ufeff" for c in value)
    if not odd and can_be_plain(value, flow) and not looks_typed(value):
        return value
    if can_be_single_quoted(value) and rng.randrange(2):
        return "'" + value.replace("'", "''") + "'"
    return double_quoted(value, rng)


def looks_typed(value):
    return value[:1] in "0123456789.+-~" or value.lower() in (
        "true", "false", "null")


class Generator:
    """One document's worth of state: its anchors."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.anchors = []  # (name, is a mapping), of finished values
        self.named = 0

    def anchor(self, mapping):
        if self.rng.randrange(12):
            return ""
        name = "a%d" % self.named
        self.named += 1
        self.pending = (name, mapping)
        return "&" + name + " "

    def comment(self):
        return "" if self.rng.randrange(15) else "  # a comment"

    def flow(self, depth):
        rng = self.rng
        kind = rng.randrange(4) if depth > 0 else 3
        if kind == 0:
            return "[" + ", ".join(self.flow(depth - 1) for _ in
                                   range(rng.randrange(4))) + "]"
        if kind == 1:
            items = []
            for k in keys(rng, rng.randrange(4)):
                k = key(k, rng, True)
                value = "" if rng.randrange(8) == 0 else self.flow(depth - 1)
                items.append(f"{k}: {value}" if len(k) < 900 else "")
            return "{" + ", ".join(items) + "}"
        return scalar(rng, 0, True)

    def value(self, indent, depth):
        """What follows "key:" or "-", with its line end."""
        rng = self.rng
        kind = rng.randrange(10) if depth > 0 else 9
        if kind == 0 and self.anchors:
            return " *" + rng.choice(self.anchors)[0] + "\n"
        if kind == 1:
            return " " + self.flow(3) + self.comment() + "\n"
        if kind == 2:
            return self.comment() + "\n"
        if kind in (3, 4, 5):
            return self.mapping(indent, depth - 1)
        if kind in (6, 7):
            return self.sequence(indent, depth - 1)
        return self.scalar(indent)

    def scalar(self, indent):
        before = self.anchor(False)
        tag = self.rng.choice([""] * 30 + ["!!str ", "! ", "!x "])
        out = scalar(self.rng, indent + 2, False)
        if before:
            self.anchors.append(self.pending)
        return " " + before + tag + out + ("" if out.endswith("\n") else
                                           self.comment() + "\n")

    def mapping(self, indent, depth):
        rng = self.rng
        before = self.anchor(True).rstrip()
        pending = self.pending if before else None
        pad = " " * indent
        out = (" " + before if before else "") + self.comment() + "\n"
        merges = [name for name, mapping in self.anchors if mapping]
        names = keys(rng, rng.randrange(1, 6))
        if merges and rng.randrange(3) == 0:
            chosen = ["*" + rng.choice(merges)
                      for _ in range(rng.randrange(1, 3))]
            out += pad + "<<: " + (chosen[0] if len(chosen) == 1 else
                                   "[" + ", ".join(chosen) + "]") + "\n"
            names = names[:1]
        for name in names:
            name = key(name, rng, False)
            if len(name) > 100:
                out += pad + "? " + name + "\n" + pad + ":"
            else:
                out += pad + name + ":"
            out += self.value(indent + 2, depth)
        if pending:
            # What was merged itself is not merged again: kustomize makes ""
            # of a null that comes in by two merges.
            self.anchors.append((pending[0], "<<: " not in out))
        return out

    def sequence(self, indent, depth):
        rng = self.rng
        before = self.anchor(False).rstrip()
        pending = self.pending if before else None
        indent += rng.choice([0, 0, 0, 2])
        pad = " " * indent
        out = (" " + before if before else "") + self.comment() + "\n"
        for _ in range(rng.randrange(1, 5)):
            value = self.value(indent + 2, depth)
            inside = "\n" + pad + "  "
            if value.startswith(inside) and value[len(inside)] != " " and \
                    rng.randrange(2):
                value = " " + value[len(inside):]
            out += pad + "-" + value
        if pending:
            self.anchors.append(pending)
        return out


def annotations(rng):
    """Any scalars: kustomize takes them as they are spelled.  But it cannot
    write a line that begins with a tab."""
    out = "  annotations:\n"
    for i in range(rng.randrange(4)):
        value = rng.choice(["", "~", "null", "!!str", "'x'"]) \
            if rng.randrange(4) == 0 else scalar(rng, 6, False)
        if "\t" in value.replace("\\t", "\t"):
            continue
        out += f"    example.com/a{i}: {value}".rstrip("\n") + "\n"
    return out


def document(seed, name):
    generator = Generator(seed)
    rng = generator.rng
    out = KIND.format(name=name)
    if rng.randrange(3) == 0:
        out += annotations(rng)
    out += "spec:" + generator.mapping(2, 4)
    return out.replace("\n", "\r\n") if rng.randrange(8) == 0 else out
