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
	switch {
	case u.Counted:
		return u.Cost, true
	case u.Tokens() == 0:
		return 0, t.Tools == 0 && t.Answer == "" // it worked, and ended before it said what that cost
	}
	p, known := prices.Price(t.Model)
	usd = float64(u.Input)*p.Input + float64(u.Cached)*p.Cached + float64(u.Written)*p.Written + float64(u.Output)*p.Output
	return usd / million, known
}
