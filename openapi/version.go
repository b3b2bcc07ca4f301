package openapi

import (
	"errors"
	"fmt"
	"strings"
)

// Version is a version of the OpenAPI Specification.
type Version string

// The versions that a document can be written in.
const (
	// Version30 is for older tools. What it cannot say is said more loosely, never wrongly: the schemas accept at least
	// what they accept in the other versions.
	Version30 Version = "3.0.3"
	Version31 Version = "3.1.0"
	// Version32 adds the method QUERY, the flow of devices, and tags that are inside of others.
	Version32 Version = "3.2.0"
)

// short is the version without its patch.
func (v Version) short() string { return string(v[:strings.LastIndexByte(string(v), '.')]) }

// Format is a way to write a document.
type Format struct {
	// Version is that of the document where it is empty.
	Version Version
	// YAML chooses YAML 1.2 in place of JSON; whatever means something else in YAML 1.1 is quoted.
	YAML bool
}

// contentType is the media type; that of YAML is registered by RFC 9512.
func (f Format) contentType() []string {
	if f.YAML {
		return yamlType
	}
	return jsonType
}

const (
	methodQuery     = "QUERY" // RFC 10008
	memberTagGroups = "x-tagGroups"
	memberDevice    = "x-deviceAuthorization"
)

var errVersion = errors.New("the version is not one of 3.0.3, 3.1.0 and 3.2.0")

// convert writes a document, which was written in one version, in a format.
func convert(document []byte, from Version, f Format) ([]byte, error) {
	if f.Version == "" {
		f.Version = from
	}
	if f.Version == Version31 && from == Version31 && !f.YAML {
		return document, nil
	}
	tree, err := readTree(document)
	if err != nil {
		return nil, err
	}
	var converted ordered
	switch f.Version {
	case Version30:
		converted = newDowngrade(asObject(tree)).document()
	case Version31:
		converted = withoutQuery(asObject(tree)).with("openapi", string(Version31))
	case Version32:
		converted = upgrade(asObject(tree))
	default:
		return nil, fmt.Errorf("%q: %w", f.Version, errVersion)
	}
	if f.YAML {
		return appendYAML(nil, converted), nil
	}
	return appendJSON(nil, converted)
}

// upgrade says in the words of 3.2 what the versions before it leave to extensions.
func upgrade(doc ordered) ordered {
	doc = doc.with("openapi", string(Version32))
	if groups := asList(doc.get(memberTagGroups)); groups != nil {
		doc = doc.without(memberTagGroups).with("tags", parented(asList(doc.get("tags")), groups))
	}
	components := asObject(doc.get("components"))
	if schemes := asObject(components.get("securitySchemes")); schemes != nil {
		schemes = schemes.each(func(_ string, v any) any { return withDevice(asObject(v)) })
		doc = doc.with("components", components.with("securitySchemes", schemes))
	}
	return doc
}

// parented makes a tag of each group, as the parent of its tags.
func parented(tags, groups []any) []any {
	parent := map[any]any{}
	var all []any
	for _, g := range groups {
		name := asObject(g).get("name")
		if name == ungrouped {
			continue // a tag without a parent stands for itself
		}
		all = append(all, ordered{{"name", name}, {"kind", "nav"}})
		for _, tag := range asList(asObject(g).get("tags")) {
			parent[tag] = name
		}
	}
	for _, t := range tags {
		tag := asObject(t)
		if p, ok := parent[tag.get("name")]; ok {
			tag = tag.with("parent", p)
		}
		all = append(all, tag)
	}
	return all
}

func withDevice(scheme ordered) ordered {
	flows := asObject(scheme.get("flows"))
	device := flows.get(memberDevice)
	if device == nil {
		return scheme
	}
	return scheme.with("flows", flows.without(memberDevice).with("deviceAuthorization", device))
}

// withoutQuery keeps operations of the method QUERY as extensions, for versions that do not know it.
func withoutQuery(doc ordered) ordered {
	if !doc.has("paths") {
		return doc
	}
	return doc.with("paths", asObject(doc.get("paths")).each(func(_ string, item any) any {
		renamed := make(ordered, 0, len(asObject(item)))
		for _, e := range asObject(item) {
			if e.key == "query" {
				e.key = "x-query"
			}
			renamed = append(renamed, e)
		}
		return renamed
	}))
}
