package child

// settings is the server's whole configuration, as arguments: no file of the operator's is read. Promise of the store: what was acknowledged
// is on disk, nothing is ever evicted, and nothing of a command's content reaches a log.
func settings(f folder, socket string) []string {
	return []string{
		"--port", "0", "--unixsocket", socket, "--unixsocketperm", "700",
		"--daemonize", "no", "--supervised", "no",
		"--dir", f.root, "--pidfile", f.pidFile(), "--logfile", f.logFile(), "--loglevel", "notice",
		// Each write is synced before it is answered. A tail cut off by a power loss was never acknowledged, so it may go.
		"--appendonly", "yes", "--appendfsync", "always", "--aof-load-truncated", "yes",
		"--save", "", // snapshots would be a second, older copy of what was erased
		"--maxmemory-policy", "noeviction",
		"--enable-debug-command", "no", "--enable-module-command", "no", "--enable-protected-configs", "no",
		// A crash report and the slow log quote commands, and an erasure does not reach them.
		"--crash-log-enabled", "no", "--crash-memcheck-enabled", "no", "--slowlog-log-slower-than", "-1",
	}
}
