package system

import "syscall"

// A Disk is the file system that a folder lies on.
type Disk struct {
	Bytes int64 `json:"bytes"`
	Free  int64 `json:"free"` // for processes that are not root's
}

// disk measures the file system under dir, nil where there is no dir or nobody can tell.
func disk(dir string) *Disk {
	var fs syscall.Statfs_t
	if dir == "" || syscall.Statfs(dir, &fs) != nil {
		return nil
	}
	size := int64(fs.Bsize) //nolint:unconvert // a uint32 on macOS
	return &Disk{Bytes: int64(fs.Blocks) * size, Free: int64(fs.Bavail) * size}
}
