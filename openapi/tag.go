package openapi

import (
	"slices"

	"github.com/swaggest/openapi-go/openapi31"
)

// Tag describes a group of operations. Operations name their tags; a tag needs no entry unless it has something to say.
type Tag struct {
	Name        string
	Description string
	Docs        *ExternalDocs
}

// TagGroup puts tags under one heading, for pages that show many. It is written as "x-tagGroups", which pages such as
// Redoc know, and in OpenAPI 3.2 as the parent of the tags.
type TagGroup struct {
	// Name is the heading. It is not the name of a tag.
	Name string
	// Tags are the names of the tags, each in one group only.
	Tags []string
}

// ungrouped is the heading of the tags that are in no group: pages leave out what is in none.
const ungrouped = "Other"

// tagEntities lists the described tags, and then those that only operations name, in the order of their first use.
func (d *Document) tagEntities(operations []*Operation) []openapi31.Tag {
	var all []openapi31.Tag
	seen := map[string]bool{}
	for _, t := range d.tags {
		entity := openapi31.Tag{Name: t.Name, Description: text(t.Description)}
		if t.Docs != nil {
			entity.ExternalDocs = docsEntity(t.Docs)
		}
		all = append(all, entity)
		seen[t.Name] = true
	}
	for _, op := range operations {
		for _, name := range op.Tags {
			if !seen[name] {
				all = append(all, openapi31.Tag{Name: name})
				seen[name] = true
			}
		}
	}
	return all
}

// tagGroupEntities lists the groups and, behind them, the tags that are in none. It is nil without groups.
func (d *Document) tagGroupEntities(b *builder, tags []openapi31.Tag) []any {
	if len(d.tagGroups) == 0 {
		return nil
	}
	var all []any
	group := map[string]string{}
	for _, g := range d.tagGroups {
		if g.Name == "" || len(g.Tags) == 0 {
			b.fail("a group of tags needs a name and tags, got %q and %q", g.Name, g.Tags)
		}
		if slices.ContainsFunc(tags, func(t openapi31.Tag) bool { return t.Name == g.Name }) {
			b.fail("%q is a tag and a group of tags; rename one of them", g.Name)
		}
		for _, name := range g.Tags {
			if other, ok := group[name]; ok {
				b.fail("tag %q is in the groups %q and %q; keep it in one", name, other, g.Name)
			}
			if !slices.ContainsFunc(tags, func(t openapi31.Tag) bool { return t.Name == name }) {
				b.fail("group %q has the tag %q, which no operation has", g.Name, name)
			}
			group[name] = g.Name
		}
		all = append(all, ordered{{"name", g.Name}, {"tags", g.Tags}})
	}
	var rest []string
	for _, t := range tags {
		if _, ok := group[t.Name]; !ok {
			rest = append(rest, t.Name)
		}
	}
	if len(rest) > 0 {
		all = append(all, ordered{{"name", ungrouped}, {"tags", rest}})
	}
	return all
}
