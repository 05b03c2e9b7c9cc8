package console

import (
	"net/http"
	"net/netip"
)

// policy allows our own files and nothing else: no inline script or style, no frame, no other host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers every answer carries (T28; ASVS 3.4, 14.3.2).
func (c *Console) secure(next http.Handler) http.Handler {
	fixed := map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
		"Cache-Control":                "no-store",
		"X-Robots-Tag":                 "noindex, nofollow",
	}
	if c.public.Scheme == "http" && !loopback(c.public.Hostname()) {
		// Without TLS browsers send no Sec-Fetch-Site, and with no-referrer our own forms would come from "null".
		fixed["Referrer-Policy"] = "same-origin"
	}
	if c.public.Scheme == "https" {
		fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range fixed {
			w.Header().Set(name, value)
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// loopback tells whether browsers trust the host without TLS.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// maxBody holds the longest answer, escaped, with room.
const maxBody = 64 << 10

// sameOrigin refuses what another site's page asks for with GET; POST is refused before it gets here.
func (c *Console) sameOrigin(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	if site != "" && site != "same-origin" {
		return false
	}
	return origin == "" || origin == c.public.Scheme+"://"+c.public.Host || origin == "http://"+r.Host || origin == "https://"+r.Host
}
