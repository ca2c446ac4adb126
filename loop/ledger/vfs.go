package ledger

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sealedVFS is the name under which SQLite finds the file system that checks what it
// reads: the operating system's own, of which opening, reading and writing are
// replaced. It keeps no memory of files but which of them were found damaged.
const sealedVFS = "pawl-sealed"

// The functions of a file system (https://www.sqlite.org/c3ref/vfs.html) as the
// translated SQLite calls them.
type (
	openCall    = func(tls *libc.TLS, vfs *sqlite3.Tsqlite3_vfs, path *byte, file *sqlite3.Tsqlite3_file, flags int32, out *int32) int32
	moveCall    = func(tls *libc.TLS, file *sqlite3.Tsqlite3_file, data *byte, n int32, at int64) int32
	traitsCall  = func(tls *libc.TLS, file *sqlite3.Tsqlite3_file) int32
	controlCall = func(tls *libc.TLS, file *sqlite3.Tsqlite3_file, what int32, arg *int32) int32
)

// call is the function of C that a pointer leads to, and pointer the other way round.
func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{p})) }

func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// deref is what lies at an address of memory that is not Go's.
func deref[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// foreign is a copy of v in memory that is not Go's, as SQLite keeps its address. It
// is never freed.
func foreign[T any](tls *libc.TLS, v T) (*T, error) {
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(v)))
	if p == 0 {
		return nil, errors.New("no memory for the file system of ledgers")
	}
	there := deref[T](p)
	*there = v
	return there, nil
}

// shim is what replaces the functions of the operating system's files.
var shim struct {
	vfs    *sqlite3.Tsqlite3_vfs
	system uintptr  // the name of the operating system's
	open   openCall // the operating system's, like those below

	mu      sync.Mutex
	methods map[uintptr]*methods // by those of the operating system that they replace
	read    moveCall
	write   moveCall
	traits  traitsCall
	control controlCall
	files   map[*sqlite3.Tsqlite3_file]string // whose database a file is, by the address that SQLite gave it
	damaged map[string]error                  // by the database's path
}

// methods are the functions for files of one kind of the operating system's.
type methods struct{ database, log *sqlite3.Tsqlite3_io_methods }

// registerShim makes the file system known to SQLite, once.
var registerShim = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	vfs := *deref[sqlite3.Tsqlite3_vfs](sqlite3.Xsqlite3_vfs_find(tls, 0))
	name, err := libc.CString(sealedVFS)
	if err != nil {
		return err
	}
	shim.system, shim.open = vfs.FzName, call[openCall](vfs.FxOpen)
	vfs.FpNext, vfs.FzName, vfs.FxOpen = 0, name, pointer[openCall](openFile)
	if shim.vfs, err = foreign(tls, vfs); err != nil {
		return err
	}
	shim.methods, shim.files, shim.damaged = map[uintptr]*methods{}, map[*sqlite3.Tsqlite3_file]string{}, map[string]error{}
	if rc := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(shim.vfs)), 0); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("sqlite refuses the file system of ledgers: code %d", rc)
	}
	return nil
})

func openFile(tls *libc.TLS, _ *sqlite3.Tsqlite3_vfs, path *byte, file *sqlite3.Tsqlite3_file, flags int32, out *int32) int32 {
	rc := shim.open(tls, shim.vfs, path, file, flags, out)
	if rc != sqlite3.SQLITE_OK || flags&(sqlite3.SQLITE_OPEN_MAIN_DB|sqlite3.SQLITE_OPEN_WAL) == 0 {
		return rc
	}
	shim.mu.Lock()
	defer shim.mu.Unlock()
	m, err := replaced(tls, file.FpMethods)
	if err != nil {
		return sqlite3.SQLITE_NOMEM
	}
	name := libc.GoString(uintptr(unsafe.Pointer(path)))
	if flags&sqlite3.SQLITE_OPEN_WAL != 0 {
		file.FpMethods = uintptr(unsafe.Pointer(m.log))
		name = name[:len(name)-len("-wal")]
	} else {
		file.FpMethods = uintptr(unsafe.Pointer(m.database))
	}
	shim.files[file] = name
	return rc
}

