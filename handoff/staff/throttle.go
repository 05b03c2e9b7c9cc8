package staff

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// The limits of tries to sign in, successful ones too. Guessing over many addresses meets perName; but perName must not
// lock a member of staff out, so a browser that has signed in to the account before has a count of its own (T20).
const (
	perPair    = 10 // one name from one address
	perAddress = 60 // any names from one address
	pairWindow = 15 * time.Minute
	perName    = 30 // one name from anywhere, in browsers we do not know
	nameWindow = time.Hour
	perDevice  = 10 // one name in a known browser
)

// mayTry counts this try under every key it falls under, known names and unknown ones alike.
func (g *Gate) mayTry(ctx context.Context, t Try, known bool) (bool, error) {
	name := NameKey(t.Name)
	counts := []count{
		{"address:" + t.From, perAddress, pairWindow},
		{"pair:" + name + "\x00" + t.From, perPair, pairWindow},
		// Last, so that an address already stopped does not use up the name's count.
		{"name:" + name, perName, nameWindow},
	}
	if known {
		counts = []count{{"device:" + name + "\x00" + t.Device, perDevice, pairWindow}}
	}
	for _, c := range counts {
		ok, err := g.Attempts.Attempt(ctx, "signin:"+hexSum(c.of), c.limit, c.window)
		if err != nil {
			return false, fmt.Errorf("count the try: %w", err)
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

type count struct {
	of     string
	limit  int
	window time.Duration
}

// knows says whether the browser has signed in to this account before, since its last reset.
func (g *Gate) knows(ctx context.Context, device string, acc Account) (bool, error) {
	if device == "" {
		return false, nil
	}
	mark, err := g.Sessions.GetSession(ctx, deviceHash(device))
	if errors.Is(err, ErrNoSession) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for device: %w", err)
	}
	return mark.Device && acc.ID != "" && mark.Staff == acc.ID && mark.Version == acc.Version, nil
}

// Remote is an address as the throttle counts it: an IPv6 network of 64 bits is one home. Anything unreadable counts
// as one.
func Remote(addr string) string {
	ap, err := netip.ParseAddrPort(addr)
	ip := ap.Addr()
	if err != nil {
		if ip, err = netip.ParseAddr(addr); err != nil {
			return "unknown"
		}
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}
