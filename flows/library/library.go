// Package library holds the conversations we offer, as data files that a coordinator can read and correct.
//
// Each *.yaml file is one flow; controls.yaml has the words that work everywhere. How a file is written is shown best by
// entry.yaml. A folder with the same kind of files, together with their texts, can replace them at start.
package library

import "embed"

// Files are the embedded flows.
//
//go:embed *.yaml
var Files embed.FS
