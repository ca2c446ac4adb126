package model

import "errors"

var errFull = errors.New("there are more worlds than may be remembered")

// Graph remembers the worlds that were seen, and where each step led from them.
type Graph struct {
	m      *Model
	names  []Step
	number map[Step]int
	ids    map[key]int32
	worlds []*World
	edges  []int32 // by world and step; 0 where it was not taken
	broken map[edge]error
	rested []bool
	limit  int

	// Taken counts the steps that were worked out, and Recalled those that were remembered.
	Taken, Recalled int
}

type edge struct {
	from int32
	step int
}

// NewGraph is a graph of m's worlds that remembers at most limit of them, about
// 4 kB each. Further ones are made and forgotten.
func NewGraph(m *Model, limit int) *Graph {
	g := &Graph{m: m, number: map[Step]int{}, ids: map[key]int32{}, broken: map[edge]error{}, limit: limit}
	for _, group := range Steps(len(m.agents)) {
		for _, s := range group {
			g.number[s] = len(g.names)
			g.names = append(g.names, s)
		}
	}
	return g
}

// Worlds is how many worlds are remembered.
func (g *Graph) Worlds() int { return len(g.worlds) }

// unknown is the number of a world that is not remembered.
const unknown = -1

// at finds a world's number, and gives it one if it has none.
func (g *Graph) at(w *World) place {
	k := w.key()
	if id, ok := g.ids[k]; ok {
		return place{g.worlds[id], id}
	}
	if len(g.worlds) >= g.limit {
		return place{w, unknown}
	}
	id := int32(len(g.worlds))
	g.ids[k] = id
	g.worlds = append(g.worlds, w)
	g.rested = append(g.rested, false)
	g.edges = append(g.edges, make([]int32, len(g.names))...)
	return place{w, id}
}

func (g *Graph) take(at place, s Step) (place, error) {
	n := g.number[s]
	if at.id == unknown {
		return g.follow(at, s)
	}
	slot := int(at.id)*len(g.names) + n
	if to := g.edges[slot]; to > 0 {
		g.Recalled++
		return place{g.worlds[to-1], to - 1}, nil
	}
	if err := g.broken[edge{at.id, n}]; err != nil {
		return at, err
	}
	to, err := g.follow(at, s)
	switch {
	case err != nil:
		g.broken[edge{at.id, n}] = err
	case to.id != unknown:
		g.edges[slot] = to.id + 1
	}
	return to, err
}

func (g *Graph) follow(at place, s Step) (place, error) {
	g.Taken++
	w, err := g.m.Step(at.World, s)
	switch {
	case err != nil:
		return at, err
	case w == at.World:
		return at, nil
	}
	return g.at(w), nil
}

// Run is Model.Run with what is remembered.
func (g *Graph) Run(from *World, s Schedule) error {
	at := g.at(from)
	var err error
	for n, step := range s {
		if at, err = g.take(at, step); err != nil {
			return g.m.run(g.m, place{World: from}, s[:n+1])
		}
	}
	if err := g.rest(at); err != nil {
		return g.m.run(g.m, place{World: from}, s)
	}
	return nil
}

func (g *Graph) rest(at place) error {
	if at.id != unknown && g.rested[at.id] {
		return nil
	}
	if _, _, err := g.m.rest(g, at); err != nil {
		return err
	}
	if at.id != unknown {
		g.rested[at.id] = true
	}
	return nil
}

// Explore takes all steps of a list from a world on, up to a depth, and brings
// each world that it comes to to rest: all schedules of that length, each world
// once. It returns how many worlds there are at each depth, and the first
// schedule that fails, with its error.
func (g *Graph) Explore(from *World, steps []Step, depth int) ([]int, Schedule, error) {
	first := g.at(from)
	came := map[int32]edge{first.id: {unknown, 0}}
	front := []int32{first.id}
	counts := []int{1}
	for range depth {
		var next []int32
		for _, id := range front {
			for _, s := range steps {
				to, err := g.take(place{g.worlds[id], id}, s)
				if err != nil {
					return counts, append(g.path(came, id), s), err
				}
				if to.id == unknown {
					return counts, nil, errFull
				}
				if _, seen := came[to.id]; seen {
					continue
				}
				came[to.id] = edge{id, g.number[s]}
				if err := g.rest(to); err != nil {
					return counts, g.path(came, to.id), err
				}
				next = append(next, to.id)
			}
		}
		front = next
		counts = append(counts, len(next))
	}
	return counts, nil, nil
}

// path is how the exploration came to a world.
func (g *Graph) path(came map[int32]edge, id int32) Schedule {
	if came[id].from == unknown {
		return nil
	}
	return append(g.path(came, came[id].from), g.names[came[id].step])
}
