// SPDX-License-Identifier: Apache-2.0

// Tables prints, as C, the tables that kustomize carries: the fields its
// transformers change, the merge keys of its OpenAPI, and the scope of kinds.
//
//	tables fieldspecs|schema|scope
//
// Test_tables.py compares the output with what is checked in.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	makers := map[string]func(){
		"fieldspecs": fieldspecs,
		"schema":     schema,
		"scope":      scope,
	}
	if len(os.Args) != 2 || makers[os.Args[1]] == nil {
		log.Fatal("usage: tables fieldspecs|schema|scope")
	}
	makers[os.Args[1]]()
}

func module(path string) (dir, version string) {
	out, err := exec.Command("go", "list", "-m", "-f",
		"{{.Dir}} {{.Version}}", path).Output()
	if err != nil {
		log.Fatalf("go list -m %s: %v", path, err)
	}
	words := strings.Fields(string(out))
	return words[0], words[1]
}

func parse(path string) *ast.File {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	return file
}

func head(what, include string, modules ...string) {
	from := ""
	for i, m := range modules {
		_, version := module(m)
		if i > 0 {
			from += " and\n * "
		}
		from += m + " " + version
	}
	fmt.Printf("/* SPDX-License-Identifier: Apache-2.0 */\n\n"+
		"/*\n * %s\n * Made by tests/peer/tables from %s.\n */\n\n"+
		"#include \"%s\"\n\n/* clang-format off */\n",
		what, from, include)
}

func quote(s string) string {
	if s == "" {
		return "NULL"
	}
	return strconv.Quote(s)
}

// ---- fieldspecs ----

type backReference struct {
	resid.Gvk
	FieldSpecs types.FsSlice `json:"fieldSpecs"`
}

type backReferences []backReference

func (b backReferences) Len() int           { return len(b) }
func (b backReferences) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b backReferences) Less(i, j int) bool { return b[i].IsLessThan(b[j].Gvk) }

// Constants is what builtinpluginconsts declares, by name.
type constants map[string]ast.Expr

func readConstants() constants {
	dir, _ := module("sigs.k8s.io/kustomize/api")
	files, err := filepath.Glob(filepath.Join(dir,
		"internal/konfig/builtinpluginconsts/*.go"))
	if err != nil || len(files) == 0 {
		log.Fatal("no default field specs: ", err)
	}
	found := constants{}
	for _, path := range files {
		ast.Inspect(parse(path), func(n ast.Node) bool {
			if value, ok := n.(*ast.ValueSpec); ok &&
				len(value.Values) == 1 {
				found[value.Names[0].Name] = value.Values[0]
			}
			return true
		})
	}
	return found
}

// Text is the value of an expression: literals, names, and "+".
func (c constants) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			log.Fatal(err)
		}
		return text
	case *ast.Ident:
		return c.text(c[e.Name])
	case *ast.BinaryExpr:
		return c.text(e.X) + c.text(e.Y)
	}
	log.Fatalf("unexpected expression %T", e)
	return ""
}

func printSpecs(name string, specs types.FsSlice) {
	fmt.Printf("\nstatic const struct fieldspec %s[] = {\n", name)
	for _, s := range specs {
		fmt.Printf("\t{ %s, %s, %s, %s, %v },\n", quote(s.Group),
			quote(s.Version), quote(s.Kind), quote(s.Path),
			s.CreateIfNotPresent)
	}
	fmt.Print("};\n")
}

func snake(camel string) string {
	out := ""
	for _, r := range camel {
		if r >= 'A' && r <= 'Z' {
			out += "_" + strings.ToLower(string(r))
		} else {
			out += string(r)
		}
	}
	return out
}

