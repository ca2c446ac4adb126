// Package signature signs the bodies of HTTP requests with a key that both sides
// know, in the form that GitHub's X-Hub-Signature-256 made common:
// "sha256=" and the HMAC-SHA256 of the body in hexadecimal digits.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

const prefix = "sha256="

// Of is the signature of body.
func Of(key string, body []byte) string {
	return prefix + hex.EncodeToString(digest(key, body))
}

// Matches says whether claimed is the signature of body, with or without its
// prefix. How long it takes tells nothing about the right one.
func Matches(key string, body []byte, claimed string) bool {
	got, err := hex.DecodeString(strings.TrimPrefix(claimed, prefix))
	return err == nil && hmac.Equal(got, digest(key, body))
}

// Same says whether two secrets are one. How long it takes tells nothing about
// either, their lengths included.
func Same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func digest(key string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return mac.Sum(nil)
}
