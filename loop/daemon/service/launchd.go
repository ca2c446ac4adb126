package service

import (
	"encoding/xml"
	"strings"
)

// agentTemplate is a launchd agent (launchd.plist(5)). launchd cannot tell one
// failure from another: ThrottleInterval, in seconds, is what keeps a pawl.yaml
// that cannot be used from being tried in a tight loop. AbandonProcessGroup lets
// sessions outlive the coordinator.
const agentTemplate = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- pawl service install wrote this and leaves it alone once it was changed;
     pawl service uninstall removes it. -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>@NAME@</string>
	<key>ProgramArguments</key>
	<array>
@ARGUMENTS@
	</array>
	<key>WorkingDirectory</key>
	<string>@DIR@</string>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>60</integer>
	<key>AbandonProcessGroup</key>
	<true/>
	<key>StandardErrorPath</key>
	<string>@LOG@</string>
</dict>
</plist>
`

func launchdAgent(j Job, name string) string {
	args := []string{j.Program, "--quiet", "--config", j.Config, "watch"}
	for i, a := range args {
		args[i] = "\t\t<string>" + xmlText(a) + "</string>"
	}
	return strings.NewReplacer(
		"@NAME@", xmlText(name), "@ARGUMENTS@", strings.Join(args, "\n"), "@DIR@", xmlText(j.Dir), "@LOG@", xmlText(j.Log),
	).Replace(agentTemplate)
}

func xmlText(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}