func fieldspecs() {
	head("The fields that kustomize changes by default.",
		"render/kustomize/config.h", "sigs.k8s.io/kustomize/api")
	consts := readConstants()
	all := map[string]types.FsSlice{}
	names := []string{}
	for name, expr := range consts {
		if !strings.HasSuffix(name, "FieldSpecs") ||
			name == "metadataLabelsFieldSpecs" ||
			name == "nameReferenceFieldSpecs" {
			continue
		}
		var one map[string]types.FsSlice
		err := yaml.UnmarshalStrict([]byte(consts.text(expr)), &one)
		if err != nil {
			log.Fatal(name, ": ", err)
		}
		for key, specs := range one {
			sort.Sort(specs)
			all[key] = specs
			names = append(names, key)
		}
	}
	sort.Strings(names)
	for _, key := range names {
		printSpecs(snake(key), all[key])
	}

	var refs map[string]backReferences
	err := yaml.UnmarshalStrict(
		[]byte(consts.text(consts["nameReferenceFieldSpecs"])), &refs)
	if err != nil {
		log.Fatal(err)
	}
	list := refs["nameReference"]
	sort.Sort(list)
	for i, ref := range list {
		sort.Sort(ref.FieldSpecs)
		printSpecs(fmt.Sprintf("reference_%d", i), ref.FieldSpecs)
	}
	fmt.Print("\nstatic const struct reference references[] = {\n")
	for i, ref := range list {
		fmt.Printf("\t{ %s, %s, %s, LIST(reference_%d) },\n",
			quote(ref.Group), quote(ref.Version), quote(ref.Kind), i)
	}
	fmt.Print("};\n\nconst struct config config_default = {\n")
	for _, key := range names {
		fmt.Printf("\t.%s = LIST(%s),\n", snake(key), snake(key))
	}
	fmt.Print("\t.references = LIST(references),\n};\n")
}

// ---- schema ----

const refPrefix = "#/definitions/"

type walker struct {
	definitions spec.Definitions
	merges      map[string]bool // does a list inside merge?
	open        map[string]bool
	index       map[string]int
	order       []string
}

func refName(s *spec.Schema) string {
	return strings.TrimPrefix(s.Ref.String(), refPrefix)
}

func strategy(s *spec.Schema) (merge bool, keys []string) {
	text, _ := s.Extensions["x-kubernetes-patch-strategy"].(string)
	for _, word := range strings.Split(text, ",") {
		merge = merge || word == "merge"
	}
	if text == "" {
		return false, nil
	}
	if list, ok := s.Extensions["x-kubernetes-list-map-keys"]; ok {
		for _, key := range list.([]interface{}) {
			keys = append(keys, key.(string))
		}
		return merge, keys
	}
	if key, ok := s.Extensions["x-kubernetes-patch-merge-key"]; ok {
		keys = []string{key.(string)}
	}
	return merge, keys
}

// Does a list merge in this schema, or in what it holds?
func (w *walker) matters(s *spec.Schema) bool {
	if name := refName(s); name != "" {
		return w.definitionMatters(name)
	}
	if merge, _ := strategy(s); merge {
		return true
	}
	if s.Items != nil && s.Items.Schema != nil && w.matters(s.Items.Schema) {
		return true
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil &&
		w.matters(s.AdditionalProperties.Schema) {
		return true
	}
	for _, p := range s.Properties {
		if w.matters(&p) {
			return true
		}
	}
	return false
}

func (w *walker) definitionMatters(name string) bool {
	if known, ok := w.merges[name]; ok {
		return known
	}
	if w.open[name] {
		return false
	}
	w.open[name] = true
	d := w.definitions[name]
	found := w.matters(&d)
	delete(w.open, name)
	if found || len(w.open) == 0 {
		w.merges[name] = found
	}
	return found
}

func (w *walker) number(name string) int {
	if _, ok := w.index[name]; !ok {
		w.index[name] = len(w.order)
		w.order = append(w.order, name)
	}
	return w.index[name]
}

func schema() {
	head("The merge keys of the OpenAPI that kustomize carries, "+
		openapi.GetSchemaVersion()+":\n * the definitions in which, or "+
		"below which, a list merges.", "render/kustomize/schema.h",
		"sigs.k8s.io/kustomize/kyaml")
	w := walker{
		definitions: openapi.Schema().Definitions,
		merges:      map[string]bool{},
		open:        map[string]bool{},
		index:       map[string]int{},
	}
	type typed struct{ apiVersion, kind, definition string }
	var list []typed
	for name, d := range w.definitions {
		gvks, _ := d.Extensions["x-kubernetes-group-version-kind"].([]interface{})
		for _, gvk := range gvks {
			m := gvk.(map[string]interface{})
			t := typed{m["version"].(string), m["kind"].(string), name}
			if g, _ := m["group"].(string); g != "" {
				t.apiVersion = g + "/" + t.apiVersion
			}
			if w.definitionMatters(name) {
				list = append(list, t)
			}
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].apiVersion != list[j].apiVersion {
			return list[i].apiVersion < list[j].apiVersion
		}
		return list[i].kind < list[j].kind
	})
	for _, t := range list {
		w.number(t.definition)
	}
	fields := &strings.Builder{}
	definitions := &strings.Builder{}
	n := 0
	for i := 0; i < len(w.order); i++ {
		d := w.definitions[w.order[i]]
		first := n
		n += w.printFields(fields, &d)
		fmt.Fprintf(definitions, "\t{ %d, %d, %q }, /* %d */\n", first,
			n-first, w.order[i], i)
	}
	fmt.Printf("\nstatic const struct schema_field fields[] = {\n%s};\n",
		fields)
	fmt.Printf("\nstatic const struct schema_definition definitions[] = {\n"+
		"%s};\n", definitions)
	fmt.Print("\nstatic const struct schema_type types[] = {\n")
	for _, t := range list {
		fmt.Printf("\t{ %q, %q, %d },\n", t.apiVersion, t.kind,
			w.index[t.definition])
	}
	fmt.Print("};\n\nconst struct schema_tables schema_default = {\n" +
		"\t.fields = fields,\n\t.definitions = definitions,\n" +
		"\t.n_definitions = ARRAY_LEN(definitions),\n" +
		"\t.types = types,\n\t.n_types = ARRAY_LEN(types),\n};\n")
}

