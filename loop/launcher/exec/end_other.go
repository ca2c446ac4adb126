//go:build !linux

package exec

// awaitEnd would wait until a child has ended without reaping it. It is not done
// here: what a program that ended by itself left in its group is left alone, as
// the group's id may soon be another's.
func awaitEnd(int) bool { return false }