// replaced are the methods of a kind of file with ours in their place.
func replaced(tls *libc.TLS, system uintptr) (*methods, error) {
	if m := shim.methods[system]; m != nil {
		return m, nil
	}
	theirs := *deref[sqlite3.Tsqlite3_io_methods](system)
	shim.read, shim.write, shim.control = call[moveCall](theirs.FxRead), call[moveCall](theirs.FxWrite), call[controlCall](theirs.FxFileControl)
	shim.traits = call[traitsCall](theirs.FxDeviceCharacteristics)
	theirs.FiVersion = min(theirs.FiVersion, 2) // version 3 can map files, past every check
	database, log := theirs, theirs
	database.FxRead, database.FxWrite = pointer[moveCall](readPage), pointer[moveCall](writePage)
	database.FxFileControl, database.FxDeviceCharacteristics = pointer[controlCall](control), pointer[traitsCall](traits)
	log.FxRead = pointer[moveCall](readLog)
	d, err := foreign(tls, database)
	if err != nil {
		return nil, err
	}
	l, err := foreign(tls, log)
	if err != nil {
		return nil, err
	}
	shim.methods[system] = &methods{d, l}
	return shim.methods[system], nil
}

// readPage checks whole pages. SQLite reads less only of the header, before it reads
// the page with it.
func readPage(tls *libc.TLS, file *sqlite3.Tsqlite3_file, data *byte, n int32, at int64) int32 {
	rc := shim.read(tls, file, data, n, at)
	if n < pageSize/8 || rc != sqlite3.SQLITE_OK && rc != sqlite3.SQLITE_IOERR_SHORT_READ {
		return rc
	}
	if rc != sqlite3.SQLITE_OK || !pageHolds(unsafe.Slice(data, n), at) {
		return spoilt(file, fmt.Errorf("the page at byte %d is not what was written", at))
	}
	return rc
}

// writePage seals a page. In WAL mode only a checkpoint writes any, from a buffer
// of its own.
func writePage(tls *libc.TLS, file *sqlite3.Tsqlite3_file, data *byte, n int32, at int64) int32 {
	if n == pageSize {
		sealPage(unsafe.Slice(data, n), at)
	}
	return shim.write(tls, file, data, n, at)
}

// readLog checks the pages that are read from the log: SQLite checks them only when
// it opens the log first. While a transaction writes none is read that it wrote,
// as no page leaves the cache before its end (cache_spill in open.go).
func readLog(tls *libc.TLS, file *sqlite3.Tsqlite3_file, data *byte, n int32, at int64) int32 {
	rc := shim.read(tls, file, data, n, at)
	if n != pageSize || !pageInFrame(at) {
		return rc
	}
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ {
		return spoilt(file, fmt.Errorf("the write-ahead log ends before its page at byte %d", at))
	}
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	var first [4]byte
	var before [8]byte
	var header [frameHeader]byte
	for _, part := range []struct {
		into []byte
		at   int64
	}{{first[:], 0}, {before[:], sumBefore(at)}, {header[:], at - frameHeader}} {
		if rc := shim.read(tls, file, &part.into[0], int32(len(part.into)), part.at); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	if !frameHolds(header[:], unsafe.Slice(data, n), before[:], first[3]&1 == 1) {
		return spoilt(file, fmt.Errorf("the write-ahead log's page at byte %d is not what was written", at))
	}
	return rc
}

// traits has SQLite read whole pages only: it would read a part of those that a long
// text goes on in.
func traits(tls *libc.TLS, file *sqlite3.Tsqlite3_file) int32 {
	return shim.traits(tls, file) &^ sqlite3.SQLITE_IOCAP_SUBPAGE_READ
}

// control has the log outlive its last user. Whoever removes it does so by its name,
// and the name may be another ledger's by then: see Rebuild.
func control(tls *libc.TLS, file *sqlite3.Tsqlite3_file, what int32, arg *int32) int32 {
	if what == sqlite3.SQLITE_FCNTL_PERSIST_WAL && *arg < 0 {
		*arg = 1
		return sqlite3.SQLITE_OK
	}
	return shim.control(tls, file, what, arg)
}

// spoilt notes that a database was found damaged, and is what SQLite is told.
func spoilt(file *sqlite3.Tsqlite3_file, why error) int32 {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	if path := shim.files[file]; shim.damaged[path] == nil {
		shim.damaged[path] = why
	}
	return sqlite3.SQLITE_IOERR_DATA
}

// foundDamaged says what this process found wrong with a database that it read, by
// its full path without links; nil for nothing.
func foundDamaged(path string) error {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	return shim.damaged[path]
}

// forgetDamage begins anew for a path that leads to another database now.
func forgetDamage(path string) {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	delete(shim.damaged, path)
}
