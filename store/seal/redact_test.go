package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A key in a log is a key in the log's backup.
func TestSecretsAreNeverPrinted(t *testing.T) {
	r, dek := testRing(t), NewDEK()
	type exposed struct {
		DEK  DEK
		Ring *Ring
		By   Ring
		Keys []DEK
	}
	type hidden struct {
		dek  DEK
		ring *Ring
		by   Ring
		keys map[string]DEK
	}
	values := map[string]any{
		"dek": dek, "dek pointer": &dek, "ring": r, "ring value": *r,
		"exposed": exposed{dek, r, *r, []DEK{dek}},
		"hidden":  hidden{dek, r, *r, map[string]DEK{"canary": dek}},
		"nested":  []any{[]DEK{dek}, map[string]any{"canary": &hidden{dek: dek}}},
	}
	secrets := [][]byte{dek.k.raw[:]}
	for _, k := range r.all() {
		secrets = append(secrets, k[:])
	}
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%U", "%08b"} {
				if reveals(fmt.Sprintf(verb, v), secrets) {
					t.Errorf("%s prints key material", verb)
				}
			}
			if out, err := json.Marshal(v); err != nil || reveals(string(out), secrets) {
				t.Errorf("json prints key material, or %v", err)
			}
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, nil)).Info("canary", "v", v, slog.Group("g", "v", v))
			slog.New(slog.NewTextHandler(&log, nil)).Info("canary", "v", v, slog.Group("g", "v", v))
			if reveals(log.String(), secrets) {
				t.Error("slog prints key material")
			}
		})
	}
	inJSON, err := json.Marshal([]any{dek, r})
	if want := `["[redacted]","[redacted]"]`; err != nil || string(inJSON) != want {
		t.Errorf("JSON %s, %v", inJSON, err)
	}
	for _, got := range []string{dek.String(), fmt.Sprintf("%#v", r), fmt.Sprint(*r)} {
		if got != redaction {
			t.Errorf("printed %q", got)
		}
	}
}

// reveals says whether printed holds the first bytes of a secret in any spelling.
func reveals(printed string, secrets [][]byte) bool {
	printed = strings.ToLower(printed)
	for _, s := range secrets {
		head := s[:6]
		spelled := []string{string(head), hex.EncodeToString(head), base64.StdEncoding.EncodeToString(head)}
		for _, verb := range []string{"%v", "%#v", "%o", "%U", "%08b"} {
			list := strings.TrimPrefix(fmt.Sprintf(verb, head), "[]byte")
			spelled = append(spelled, strings.Trim(list, "[]{}"))
		}
		spelled = append(spelled, strings.ReplaceAll(strings.Trim(fmt.Sprint(head), "[]"), " ", ","))
		for _, text := range spelled {
			if strings.Contains(printed, strings.ToLower(text)) {
				return true
			}
		}
	}
	return false
}

// The scanner of the test above must see a key where there is one, also where
// one pointer hides it: fmt follows that for a verb that does not fit.
func TestRevealsSees(t *testing.T) {
	raw := [32]byte{0xa7, 0x13, 0x5c, 0xe4, 0x99, 0xc1}
	for _, verb := range []string{"%v", "%#v", "%x", "%X", "%d", "%o", "%U", "%08b", "%s"} {
		if !reveals(fmt.Sprintf(verb, struct{ b []byte }{raw[:]}), [][]byte{raw[:]}) {
			t.Errorf("a key printed with %s is not seen", verb)
		}
	}
	for _, unfit := range []string{"%s", "%q"} {
		if !reveals(fmt.Sprintf(unfit, struct{ b *[32]byte }{&raw}), [][]byte{raw[:]}) {
			t.Errorf("a key behind one pointer printed with %s is not seen", unfit)
		}
	}
	if out, err := json.Marshal(raw); err != nil || !reveals(string(out), [][]byte{raw[:]}) {
		t.Errorf("a key in JSON is not seen: %v", err)
	}
}
