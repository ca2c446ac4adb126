package signature

import "testing"

// The vector is from GitHub's documentation, "Validating webhook deliveries".
const (
	key    = "It's a Secret to Everybody"
	body   = "Hello, World!"
	digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
)

func TestThePublishedVector(t *testing.T) {
	if got := Of(key, []byte(body)); got != "sha256="+digits {
		t.Errorf("it is %s", got)
	}
}

func TestWhichSignaturesMatch(t *testing.T) {
	for name, c := range map[string]struct {
		key, body, claimed string
		want               bool
	}{
		"with its prefix":          {key, body, "sha256=" + digits, true},
		"bare":                     {key, body, digits, true},
		"in capitals":              {key, body, "757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17", true},
		"of another body":          {key, body + "\n", digits, false},
		"with another key":         {key + "s", body, digits, false},
		"cut short":                {key, body, digits[:62], false},
		"cut in the middle":        {key, body, digits[:63], false},
		"none":                     {key, body, "", false},
		"a prefix and nothing":     {key, body, "sha256=", false},
		"another method's":         {key, body, "sha1=" + digits, false},
		"the right one, and more":  {key, body, digits + "00", false},
		"no hexadecimal digits":    {key, body, "sha256=zz", false},
		"two prefixes":             {key, body, "sha256=sha256=" + digits, false},
		"blanks around it":         {key, body, " " + digits, false},
		"an empty key of our side": {"", body, digits, false},
	} {
		if got := Matches(c.key, []byte(c.body), c.claimed); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhichSecretsAreOne(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"s3cret", "s3cret", true}, {"s3cret", "s3cres", false}, {"s3cret", "s3cret ", false}, {"s3cret", "", false}} {
		if got := Same(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
