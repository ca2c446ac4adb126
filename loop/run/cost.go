package run

import (
	"pawl/loop/config"
	"pawl/loop/ledger"
)

const million = 1_000_000

// Cost is what some turns cost in US dollars.
type Cost struct {
	USD     float64
	Unknown int // turns of which that is not known: they are not in USD
}

// CostOf adds up turns: what a program said that it cost counts, else the price of its
// model.
func CostOf(prices *config.Config, list []ledger.Turn) (sum Cost) {
	for _, t := range list {
		if usd, known := price(prices, t); known {
			sum.USD += usd
		} else {
			sum.Unknown++
		}
	}
	return sum
}

func price(prices *config.Config, t ledger.Turn) (usd float64, known bool) {
	u := t.Usage
	if u.Counted || u.Tokens() == 0 {
		return u.Cost, true
	}
	p, known := prices.Price(t.Model)
	usd = float64(u.Input)*p.Input + float64(u.Cached)*p.Cached + float64(u.Written)*p.Written + float64(u.Output)*p.Output
	return usd / million, known
}
