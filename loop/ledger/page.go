package ledger

import (
	"encoding/binary"
	"hash/crc64"
)

// SQLite notices a torn file, and not a byte that changed in the middle of a text or
// a number. So every page of a ledger ends with a checksum, in the bytes that the
// file format leaves to others (https://www.sqlite.org/fileformat2.html, "Reserved
// bytes per page"; SQLite's own extension for this is cksumvfs, which is not part of
// the library). It also covers the page's place in the file.
const (
	pageSize = 4096 // bytes, of every ledger
	sumSize  = 8    // bytes, reserved at the end of each page

	// applicationID marks a file whose pages have checksums: "pawl".
	applicationID = 0x7061776c
)

// Places in the header of an SQLite file.
const (
	headerSize    = 100
	atReserved    = 20
	atApplication = 68
	magic         = "SQLite format 3\x00"
)

var polynomial = crc64.MakeTable(crc64.ECMA)

// pageSum is the checksum of a page at an offset in the file, in bytes.
func pageSum(page []byte, at int64) uint64 {
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(at))
	return crc64.Update(crc64.Update(0, polynomial, place[:]), polynomial, page[:len(page)-sumSize])
}

// sealPage writes the checksum of a page to its end.
func sealPage(page []byte, at int64) {
	binary.BigEndian.PutUint64(page[len(page)-sumSize:], pageSum(page, at))
}

// pageHolds says that a page is what was written.
func pageHolds(page []byte, at int64) bool {
	return len(page) > sumSize && binary.BigEndian.Uint64(page[len(page)-sumSize:]) == pageSum(page, at)
}

// emptyFile is a database without tables, in WAL mode and with room for checksums:
// what a new ledger begins as.
func emptyFile() []byte {
	p := make([]byte, pageSize)
	copy(p, magic)
	binary.BigEndian.PutUint16(p[16:], pageSize)
	p[18], p[19] = 2, 2 // written and read with a WAL
	p[atReserved] = sumSize
	p[21], p[22], p[23] = 64, 32, 32      // fixed by the format
	binary.BigEndian.PutUint32(p[24:], 1) // file change counter
	binary.BigEndian.PutUint32(p[28:], 1) // pages
	binary.BigEndian.PutUint32(p[44:], 4) // schema format
	binary.BigEndian.PutUint32(p[56:], 1) // UTF-8
	binary.BigEndian.PutUint32(p[92:], 1) // the change counter for which the number of pages holds
	binary.BigEndian.PutUint32(p[atApplication:], applicationID)
	p[headerSize] = 13 // a leaf of a table, without cells
	binary.BigEndian.PutUint16(p[headerSize+5:], pageSize-sumSize)
	sealPage(p, 0)
	return p
}

// kind is what a file that should be a ledger is, as its header says.
type kind int

const (
	broken kind = iota // no ledger
	plain              // one from before pages had checksums
	sealed             // one whose pages have checksums
)

// kindOf tells by a file's first bytes. A single one that changed never makes a sealed
// ledger look like a plain one.
func kindOf(header []byte) kind {
	if len(header) < headerSize {
		return broken
	}
	application := binary.BigEndian.Uint32(header[atApplication:])
	switch {
	case string(header[:len(magic)]) == magic && header[atReserved] == 0 && application == 0:
		return plain
	case header[atReserved] == sumSize && application == applicationID:
		return sealed
	}
	return broken
}

// The write-ahead log: a header, then frames, each a header and a page. Each frame's
// checksum goes on from the one before (https://www.sqlite.org/walformat.html).
const (
	walHeader   = 32
	frameHeader = 24
	frameSize   = frameHeader + pageSize
)

// pageInFrame says that a place in a write-ahead log is where a frame's page begins.
func pageInFrame(at int64) bool { return at > walHeader && (at-walHeader-frameHeader)%frameSize == 0 }

// sumBefore is where the checksum lies, of 8 bytes, that the frame whose page begins
// at a place goes on from.
func sumBefore(at int64) int64 {
	if at == walHeader+frameHeader {
		return walHeader - 8
	}
	return at - frameHeader - pageSize - 8
}

// frameHolds says that a frame is what was written: header and page of it, the
// checksum before it, and whether the log's checksums read big-endian words.
func frameHolds(header, page, before []byte, big bool) bool {
	s := [2]uint32{binary.BigEndian.Uint32(before), binary.BigEndian.Uint32(before[4:])}
	s = walSum(walSum(s, header[:8], big), page, big)
	return s[0] == binary.BigEndian.Uint32(header[16:]) && s[1] == binary.BigEndian.Uint32(header[20:])
}

func walSum(s [2]uint32, data []byte, big bool) [2]uint32 {
	word := binary.LittleEndian.Uint32
	if big {
		word = binary.BigEndian.Uint32
	}
	for ; len(data) >= 8; data = data[8:] {
		s[0] += word(data) + s[1]
		s[1] += word(data[4:]) + s[0]
	}
	return s
}
