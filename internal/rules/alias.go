package rules

import (
	"fmt"
	"strings"
)

// maxAliasDepth bounds aliases of aliases; one that contains itself would
// otherwise never end.
const maxAliasDepth = 16

func (g *registry) parts(tag, alias string, depth int) ([]part, error) {
	if depth > maxAliasDepth {
		return nil, fmt.Errorf("alias %q contains itself", alias)
	}
	var list []part
	for text := range strings.SplitSeq(tag, ",") {
		meaning, ok := g.alias(text)
		if !ok {
			list = append(list, part{text: text, alias: alias})
			continue
		}
		inner, err := g.parts(meaning, text, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, inner...)
	}
	return list, nil
}

// Parse reads a tag as the function [Parse] does, and puts the rules that an
// alias of the validator stands for in its place. Rule.Alias tells them.
func (o Options) Parse(tag string) (Rules, error) {
	return newRegistry(o).expand(tag)
}
