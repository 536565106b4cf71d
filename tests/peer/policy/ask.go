// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand"
	"strings"
)

var questions = []question{
	{"version", askVersion, answerVersion},
	{"compare", askCompare, answerCompare},
	{"range", askRange, answerRange},
	{"range", askRange, answerRange},
	{"semver", askSemver, answerSemver},
	{"glob", askGlob, answerGlob},
	{"number", askNumber, answerNumber},
	{"expand", askExpand, answerExpand},
	{"alphabetical", askOrder, answerAlphabetical},
	{"numerical", askOrder, answerNumerical},
	{"reference", askReference, answerReference},
	{"reference", askReference, answerReference},
}

func pick(r *rand.Rand, from ...string) string {
	return from[r.Intn(len(from))]
}

// Some of these, one after the other.
func some(r *rand.Rand, most int, from ...string) string {
	var b strings.Builder
	for n := r.Intn(most + 1); n > 0; n-- {
		b.WriteString(pick(r, from...))
	}
	return b.String()
}

// A text with, now and then, a slip in it.
func spoil(r *rand.Rand, text string) string {
	if r.Intn(8) > 0 || len(text) == 0 {
		return text
	}
	at := r.Intn(len(text))
	switch r.Intn(3) {
	case 0:
		return text[:at] + text[at+1:]
	case 1:
		return text[:at] + pick(r, ".", "-", "0", "x", "+", " ", "v",
			"_", ",", "|", ":", "/", "@", "A", "*", "=") + text[at:]
	default:
		return text[:at] + text[at:] + text[at:]
	}
}

func number(r *rand.Rand) string {
	return pick(r, "0", "1", "2", "3", "4", "10", "11", "007", "2024",
		"18446744073709551615", "18446744073709551616")
}

func small(r *rand.Rand) string {
	return pick(r, "0", "1", "2", "3")
}

func prerelease(r *rand.Rand) string {
	part := func() string {
		return pick(r, "alpha", "beta", "rc", "1", "2", "10", "0", "01",
			"a-b", "-", "0a", "X")
	}
	text := "-" + part()
	for r.Intn(2) == 0 {
		text += "." + part()
	}
	return text
}

func written(r *rand.Rand, digits func(*rand.Rand) string) string {
	text := pick(r, "", "", "v") + digits(r)
	for n := r.Intn(5); n > 0 && n != 4; n-- {
		text += "." + digits(r)
	}
	if r.Intn(3) == 0 {
		text += prerelease(r)
	}
	if r.Intn(6) == 0 {
		text += "+" + pick(r, "a", "001", "b.1", "-")
	}
	return text
}

func wild(r *rand.Rand) string {
	return pick(r, "0", "1", "2", "3", "x", "*", "X")
}

func term(r *rand.Rand) string {
	digits := small
	if r.Intn(4) == 0 {
		digits = wild
	}
	if r.Intn(6) == 0 {
		return written(r, digits) + pick(r, " - ", "  -  ", "-", " -") +
			written(r, digits)
	}
	return pick(r, "", "=", "!=", ">", ">=", "=>", "<", "<=", "=<", "~",
		"~>", "^", "^", "~") + pick(r, "", "", " ") + written(r, digits)
}

func constraint(r *rand.Rand) string {
	text := pick(r, "", "", "", " ") + term(r)
	for r.Intn(2) == 0 {
		text += pick(r, " ", ", ", ",", " , ", " || ", "||", "  ") +
			term(r)
	}
	return spoil(r, text+pick(r, "", "", "", " "))
}

func tag(r *rand.Rand) string {
	if r.Intn(2) == 0 {
		return written(r, small)
	}
	return pick(r, "main", "dev", "latest", "") + pick(r, "", "-") +
		some(r, 4, "a", "b", "1", "2", "0", "-", ".", "_")
}

func tags(r *rand.Rand, one func(*rand.Rand) string) []string {
	list := []string{}
	for n := r.Intn(8); n > 0; n-- {
		if tag := one(r); tag != "" {
			list = append(list, tag)
		}
	}
	return list
}

func askVersion(r *rand.Rand) []string {
	return []string{spoil(r, written(r, number))}
}

func askCompare(r *rand.Rand) []string {
	return []string{written(r, small), written(r, small)}
}

func askRange(r *rand.Rand) []string {
	return []string{constraint(r), written(r, small)}
}

// A version that Flux takes for one: three parts.
func full(r *rand.Rand) string {
	if r.Intn(4) == 0 {
		return tag(r)
	}
	text := pick(r, "", "", "v") + small(r) + "." + small(r) + "." + small(r)
	if r.Intn(4) == 0 {
		text += prerelease(r)
	}
	return text
}

// Mostly something that holds for some.
func askSemver(r *rand.Rand) []string {
	text := constraint(r)
	if r.Intn(3) > 0 {
		text = pick(r, ">=", ">", "<", "<=", "!=", "^", "~", "") +
			pick(r, "0", "1", "2", "1.1", "0.2", "0-0", "1.0.0-rc", "*")
	}
	return append([]string{text}, tags(r, full)...)
}

