package storetest

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
)

// names lists every key of the namespace.
func (h *Harness) names(t *testing.T) []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	scan := func(ctx context.Context, db *redis.Client) error {
		var found []string
		for it := db.Scan(ctx, 0, h.key("*"), 500).Iterator(); ; {
			if !it.Next(ctx) {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, found...)
				return it.Err()
			}
			found = append(found, it.Val())
		}
	}
	var err error
	switch db := h.Redis.(type) {
	case *redis.ClusterClient:
		err = db.ForEachMaster(t.Context(), scan)
	case *redis.Client:
		err = scan(t.Context(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(all)
	return all
}

// dump reads everything the namespace holds, times to live apart.
func (h *Harness) dump(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, key := range h.names(t) {
		all[key] = h.content(t, key)
	}
	return all
}

func (h *Harness) content(t *testing.T, key string) (out []string) {
	t.Helper()
	ctx := t.Context()
	kind, err := h.Redis.Type(ctx, key).Result()
	switch kind {
	case "string":
		out = []string{h.Redis.Get(ctx, key).Val()}
	case "list":
		out = h.Redis.LRange(ctx, key, 0, -1).Val()
	case "set":
		out = h.Redis.SMembers(ctx, key).Val()
		sort.Strings(out)
	case "hash":
		for name, value := range h.Redis.HGetAll(ctx, key).Val() {
			out = append(out, name+"="+value)
		}
		sort.Strings(out)
	case "zset":
		for _, z := range h.Redis.ZRangeWithScores(ctx, key, 0, -1).Val() {
			out = append(out, fmt.Sprintf("%v=%.3f", z.Member, z.Score))
		}
	case "stream":
		for _, m := range h.Redis.XRange(ctx, key, "-", "+").Val() {
			out = append(out, fmt.Sprint(m.Values))
		}
	case "none":
	default:
		t.Fatalf("key of type %q: %v", kind, err)
	}
	return out
}

// same fails when anything was written since.
func (h *Harness) same(t *testing.T, before map[string][]string) {
	t.Helper()
	if diff := cmp.Diff(before, h.dump(t)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
}

// holding lists the keys that hold a string in name or content.
func (h *Harness) holding(t *testing.T, needle string) (keys []string) {
	t.Helper()
	for key, content := range h.dump(t) {
		if strings.Contains(key+"\x00"+strings.Join(content, "\x00"), needle) {
			keys = append(keys, strings.TrimPrefix(key, h.key("")))
		}
	}
	sort.Strings(keys)
	return keys
}
