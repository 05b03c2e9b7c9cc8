package storetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"sosin/store"
	"sosin/store/child"
)

// startLimit is how long a server of a test may take to be ready.
const startLimit = 20 * time.Second

// Memory starts an embedded Redis as the demo uses it and returns its URL. It ends with the test.
func Memory(t testing.TB) (url string) {
	t.Helper()
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true)
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return "redis://" + m.Addr()
}

// Redis starts a redis-server on a Unix socket, syncing every write, and returns its URL. It is killed with the test.
func Redis(t testing.TB) (url string) {
	t.Helper()
	socket := filepath.Join(folder(t), "s")
	url = "unix://" + socket
	spawn(t, "--port", "0", "--unixsocket", socket, "--appendonly", "yes", "--appendfsync", "always")
	ready(t, url, func(ctx context.Context, db redis.UniversalClient) error { return db.Ping(ctx).Err() })
	return url
}

// Cluster starts three redis-servers that share the slots and returns the URL of all.
func Cluster(t testing.TB) (url string) {
	t.Helper()
	var nodes []string
	for i := range 3 {
		port := free(t)
		spawn(t, "--port", port, "--cluster-enabled", "yes", "--cluster-port", free(t), "--cluster-node-timeout", "2000",
			"--appendonly", "yes", "--appendfsync", "everysec")
		nodes = append(nodes, port)
		low, high := i*16384/3, (i+1)*16384/3-1
		node(t, port, "CLUSTER", "ADDSLOTSRANGE", low, high)
	}
	for i, port := range nodes {
		node(t, port, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
	}
	for _, port := range nodes[1:] {
		bus := busOf(t, port)
		node(t, nodes[0], "CLUSTER", "MEET", "127.0.0.1", port, bus)
	}
	for _, port := range nodes {
		one := "redis://127.0.0.1:" + port
		ready(t, one, func(ctx context.Context, db redis.UniversalClient) error {
			info, err := db.ClusterInfo(ctx).Result()
			if err == nil && (!strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3")) {
				err = fmt.Errorf("not yet one cluster: %.40s", info)
			}
			return err
		})
	}
	return fmt.Sprintf("redis://127.0.0.1:%s?addr=127.0.0.1:%s&addr=127.0.0.1:%s", nodes[0], nodes[1], nodes[2])
}

// busOf returns the cluster bus port of the node at port, which every node knows of itself.
func busOf(t testing.TB, port string) string {
	t.Helper()
	v, _ := node(t, port, "CONFIG", "GET", "cluster-port").([]any)
	if len(v) != 2 {
		t.Fatalf("no cluster port: %v", v)
	}
	return fmt.Sprint(v[1])
}

// Sentinel starts a primary, a replica and a sentinel that watches them. kill ends the primary at once, without warning,
// after the replica has everything.
func Sentinel(t testing.TB) (url string, kill func()) {
	t.Helper()
	primary, replica, watcher := free(t), free(t), free(t)
	server := spawn(t, "--port", primary, "--appendonly", "yes", "--appendfsync", "always")
	node(t, primary, "PING")
	spawn(t, "--port", replica, "--appendonly", "yes", "--replicaof", "127.0.0.1 "+primary)
	ready(t, "redis://127.0.0.1:"+replica, func(ctx context.Context, db redis.UniversalClient) error {
		info, err := db.Info(ctx, "replication").Result()
		if err == nil && !strings.Contains(info, "master_link_status:up") {
			err = fmt.Errorf("replica is not in step")
		}
		return err
	})
	config := filepath.Join(folder(t), "sentinel.conf")
	text := fmt.Sprintf("port %s\nsentinel monitor sosin 127.0.0.1 %s 1\nsentinel down-after-milliseconds sosin 500\n"+
		"sentinel failover-timeout sosin 3000\n", watcher, primary)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	spawn(t, config, "--sentinel")
	ready(t, "redis://127.0.0.1:"+watcher, func(ctx context.Context, db redis.UniversalClient) error {
		v, err := db.Do(ctx, "SENTINEL", "REPLICAS", "sosin").Slice()
		if err == nil && len(v) == 0 {
			err = fmt.Errorf("the sentinel has not met the replica")
		}
		return err
	})
	return "redis://127.0.0.1:" + watcher + "?master_name=sosin", func() {
		node(t, primary, "WAIT", 1, 5000)
		_ = server.Process.Kill()
	}
}

// spawn starts one server in a folder of its own and kills it when the test ends.
func spawn(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := child.Find(context.Background())
	if err != nil {
		t.Skipf("needs a real redis-server: %v", err)
	}
	args = append(args, "--save", "", "--daemonize", "no", "--logfile", "")
	if strings.HasSuffix(args[0], ".conf") {
		args = args[:2]
	} else {
		args = append(args, "--dir", folder(t))
	}
	cmd := exec.Command(bin.Path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// folder is short enough for a Unix socket's name.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "st")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// free is a port nobody listens on.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// node sends one command to one server, as soon as it takes it.
func node(t testing.TB, port string, args ...any) (answer any) {
	t.Helper()
	ready(t, "redis://127.0.0.1:"+port, func(ctx context.Context, db redis.UniversalClient) (err error) {
		answer, err = db.Do(ctx, args...).Result()
		return err
	})
	return answer
}

// ready waits until a server does what is asked.
func ready(t testing.TB, url string, try func(context.Context, redis.UniversalClient) error) {
	t.Helper()
	o, err := store.Options(url)
	if err != nil {
		t.Fatal(err)
	}
	o.MinIdleConns, o.Protocol = 0, 2
	db := redis.NewUniversalClient(o)
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	Eventually(ctx, t, func() error { return try(ctx, db) })
}

// Eventually waits for a condition: until it returns nil, or the context ends and the test fails with its last error.
func Eventually(ctx context.Context, t testing.TB, condition func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := condition()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("did not happen: %v", err)
		case <-tick.C:
		}
	}
}
