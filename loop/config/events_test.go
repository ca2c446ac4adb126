package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pawl/handoff"
)

// later are kinds that belong to the contract and that nothing tells yet.
var later = []string{}

// The kinds are those that the loop and the commands write in their sources.
func TestEventKindsAreThoseThatAreTold(t *testing.T) {
	looksLike := regexp.MustCompile(`^(agent|check|config|coordinator|handoff|launcher|ledger|loop|notify|origin|pass|phase|plan|prompt|run|sequence|signal|turn|wake|watch|webhook)\.[a-z]+$`)
	told := map[string]bool{}
	for _, pattern := range []string{"../*.go", "../../cmd/pawl/*.go", "../../handoff/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, state := range closing(file) {
				told["handoff."+string(state)] = true
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if text, err := strconv.Unquote(literal.Value); err == nil && looksLike.MatchString(text) && text != "origin.git" && text != "coordinator.log" {
						told[text] = true
					}
				}
				return true
			})
		}
	}
	for _, kind := range sortedKeys(told) {
		if !slices.Contains(EventKinds, kind) {
			t.Errorf("%s is told, and EventKinds lacks it", kind)
		}
	}
	for _, kind := range EventKinds {
		if strings.HasPrefix(kind, "operator.") {
			continue // made of the command's name; see operatorEvent
		}
		if told[kind] == slices.Contains(later, kind) {
			t.Errorf("%s: in the sources %v, said to come later %v", kind, told[kind], slices.Contains(later, kind))
		}
	}
	for _, state := range ends {
		if !told["handoff."+string(state)] {
			t.Errorf("no source closes a handoff as %s", state)
		}
	}
	if !slices.IsSorted(EventKinds) {
		t.Error("EventKinds is not sorted")
	}
}

// ends are the states that a handoff is closed with, by their names in the
// sources. Each is told as an event, whose kind is made of it.
var ends = map[string]handoff.State{
	"Answered": handoff.Answered, "Superseded": handoff.Superseded, "Withdrawn": handoff.Withdrawn, "Expired": handoff.Expired,
}

// closing lists the states that a file's calls of close give.
func closing(file *ast.File) []handoff.State {
	var states []handoff.State
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "close" {
			if name, ok := call.Args[1].(*ast.Ident); ok && ends[name.Name] != "" {
				states = append(states, ends[name.Name])
			}
		}
		return true
	})
	return states
}
