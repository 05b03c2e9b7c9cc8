package store

import (
	"context"
	"net"
	"time"
)

// unixDialer dials a Unix socket whatever network the client believes in.
func unixDialer(ctx context.Context, _, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: time.Second}
	return d.DialContext(ctx, "unix", addr)
}
