// SPDX-License-Identifier: Apache-2.0

// Questions about versions, patterns and references, chosen at random, with
// the answers of the libraries that Flux is made of:
//
//	policy N SEED
//
// prints N lines, "kind TAB argument... US answer", for test_policy.py.
// Flux's own packages are internal: what they do between these libraries, a
// few lines each, is in choose.go.
package main

import (
	"bufio"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

type question struct {
	kind   string
	ask    func(r *rand.Rand) []string
	answer func(args []string) string
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: policy N SEED")
		os.Exit(2)
	}
	n, _ := strconv.Atoi(os.Args[1])
	seed, _ := strconv.ParseInt(os.Args[2], 10, 64)
	r := rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for i := 0; i < n; i++ {
		q := questions[i%len(questions)]
		args := q.ask(r)
		fmt.Fprintf(out, "%s\t%s\x1f%s\n", q.kind,
			strings.Join(args, "\t"), q.answer(args))
	}
}
