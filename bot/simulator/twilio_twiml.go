package simulator

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"strings"
)

// errTwiML is error 12100: the answer is no TwiML.
var errTwiML = errors.New("simulator: not TwiML")

type twiML struct {
	XMLName  xml.Name `xml:"Response"`
	Messages []struct {
		Text string `xml:",chardata"`
		Body string `xml:"Body"`
	} `xml:"Message"`
}

// readTwiML returns the texts of an answer's <Message> verbs: "TwiML for
// Programmable Messaging". Plain text is itself one message; an empty answer none.
func readTwiML(contentType string, body []byte) ([]string, error) {
	trimmed := strings.TrimSpace(string(body))
	if trimmed == "" {
		return nil, nil
	}
	if kind, _, _ := mime.ParseMediaType(contentType); kind == "text/plain" {
		return []string{trimmed}, nil
	}
	var doc twiML
	d := xml.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&doc); err != nil {
		return nil, errTwiML
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) && err != nil {
		return nil, errTwiML
	}
	var texts []string
	for _, m := range doc.Messages {
		if text := strings.TrimSpace(m.Body + m.Text); text != "" {
			texts = append(texts, text)
		}
	}
	return texts, nil
}
