package protocol

import "fmt"

// faro reads {"meta":…,"exception":…} as one who trusts it: a cause is not looked for, so a test of package
// faro holds it.
func (s *straight) faro(payload object) {
	meta, _ := payload["meta"].(object)
	app, _ := meta["app"].(object)
	s.Release, s.Environment = text(app["version"]), text(app["environment"])
	if name := text(app["name"]); name != "" {
		s.Tags = append(s.Tags, "app_name="+name)
	}
	if namespace := text(app["namespace"]); namespace != "" {
		s.Tags = append(s.Tags, "app_namespace="+namespace)
	}
	user, _ := meta["user"].(object)
	s.User = fmt.Sprintf("%s %s %s", text(user["id"]), text(user["email"]), text(user["username"]))
	x, _ := payload["exception"].(object)
	s.Type, s.Message = text(x["type"]), text(x["value"])
	s.stack(x)
	for i, j := 0, len(s.Frames)-1; i < j; i, j = i+1, j-1 { // Faro writes the innermost first
		s.Frames[i], s.Frames[j] = s.Frames[j], s.Frames[i]
	}
}
