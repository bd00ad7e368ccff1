package postgres

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
)

// settings of a small site. The defaults are kept where they serve.
var settings = map[string]string{
	"listen_addresses":        "",
	"port":                    port,
	"unix_socket_permissions": "0700",
	"shared_buffers":          "128MB",
	"max_wal_size":            "2GB",   // fewer checkpoints, each of which makes the log of the next minutes larger
	"checkpoint_timeout":      "15min", // as above; a restart after a crash replays this much at most
	"synchronous_commit":      "on",
	"random_page_cost":        "1.1", // disks without heads
	"jit":                     "off", // compiling costs more than the short queries of pages take
	"timezone":                "UTC",
	"log_timezone":            "UTC",
	"log_checkpoints":         "off",
	"log_min_messages":        "log", // starts, ends and crashes; errors of statements go to the client, which logs them
}

// compression takes a quarter of the log's bytes at a little CPU, where the server was built with it.
var compression = []string{"-c", "wal_compression=lz4", "-c", "default_toast_compression=lz4"}

// fast is for tests: the server's tables need not survive the machine.
var fast = map[string]string{
	"fsync":              "off",
	"full_page_writes":   "off",
	"synchronous_commit": "off",
	"wal_level":          "minimal",
	"max_wal_senders":    "0",
	"max_connections":    "300",
	"autovacuum":         "off", // its workers would block the copying of a template database
}

// arguments are the settings as the server takes them on its command line.
func (s *Server) arguments(ctx context.Context) []string {
	all := maps.Clone(settings)
	if s.cfg.Fast {
		maps.Copy(all, fast)
	}
	maps.Copy(all, s.cfg.Settings)
	all["unix_socket_directories"] = s.cfg.Socket
	var args []string
	if s.accepts(ctx, compression) {
		args = append(args, compression...) // first: what is set below wins
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", name+"="+all[name])
	}
	return args
}

// accepts tells whether the server knows these settings: compression methods are chosen when it is built.
func (s *Server) accepts(ctx context.Context, settings []string) bool {
	cmd := s.account.command(ctx, filepath.Join(s.cfg.Binaries.Dir, "postgres"), settings...)
	name, started, err := s.account.reach(cmd, s.data())
	if err != nil {
		return false
	}
	defer started()
	cmd.Args = append(cmd.Args, "-D", name, "-C", "wal_compression") // prints it and exits
	return cmd.Run() == nil
}
