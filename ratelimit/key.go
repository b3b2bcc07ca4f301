package ratelimit

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
)

// A Key names a subject: whoever or whatever is counted. It is a digest, so it
// says nothing about the subject by itself, and however long the parts are that
// it was made of, it takes 16 bytes. The zero Key is a subject like any other.
type Key [16]byte

// KeyOf makes the key of a subject from its parts. Each part is written with its
// length before they are digested together, so KeyOf("a:b", "c") and KeyOf("a",
// "b:c") are two subjects, whatever users put into them. It does not allocate
// for parts of up to 200 bytes together.
func KeyOf(parts ...string) Key { return digest('k', parts...) }

// digest is the beginning of a SHA-256 digest. The kind keeps apart what is
// counted for different reasons.
func digest(kind byte, parts ...string) Key {
	var space [256]byte
	text := append(space[:0], kind)
	for _, p := range parts {
		text = binary.AppendUvarint(text, uint64(len(p)))
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return Key(sum[:16])
}

// Words are a key as processors are quick with it.
type words struct{ a, b uint64 }

func (k Key) words() words {
	return words{binary.NativeEndian.Uint64(k[:8]), binary.NativeEndian.Uint64(k[8:])}
}

func (w words) key() (k Key) {
	binary.NativeEndian.PutUint64(k[:8], w.a)
	binary.NativeEndian.PutUint64(k[8:], w.b)
	return k
}

// with makes one key of two. Both are digests, or hidden by a mask, so nobody can
// choose them to meet in their difference.
func (w words) with(other words) words { return words{w.a ^ other.a, w.b ^ other.b} }

// on is the key of the subject on one route alone.
func (w words) on(route string) words {
	return w.with(digest('r', route).words())
}

// client is the part of an address that makes a client. Of an IPv6 address only
// the first bits count: whoever has one address has a whole network of them.
func client(addr netip.Addr, ipv6Bits int) words {
	addr = addr.Unmap()
	if addr.Is6() {
		if network, err := addr.WithZone("").Prefix(ipv6Bits); err == nil {
			addr = network.Addr()
		}
	}
	return Key(addr.As16()).words() // an IPv4 address is wrapped here, and no other is
}

// addressKey makes the key of a client by its address.
func addressKey(addr netip.Addr, ipv6Bits int) words {
	bytes := client(addr, ipv6Bits).key()
	var text [1 + len(bytes)]byte
	text[0] = 'a'
	copy(text[1:], bytes[:])
	sum := sha256.Sum256(text[:])
	return Key(sum[:len(bytes)]).words()
}

// nobody is the key of all clients whose address cannot be determined.
func nobody() words { return digest('n').words() }