func (w *walker) printFields(out *strings.Builder, d *spec.Schema) int {
	names := []string{}
	for name := range d.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	n := 0
	for _, name := range names {
		p := d.Properties[name]
		if !w.matters(&p) {
			continue
		}
		merge, keys := strategy(&p)
		list := p.Items != nil && p.Items.Schema != nil
		of := &p
		if list {
			of = p.Items.Schema
		}
		if p.AdditionalProperties != nil && p.AdditionalProperties.Schema != nil &&
			w.matters(p.AdditionalProperties.Schema) {
			log.Fatalf("%s: a map whose values merge", name)
		}
		inner := -1
		if ref := refName(of); ref != "" && w.definitionMatters(ref) {
			inner = w.number(ref)
		}
		for len(keys) < 3 {
			keys = append(keys, "")
		}
		fmt.Fprintf(out, "\t{ %q, %d, %v, %v, { %s, %s, %s } },\n", name,
			inner, list, merge, quote(keys[0]), quote(keys[1]),
			quote(keys[2]))
		n++
	}
	return n
}

// ---- scope ----

func scope() {
	head("The kinds whose scope kustomize knows: true, they live in no namespace.",
		"render/kustomize/schema.h", "sigs.k8s.io/kustomize/kyaml")
	dir, _ := module("sigs.k8s.io/kustomize/kyaml")
	seen := map[kyaml.TypeMeta]bool{}
	// The table that comes first, and the types of the OpenAPI.
	ast.Inspect(parse(filepath.Join(dir, "openapi/openapi.go")),
		func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || len(lit.Elts) != 2 {
				return true
			}
			var t kyaml.TypeMeta
			for _, e := range lit.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				text, ok := pair.Value.(*ast.BasicLit)
				if !ok {
					return true
				}
				value, _ := strconv.Unquote(text.Value)
				switch pair.Key.(*ast.Ident).Name {
				case "APIVersion":
					t.APIVersion = value
				case "Kind":
					t.Kind = value
				}
			}
			seen[t] = true
			return true
		})
	for _, d := range openapi.Schema().Definitions {
		gvks, _ := d.Extensions["x-kubernetes-group-version-kind"].([]interface{})
		for _, gvk := range gvks {
			m := gvk.(map[string]interface{})
			t := kyaml.TypeMeta{APIVersion: m["version"].(string),
				Kind: m["kind"].(string)}
			if g, _ := m["group"].(string); g != "" {
				t.APIVersion = g + "/" + t.APIVersion
			}
			seen[t] = true
		}
	}
	var list []kyaml.TypeMeta
	for t := range seen {
		if _, known := openapi.IsNamespaceScoped(t); t.Kind != "" && known {
			list = append(list, t)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].APIVersion != list[j].APIVersion {
			return list[i].APIVersion < list[j].APIVersion
		}
		return list[i].Kind < list[j].Kind
	})
	fmt.Print("\nconst struct scope_type scope_default[] = {\n")
	for _, t := range list {
		fmt.Printf("\t{ %q, %q, %v },\n", t.APIVersion, t.Kind,
			openapi.IsCertainlyClusterScoped(t))
	}
	fmt.Print("};\n\nconst size_t scope_n_default = " +
		"ARRAY_LEN(scope_default);\n")
}
