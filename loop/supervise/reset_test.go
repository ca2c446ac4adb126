package supervise

import (
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// A Tuesday afternoon in Berlin, in winter: 13:30 in UTC, 8:30 in New York.
const tuesday = "2026-01-13T14:30:00+01:00"

func TestResetTime(t *testing.T) {
	const none = ""
	for _, c := range []struct{ banner, want string }{
		// Claude Code, old and new.
		{"Claude usage limit reached. Your limit will reset at 3pm (America/New_York).", "2026-01-13T20:00:00Z"},
		{"Claude usage limit reached. Your limit will reset at 1pm (Etc/GMT+5).", "2026-01-13T18:00:00Z"},
		{"Claude usage limit reached. Your limit will reset at 12am.", "2026-01-13T23:00:00Z"},
		{"Claude AI usage limit reached|1768320000", "2026-01-13T16:00:00Z"},
		{"Claude AI usage limit reached|1768320000000", "2026-01-13T16:00:00Z"},
		{"You've hit your limit · resets 10pm (America/New_York)", "2026-01-14T03:00:00Z"},
		{"You've hit your session limit · resets 8:30pm (Asia/Tokyo) /upgrade to increase your usage limit.", "2026-01-14T11:30:00Z"},
		{"You've hit your session limit · resets 3:45am (America/New_York)", "2026-01-14T08:45:00Z"},
		{"You've hit your session limit · resets 3:20am (Asia/Calcutta)", "2026-01-13T21:50:00Z"},
		{"You've hit your session limit · resets 9:30pm (UTC)", "2026-01-13T21:30:00Z"},
		{"You've hit your session limit · resets 5:40pm (Europe/Berlin) /login to switch to an API usage-billed account.", "2026-01-13T16:40:00Z"},
		{"You've hit your weekly limit · resets Mon 12:00am", "2026-01-18T23:00:00Z"},
		{"You've hit your weekly limit - resets Mon 9am", "2026-01-19T08:00:00Z"},
		{"You've hit your weekly limit · resets Jun 16, 10pm", "2026-06-16T20:00:00Z"},
		{"You've hit your weekly limit · resets Aug 17, 5am (America/Sao_Paulo)", "2026-08-17T08:00:00Z"},
		{"You've hit your weekly limit · resets Sep 15 at 7pm", "2026-09-15T17:00:00Z"},
		{"You've hit your Opus limit · resets Jan 12 at 12pm (Asia/Singapore)", "2027-01-12T04:00:00Z"},
		{"⎿ 5-hour limit reached ∙ resets 18:00", "2026-01-13T17:00:00Z"},
		{"5-hour limit reached - resets 4:10pm (Europe/Berlin)", "2026-01-13T15:10:00Z"},
		{"5-hour limit resets 17:00 - continuing with extra usage", "2026-01-13T16:00:00Z"},
		{"You've reached your weekly limit. It resets Monday at 9:00 AM.", "2026-01-19T08:00:00Z"},
		{"You've hit your weekly limit", none},
		// Codex.
		{"■ You've hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro) or try again at 4:15 PM.", "2026-01-13T15:15:00Z"},
		{"■ You've hit your usage limit. Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus), or try again at May 11th, 2026 1:36 PM.", "2026-05-11T11:36:00Z"},
		{"■ You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 5 days 22 hours 11\nminutes.", "2026-01-19T11:41:00Z"},
		{"You've hit your usage limit. Try again in 3 hours 2 minutes.", "2026-01-13T16:32:00Z"},
		{"You've hit your usage limit. Try again in less than a minute.", "2026-01-13T13:31:00Z"},
		{"🖐 You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing), or wait for limits to reset (every 5h and every week.).", none},
		{"You've hit your usage limit. Visit https://chatgpt.com/codex/settings/usage to purchase more credits or try again later.", none},
		{"You've hit your usage limit. Upgrade your plan to continue, or try again at 10 de jul. de 2026, 11:52.", none},
		{`{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_at":1768320000,"resets_in_seconds":9000}`, "2026-01-13T16:00:00Z"},
		{`{"type":"usage_limit_reached","resets_in_seconds":9000}`, "2026-01-13T16:00:00Z"},
		// Gemini CLI.
		{"[API Error: You have exhausted your capacity on this model. Your quota will reset after 5h12m3s.]", "2026-01-13T18:42:03Z"},
		{"Your quota will reset after 42h0m5s.", "2026-01-15T07:30:05Z"},
		{"Usage limit reached for all Pro models. Access resets at 11:00 PM GMT+2. /stats model for usage details", "2026-01-13T21:00:00Z"},
		{"Usage limit reached for gemini-3-flash-preview. Access resets at 10:57 PM GMT-3.", "2026-01-14T01:57:00Z"},
		{"Usage limit reached. Access resets at 10:57 PM GMT+5:30.", "2026-01-13T17:27:00Z"},
		{"Usage limit reached for all Pro models.", none},
		{`"retryDelay": "51820.5s"`, "2026-01-14T03:53:40.5Z"},
		// OpenCode.
		{"Free usage exceeded, subscribe to Go [retrying in 20h28m - attempt #1]", "2026-01-14T09:58:00Z"},
		{"Rate limited, retrying in 73801s", "2026-01-14T10:00:01Z"},
		{"The usage limit has been reached", none},
		// Clock times and days, in more ways.
		{"try again at 16:15", "2026-01-13T15:15:00Z"},
		{"try again at 4:15 p.m.", "2026-01-13T15:15:00Z"},
		{"try again at 4:15\u202fPM", "2026-01-13T15:15:00Z"},
		{"resets at 4:15:30 PM", "2026-01-13T15:15:00Z"},
		{"resets on Nov 23 at 9am", "2026-11-23T08:00:00Z"},
		{"resets June 16th, 2026 10:00 PM", "2026-06-16T20:00:00Z"},
		{"resets 16 June 2026, 22:00", "2026-06-16T20:00:00Z"},
		{"resets 10pm on Jun 16 (UTC)", "2026-06-16T22:00:00Z"},
		{"resets 2026-06-16 22:00", "2026-06-16T20:00:00Z"},
		{"resets tomorrow at 9am", "2026-01-14T08:00:00Z"},
		{"resets 9am tomorrow", "2026-01-14T08:00:00Z"},
		{"resets today at 11pm", "2026-01-13T22:00:00Z"},
		{"resets Tue 3pm", "2026-01-13T14:00:00Z"},
		{"resets Tue 2pm", "2026-01-20T13:00:00Z"},
		{"resets on Thursday", "2026-01-14T23:00:00Z"},
		{"resets Mon, Jan 19, 9:00 AM", "2026-01-19T08:00:00Z"},
		{"resets 3pm (sooner if you upgrade)", "2026-01-13T14:00:00Z"},
		{"resets 2pm", "2026-01-14T13:00:00Z"},
		{"resets 2:25pm", tuesday},
		{"resets 2:19pm", "2026-01-14T13:19:00Z"},
		{"resets 2:30pm", tuesday},
		// Zones.
		{"resets 5pm CET", "2026-01-13T16:00:00Z"},
		{"resets 5pm CEST", "2026-01-13T16:00:00Z"},
		{"resets 5pm PST", none},
		{"resets 5pm (PST)", none},
		{"resets 5pm (America/Nowhere)", none},
		{"resets 5pm (../../etc/passwd)", "2026-01-13T16:00:00Z"},
		{"resets 5pm UTC", "2026-01-13T17:00:00Z"},
		{"resets 5pm GMT", "2026-01-13T17:00:00Z"},
		// Lengths of time.
		{"try again in 2 hours", "2026-01-13T15:30:00Z"},
		{"try again in 1h 30m", "2026-01-13T15:00:00Z"},
		{"try again in 3 days", "2026-01-16T13:30:00Z"},
		{"try again in 45 minutes", "2026-01-13T14:15:00Z"},
		{"try again in an hour", "2026-01-13T14:30:00Z"},
		{"Resets in 4hr 29min", "2026-01-13T17:59:00Z"},
		{"retry-after: 30", "2026-01-13T13:30:30Z"},
		{`"retry_after": 30`, "2026-01-13T13:30:30Z"},
		{`"retry_after_ms": 30000`, "2026-01-13T13:30:30Z"},
		{"try again in 500 days", none},
		// Moments.
		{"resets at 1768320000", "2026-01-13T16:00:00Z"},
		{"resets at 2026-01-13T16:00:00Z", "2026-01-13T16:00:00Z"},
		{"resets at 2026-01-13T16:00:00.602877+00:00", "2026-01-13T16:00:00Z"},
		{"resets at 2026-01-13 16:00 UTC", "2026-01-13T16:00:00Z"},
		{"resets at 2026-01-13T13:25:00Z", tuesday},
		{"resets at 2026-01-13T09:00:00Z", none},
		{"usage limit reached|1749924000", none},
		{"usage limit reached|17499240", none},
		// Not a time.
		{"", none},
		{"resets 25:00", none},
		{"resets 13pm", none},
		{"resets Jun 16 at 25:00", none},
		{"resets Feb 30 at 9am", none},
		{"resets 3", none},
		{"I began at 3pm and hit the limit", none},
	} {
		t.Run(c.banner, func(t *testing.T) {
			now := when(t, tuesday).In(zone(t, "Europe/Berlin"))
			got, ok := ResetTime(c.banner, now)
			if !ok && c.want != none || ok && (c.want == none || !got.Equal(when(t, c.want))) {
				t.Errorf("got %s, %v, want %q", got.UTC().Format(time.RFC3339Nano), ok, c.want)
			}
		})
	}
}

func when(t testing.TB, text string) time.Time {
	t.Helper()
	got, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Berlin's clock goes from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to
// 2:00 on 25 October.
func TestResetTimeAcrossClockChanges(t *testing.T) {
	for _, c := range []struct{ name, now, banner, want string }{
		{"over the spring change", "2026-03-28T23:00:00+01:00", "resets 4am", "2026-03-29T04:00:00+02:00"},
		{"a time that is skipped", "2026-03-28T23:00:00+01:00", "resets 2:30am", "2026-03-29T03:30:00+02:00"},
		{"over the autumn change", "2026-10-24T23:00:00+02:00", "resets 4am", "2026-10-25T04:00:00+01:00"},
		{"a time that comes twice, before it", "2026-10-24T23:00:00+02:00", "resets 2:30am", "2026-10-25T02:30:00+02:00"},
		{"a time that comes twice, in between", "2026-10-25T02:45:00+02:00", "resets 2:30am", "2026-10-25T02:30:00+01:00"},
		{"a length of time is that long", "2026-10-24T23:00:00+02:00", "resets in 5 hours", "2026-10-25T03:00:00+01:00"},
		{"another zone's change does not matter", "2026-03-28T23:00:00+01:00", "resets 11pm (America/New_York)", "2026-03-29T03:00:00Z"},
		{"midnight has just passed", "2026-03-28T00:05:00+01:00", "resets 11:58pm", "2026-03-28T00:05:00+01:00"},
		{"the year has just turned", "2026-01-01T00:05:00+01:00", "resets Dec 31 at 11:58pm", "2026-01-01T00:05:00+01:00"},
		{"the end of the year", "2026-12-31T23:00:00+01:00", "resets Jan 1 at 1am", "2027-01-01T01:00:00+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := ResetTime(c.banner, when(t, c.now).In(zone(t, "Europe/Berlin")))
			if !ok || !got.Equal(when(t, c.want)) {
				t.Errorf("got %s, %v, want %s", got.Format(time.RFC3339), ok, c.want)
			}
		})
	}
}

func FuzzResetTime(f *testing.F) {
	for _, s := range []string{
		"resets 3:45am (America/New_York)", "try again at May 11th, 2026 1:36 PM.", "reset after 5h12m3s", "limit reached|1760000000",
		"retry-after: 30", "resets Mon 9am", "resets at 2026-01-13T16:00:00+01:00", "resets 10pm on Jun 16 GMT+5:30", "resets 31 Feb 2028 tomorrow",
	} {
		f.Add(s, int64(1768311000))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/Berlin"), zone(f, "America/St_Johns"), zone(f, "Pacific/Apia")}
	f.Fuzz(func(t *testing.T, banner string, unix int64) {
		now := time.Unix(unix%(1<<33), 0).In(zones[uint64(unix)%4])
		got, ok := ResetTime(banner, now)
		if !ok && !got.IsZero() {
			t.Errorf("%q: false, but %s", banner, got)
		}
		if ok && (got.Before(now) || got.After(now.Add(farthest))) {
			t.Errorf("%q at %s: %s is not within the next year", banner, now, got)
		}
	})
}
