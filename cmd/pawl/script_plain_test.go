//go:build !race

package main

// raced says whether this is built with the race detector.
const raced = false
