// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/distribution/reference"
	"github.com/fluxcd/pkg/version"
	"github.com/ryanuber/go-glob"
)

const none = "-"

func show(v *semver.Version) string {
	return fmt.Sprintf("%d.%d.%d-%s+%s", v.Major(), v.Minor(), v.Patch(),
		v.Prerelease(), v.Metadata())
}

func answerVersion(args []string) string {
	v, err := semver.NewVersion(args[0])
	if err != nil {
		return none
	}
	return show(v)
}

func answerCompare(args []string) string {
	a, errA := semver.NewVersion(args[0])
	b, errB := semver.NewVersion(args[1])
	if errA != nil || errB != nil {
		return none
	}
	return strconv.Itoa(a.Compare(b))
}

func answerRange(args []string) string {
	c, err := semver.NewConstraint(args[0])
	if err != nil {
		return "error"
	}
	v, err := semver.NewVersion(args[1])
	if err != nil {
		return none
	}
	return strconv.FormatBool(c.Check(v))
}

// The highest, and of those that are equal the greatest text.
func answerSemver(args []string) string {
	c, err := semver.NewConstraint(args[0])
	if err != nil {
		return "error"
	}
	best := none
	var high *semver.Version
	for _, tag := range version.Sort(c, args[1:]) {
		v, _ := version.ParseVersion(tag)
		if high == nil {
			high, best = v, tag
		} else if v.Equal(high) && tag > best {
			best = tag
		}
	}
	return best
}

func answerGlob(args []string) string {
	return strconv.FormatBool(glob.Glob(args[0], args[1]))
}

func answerNumber(args []string) string {
	f, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return none
	}
	return strconv.FormatFloat(f, 'e', 17, 64)
}

func answerExpand(args []string) string {
	re, err := regexp.Compile(args[0])
	if err != nil {
		return "error"
	}
	at := re.FindStringSubmatchIndex(args[2])
	if at == nil {
		return none
	}
	return "=" + string(re.ExpandString(nil, args[1], args[2], at))
}

// What Flux's filterTags makes of the tags: the text that is compared, and the
// tag it comes from.  Of tags with the same text the greatest counts.
func filtered(args []string) (map[string]string, error) {
	all := map[string]string{}
	re, err := regexp.Compile(args[1])
	if err != nil {
		return nil, err
	}
	for _, tag := range args[3:] {
		value := tag
		if args[1] != "" {
			at := re.FindStringSubmatchIndex(tag)
			if at == nil {
				continue
			}
			if args[2] != "" {
				value = string(re.ExpandString(nil, args[2], tag, at))
			}
		}
		if tag > all[value] {
			all[value] = tag
		}
	}
	return all, nil
}

func answerAlphabetical(args []string) string {
	all, err := filtered(args)
	if err != nil {
		return "error"
	}
	values := []string{}
	for value := range all {
		values = append(values, value)
	}
	if len(values) == 0 {
		return none
	}
	sort.Strings(values)
	if args[0] == "asc" {
		return all[values[len(values)-1]]
	}
	return all[values[0]]
}

func answerNumerical(args []string) string {
	all, err := filtered(args)
	if err != nil {
		return "error"
	}
	best := none
	var high float64
	for value, tag := range all {
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return none
		}
		if args[0] == "desc" {
			f = -f
		}
		if best == none || f > high || (f == high && tag > best) {
			high, best = f, tag
		}
	}
	return best
}

func answerReference(args []string) string {
	named, err := reference.ParseNormalizedNamed(args[0])
	if err != nil {
		return none
	}
	tag, digest := none, none
	if t, ok := named.(reference.Tagged); ok {
		tag = t.Tag()
	}
	if d, ok := named.(reference.Digested); ok {
		digest = d.Digest().String()
	}
	return strings.Join([]string{strings.ToLower(reference.Domain(named)),
		reference.Path(named), tag, digest}, " ")
}
