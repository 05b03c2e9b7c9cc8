package console

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// contentTypes are the kinds of file we have; there is no guessing.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// staticRoutes gives each embedded file a line of the table: a path that is not exactly one of them does not exist, so
// there is nothing to traverse (T28).
func staticRoutes() (table []route, err error) {
	err = fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, known := contentTypes[path.Ext(name)]
		if !known {
			return fmt.Errorf("console: no content type for %s", name)
		}
		raw, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		table = append(table, route{method: "GET", path: "/" + strings.TrimPrefix(name, "/"), open: true, quiet: true,
			serve: func(w http.ResponseWriter, _ *http.Request, _ visitor) {
				w.Header().Set("Content-Type", kind)
				_, _ = w.Write(raw) // the browser went away: nothing to do
			}})
		return nil
	})
	return table, err
}
