package main

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// row is a line of the table, as it is printed.
type row struct{ ratio, spread, what, value, beside, target, met string }

// rows are those of all specs. What was not measured has a row that says so.
func rows(results []result) []row {
	var out []row
	for _, s := range specs {
		whole := regexp.MustCompile("^" + s.bench + "$")
		found := false
		for _, r := range results {
			m := whole.FindStringSubmatchIndex(r.name)
			if m == nil {
				continue
			}
			r = together(r)
			if _, measured := r.values[s.value]; !measured {
				continue
			}
			found = true
			out = append(out, s.row(r, words(string(whole.ExpandString(nil, s.what, r.name, m)))))
		}
		if !found {
			out = append(out, row{what: words(placeholder.ReplaceAllString(s.what, "…")), value: "not here", met: "–"})
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\$\d`)

// words turns a benchmark's name back into what was typed.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// together adds what follows from a result's values.
func together(r result) result {
	lists, counted := r.values["ls-remote/h"]
	if counted {
		r.values = maps.Clone(r.values)
		r.values["processes/h"] = lists + r.values["tmux/h"]
	}
	return r
}

func (s spec) row(r result, what string) row {
	value := r.values[s.value]
	out := row{what: what, value: amount(value, s.value), target: s.target.text, met: "–"}
	other, both := r.values[s.beside]
	if both {
		out.beside = fmt.Sprintf("%s: %s", amount(other, s.beside), s.against)
	} else if s.beside != "" {
		out.beside = "not here: " + s.against
	}
	low, middle, high := r.values[s.ratio+"-q1"], r.values[s.ratio+"-q2"], r.values[s.ratio+"-q3"]
	switch single, ok := r.values[s.ratio]; {
	case middle > 0:
		out.ratio, out.spread = digits(middle), digits(low)+"–"+digits(high)
	case ok:
		out.ratio = digits(single)
	case both && other > 0:
		out.ratio = digits(value / other)
	}
	if s.target.text != "" {
		reached, measured := r.values[s.target.unit]
		switch {
		case !measured:
		case reached <= s.target.limit:
			out.met = "yes"
		default:
			out.met = "**no**"
		}
	}
	return out
}

// amount writes a value with its unit.
func amount(v float64, unit string) string {
	switch {
	case unit == "ns/op" && v < 1e6:
		return digits(v/1e3) + " µs"
	case unit == "ns/op":
		return digits(v/1e6) + " ms"
	case strings.HasSuffix(unit, "-ms"):
		return digits(v) + " ms"
	case strings.HasSuffix(unit, "-MB"):
		return digits(v) + " MB"
	case strings.HasSuffix(unit, "cpu-s/h"):
		return digits(v) + " s"
	}
	return digits(v)
}

// digits writes two or three of them.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 0.01 || v == 0:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

func table(list []row) string {
	var b strings.Builder
	b.WriteString("| ratio | quartiles | what | pawl | beside it | target | met |\n|--:|:-:|---|--:|---|---|---|\n")
	for _, r := range list {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.ratio, r.spread, r.what, r.value, r.beside, r.target, r.met)
	}
	return b.String()
}
