#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The names that gitops.yaml may hold are the same in the parser's tables, in
# the JSON Schema and in gitops.yaml(5).

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# DECODE_TEXT(struct app, name, "name"), on one line or two.
cat lib/apps/*.c | tr '\n' ' ' | grep -o 'DECODE_[A-Z]*([^)]*)' |
	sed -n 's/.*"\([A-Za-z]*\)".*/\1/p' | sort -u >"$dir/tables"
python3 - man/gitops.yaml.schema.json >"$dir/schema" <<'END'
import json
import sys


def names(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for member in schema.values():
            yield from names(member)


with open(sys.argv[1], encoding="utf-8") as file:
    print("\n".join(sorted(set(names(json.load(file))))))
END
sed -n 's/^\.It Li \([A-Za-z]*\)$/\1/p' man/gitops.yaml.5 | sort -u \
	>"$dir/page"
[ -s "$dir/tables" ] || { echo 'lib/apps: no tables'; exit 1; }

status=0
diff -u --label lib/apps --label man/gitops.yaml.schema.json \
	"$dir/tables" "$dir/schema" || status=1
diff -u --label lib/apps --label man/gitops.yaml.5 \
	"$dir/tables" "$dir/page" || status=1
exit $status
