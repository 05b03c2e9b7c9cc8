package store

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errAddress never quotes the address: it may hold a password.
var errAddress = errors.New("store: the Redis address is not of the form redis://, rediss:// or unix://" +
	" (Sentinel: ?master_name=NAME&addr=HOST:PORT..., Cluster: ?addr=HOST:PORT...)")

// Options reads SOSIN_REDIS_URL, in the forms go-redis gives it:
//
//	redis://user:password@host:6379/0, rediss://..., unix:///path        one server
//	redis://host:26379?master_name=sosin&addr=host2:26379                Sentinel; the addresses are sentinels
//	redis://host:6379?addr=host2:6379&addr=host3:6379                    Cluster
//
// and adds what holds for every deployment.
func Options(address string) (*redis.UniversalOptions, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errAddress
	}
	var u *redis.UniversalOptions
	switch query := parsed.Query(); {
	case query.Has("master_name"):
		u, err = sentinel(address)
	case query.Has("addr"):
		u, err = cluster(address)
	default:
		u, err = single(address)
	}
	if err != nil {
		return nil, errAddress
	}
	tune(u)
	return u, nil
}

func single(address string) (*redis.UniversalOptions, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, err
	}
	u := &redis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
	}
	if o.Network == "unix" {
		u.Dialer = unixDialer
	}
	return u, nil
}

func sentinel(address string) (*redis.UniversalOptions, error) {
	o, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, err
	}
	return &redis.UniversalOptions{
		Addrs: o.SentinelAddrs, MasterName: o.MasterName, DB: o.DB, Username: o.Username, Password: o.Password,
		SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword, TLSConfig: o.TLSConfig,
	}, nil
}

func cluster(address string) (*redis.UniversalOptions, error) {
	o, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, err
	}
	return &redis.UniversalOptions{
		Addrs: o.Addrs, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig, IsClusterMode: true,
	}, nil
}

// tune: our commits carry their own attempt mark, and a claim made twice takes two people, so the client must not send a
// script twice; in a Cluster that also means no redirection inside one call (the Cluster client would repeat a call whose
// answer it missed). Deadlines of the context hold on the socket. No maintenance notifications on Redis 7.0.
func tune(u *redis.UniversalOptions) {
	u.MaxRetries, u.MaxRedirects = -1, -1
	u.ContextTimeoutEnabled = true
	u.DialTimeout, u.DialerRetries = time.Second, 1
	u.ReadTimeout, u.WriteTimeout = 2*time.Second, 2*time.Second
	u.PoolSize, u.MinIdleConns, u.PoolTimeout = 24, 2, time.Second // no call takes more than three seconds in all
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// callLimit is the longest a command may take, dialling, asking sentinels and waiting for a connection included: a webhook,
// a page and a shutdown wait on it.
const callLimit = 3 * time.Second

// limited gives every command callLimit.
type limited struct{}

// DialHook leaves dialling as it is.
func (limited) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook limits one command.
func (limited) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, callLimit)
		defer cancel()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook limits several sent together.
func (limited) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, callLimit)
		defer cancel()
		return next(ctx, cmds)
	}
}

// unixDialer dials a Unix socket whatever network the client believes in.
func unixDialer(ctx context.Context, _, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: time.Second}
	return d.DialContext(ctx, "unix", addr)
}
