// SPDX-License-Identifier: Apache-2.0

// Ask for the variables of texts and objects at random, and answer as Flux
// does: "QUESTION\x1fANSWER" a line, both JSON, the answer null where it errs.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/yaml"
)

type question struct {
	Vars   map[string]string `json:"vars"`
	Text   string            `json:"text,omitempty"`
	Object map[string]any    `json:"object,omitempty"`
}

var random *rand.Rand

func pick(from ...string) string {
	return from[random.Intn(len(from))]
}

func word() string {
	var out strings.Builder
	for n := 1 + random.Intn(3); n > 0; n-- {
		out.WriteString(pick("a", "b", "c", "ab", "B", "1", "-", ".", "/", " ",
			"é", "\\/", "\\\\", "$", "$$", ":"))
	}
	return out.String()
}

func pattern() string {
	var out strings.Builder
	for n := 1 + random.Intn(4); n > 0; n-- {
		out.WriteString(pick("a", "b", "c", "*", "?", "[a-c]", "[^a]", "/", "\\*",
			"[b", "."))
	}
	return out.String()
}

func name() string {
	return pick("a", "b", "c", "empty", "word", "path", "long_name", "none", "_1")
}

func number() string {
	return pick("0", "1", "2", "3", "7", "100", "-1", "-2", "x", "+1")
}

// What stands between the name and "}".
func operation(depth int) string {
	inner := func(plain string) string {
		if depth < 3 && random.Intn(4) == 0 {
			return expression(depth + 1)
		}
		return plain
	}
	switch random.Intn(16) {
	case 0, 1, 2, 3:
		return ""
	case 4, 5:
		return pick(":=", ":-", "=") + inner(word()) + pick("", inner(word()))
	case 6:
		return ":" + inner(number())
	case 7:
		return ":" + inner(number()) + pick(":", "::") + inner(number())
	case 8:
		return pick("^", "^^", ",", ",,", "^,")
	case 9, 10:
		return pick("/", "//", "/#", "/%") + inner(word()) + "/" + inner(word())
	case 11:
		return pick("/", "//", "/#", "/%") + inner(word()) + "/"
	case 12, 13:
		return pick("#", "##") + inner(pattern())
	case 14:
		return pick("%", "%%") + inner(pattern())
	}
	return pick("-", "?", "+", ":?", ":+", ":", "/", "#", "@", " ", "!", "[0]") +
		pick("", word())
}

func expression(depth int) string {
	if random.Intn(20) == 0 {
		return pick("${}", "${", "${#}", "${a", "${ a}", "${-x}", "${1}", "$a")
	}
	if random.Intn(10) == 0 {
		return "${#" + name() + "}"
	}
	return "${" + name() + operation(depth) + "}"
}

func template() string {
	var out strings.Builder
	for n := 1 + random.Intn(3); n > 0; n-- {
		out.WriteString(pick("", "", "x", "$", "$$", "$$$", " ", "}", "a b", "\\"))
		out.WriteString(expression(0))
	}
	out.WriteString(pick("", "", "y", "$", "$$", "}"))
	return out.String()
}

func value() string {
	return pick("", "a", "ab", "abcabc", "ABC", "a/b/c", "aéc", "1", "010", "1.10",
		"1e3", "yes", "no", "on", "true", "~", "null", "2024-01-01", "0x1f",
		"[a, b]", "{a: 1}", "a: b", "a # b", "'a'", "\"", "- a", "*a", "1_000",
		"12345678901234567890", "0o17", ".5", "!x", "@", "%", "a,b", "=", "<<",
		"11:30", "a\tb")
}

func ask() question {
	vars := map[string]string{}
	for _, name := range []string{"a", "b", "c", "word", "path", "long_name"} {
		if random.Intn(6) > 0 {
			vars[name] = value()
		}
	}
	vars["empty"] = ""
	if random.Intn(3) > 0 {
		return question{Vars: vars, Text: template()}
	}
	return question{Vars: vars, Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"name": "x-" + expression(3)},
		"data": map[string]any{
			"one":                   "${" + name() + "}",
			"two":                   template(),
			"key-${" + name() + "}": pick("yes", "010", "1.10", "~", "a b", ""),
			"text": "first\n  ${" + name() + "}\n" +
				pick("", "long line ", strings.Repeat("a long line ", 12)) +
				"${" + name() + ":=and\nmore}\n",
			"number": random.Intn(100),
			"list":   []any{"${" + name() + "}", true, 1.5, nil},
		},
	}}
}

func answer(q question) (any, error) {
	find := func(name string) (string, bool) {
		value, there := q.Vars[name]
		return value, there
	}
	if q.Object == nil {
		return envsubst.Eval(q.Text, find)
	}
	asJSON, err := json.Marshal(q.Object)
	if err != nil {
		return nil, err
	}
	printed, err := yaml.JSONToYAML(asJSON)
	if err != nil {
		return nil, err
	}
	text, err := envsubst.Eval(string(printed), find)
	if err != nil {
		return nil, err
	}
	asJSON, err = yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(asJSON, &out)
	return out, err
}

// main N SEED
func main() {
	n, _ := strconv.Atoi(os.Args[1])
	seed, _ := strconv.ParseInt(os.Args[2], 10, 64)
	random = rand.New(rand.NewSource(seed))
	for ; n > 0; n-- {
		q := ask()
		result, err := answer(q)
		if err != nil {
			result = nil
		}
		asked, _ := json.Marshal(q)
		answered, _ := json.Marshal(result)
		fmt.Printf("%s\x1f%s\n", asked, answered)
	}
}
