package bind

import (
	"fmt"
	"strings"
)

// branch is a bracketed name in a request: what was given for it, and for the names within it.
type branch struct {
	key   string
	texts []string
	twigs []*branch
}

// grow makes a tree of the names and texts of a deep parameter.
func (b *Binder) grow() (*branch, *Error) {
	p, options := b.param, b.param.options
	if int(b.slot.count) > options.MaxKeys {
		return nil, p.error("", CodeLimit, fmt.Sprintf("has more than %d members", options.MaxKeys), true)
	}
	root := &branch{}
	for i := b.slot.first; i != 0; i = b.pairs.items[i].next {
		it := &b.pairs.items[i]
		at, err := root.walk(it.brackets, p)
		if err != nil {
			return nil, err
		}
		at.texts = append(at.texts, it.text)
	}
	return root, nil
}

// walk follows brackets from a branch to another one, which it makes if need be.
func (br *branch) walk(brackets string, p *Param) (*branch, *Error) {
	for depth := 0; brackets != ""; depth++ {
		if depth == p.options.MaxDepth {
			return nil, p.error("", CodeLimit, fmt.Sprintf("is nested deeper than %d names", p.options.MaxDepth), true)
		}
		key, rest, ok := cutKey(brackets)
		if !ok {
			return nil, p.error("", CodeMalformed, "has malformed brackets; expected "+p.Name+"[name]", true)
		}
		if f := clean(key); f != fine {
			return nil, p.error("", CodeEncoding, "has a name within it that is not text", true)
		}
		br, brackets = br.twig(key), rest
	}
	return br, nil
}

// cutKey takes "[key]" off brackets.
func cutKey(brackets string) (key, rest string, ok bool) {
	if brackets[0] != '[' {
		return "", "", false
	}
	key, rest, ok = strings.Cut(brackets[1:], "]")
	return key, rest, ok && strings.IndexByte(key, '[') < 0
}

// twig returns the branch of a key. They are few, so that they are looked at one by one.
func (br *branch) twig(key string) *branch {
	for _, t := range br.twigs {
		if t.key == key {
			return t
		}
	}
	t := &branch{key: key}
	br.twigs = append(br.twigs, t)
	return t
}