func askGlob(r *rand.Rand) []string {
	return []string{some(r, 6, "*", "*", "a", "b", "-", "1"),
		some(r, 8, "a", "b", "-", "1")}
}

func float(r *rand.Rand) string {
	switch r.Intn(6) {
	case 0:
		return pick(r, "inf", "-Inf", "+infinity", "NaN", "+nan", "1e400",
			"1e-400", ".", "", "0x", "1e", "0x1", "-", "infinit")
	case 1:
		return pick(r, "", "-", "+") + pick(r, "0x", "0X") +
			some(r, 4, "0", "9", "f", "A", "_", ".") +
			pick(r, "", "p", "P") + pick(r, "", "-", "+") +
			some(r, 2, "1", "2", "_")
	case 2:
		return fmt.Sprintf("%d%02d%02d", 2000+r.Intn(30), 1+r.Intn(12),
			1+r.Intn(28)) + pick(r, "", ".1", ".10", "T")
	default:
		return pick(r, "", "-", "+", "") +
			some(r, 5, "0", "1", "9", "25", "_", ".") +
			pick(r, "", "", "e", "E") + pick(r, "", "-", "+", "") +
			some(r, 2, "1", "2", "_")
	}
}

func askNumber(r *rand.Rand) []string {
	return []string{float(r)}
}

func pattern(r *rand.Rand) string {
	atom := func() string {
		return pick(r, "a", "b", "1", "-", ".", "[ab]", "[^-]", "[0-9]",
			"\\d", "\\w", "\\.", "[a-z0-9]")
	}
	var b strings.Builder
	b.WriteString(pick(r, "", "", "^"))
	for n := 1 + r.Intn(5); n > 0; n-- {
		piece := atom()
		switch r.Intn(4) {
		case 0:
			piece = pick(r, "(", "(?:", "(?P<ts>", "(?P<b2>") + piece +
				pick(r, "", "+", "|"+atom(), "*") + ")"
		case 1:
			piece += pick(r, "|"+atom(), "{1,2}", "{2}", "??", "+?")
		}
		b.WriteString(piece + pick(r, "", "", "", "+", "*", "?"))
	}
	b.WriteString(pick(r, "", "", "$"))
	return b.String()
}

func template(r *rand.Rand) string {
	return some(r, 4, "$1", "${1}", "$2", "$ts", "${ts}", "$b2", "$0", "$",
		"$$", "${", "}", "x", "-", "$1x", "${1}0", "$01", "${ts", "_", "$9")
}

func askExpand(r *rand.Rand) []string {
	return []string{pattern(r), template(r),
		some(r, 8, "a", "b", "1", "2", "-", ".")}
}

func askOrder(r *rand.Rand) []string {
	one := func(r *rand.Rand) string {
		return pick(r, "main-", "dev-", "") +
			some(r, 3, "1", "2", "10", "20240131", "007") +
			pick(r, "", "", "", "-a", "-b")
	}
	filter, extract := "", ""
	if r.Intn(4) > 0 {
		filter = pick(r, "^main-(?P<ts>[0-9]+)", "(\\d+)$",
			"^(main|dev)-(?P<ts>.*)$", "[a-z]+-(?P<ts>\\d)", "(", "a|b")
		extract = pick(r, "$ts", "$1", "${ts}.5", "", "$2", "1$1")
	}
	return append([]string{pick(r, "asc", "desc"), filter, extract},
		tags(r, one)...)
}

func hex(r *rand.Rand, n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[r.Intn(16)]
	}
	return string(b)
}

func askReference(r *rand.Rand) []string {
	text := pick(r, "", "", "ghcr.io/", "localhost/", "localhost:5000/",
		"docker.io/", "index.docker.io/", "registry-1.docker.io/", "acme/",
		"Host/", "[::1]:5000/", "[2001:db8::1]/", "10.0.0.1:80/", "a_b/",
		"a_b.c/", "-x.y/", "x-.y/", "host:/", "Reg.example.com:443/")
	text += pick(r, "", "", "acme/", "library/", "a/b/c/", "x__y/", "a--b/")
	text += pick(r, "nginx", "web", "a.b", "a..b", "a_b", "a___b", "a-", "Web",
		"w", hex(r, 64), "a__b", "a.-b", strings.Repeat("a", 250))
	text += pick(r, "", "", ":1.4", ":latest", ":_x", ":-x", ":.x", ":A",
		":"+strings.Repeat("t", 127+r.Intn(3)), ":", ":1+2")
	switch r.Intn(4) {
	case 0:
		text += "@sha256:" + hex(r, 64)
	case 1:
		text += "@" + pick(r, "sha512:"+hex(r, 128), "sha256:"+hex(r, 63),
			"md5:"+hex(r, 32), "sha256:"+strings.ToUpper(hex(r, 64)),
			"", "sha384:"+hex(r, 96), hex(r, 64))
	}
	return []string{spoil(r, text)}
}
