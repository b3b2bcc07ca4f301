package codec

import (
	"reflect"
	"strings"
)

// field is a struct field as JSON sees it.
type field struct {
	reflect.StructField
	name   string // of the member
	tagged bool   // name is from the tag
	embed  bool   // its members belong to the struct around it
	quoted bool   // the string option
}

// fieldsOf returns the fields of a struct that JSON sees, those of embedded
// structs not yet among them.
func fieldsOf(t reflect.Type) []field {
	var list []field
	for sf := range t.Fields() {
		tag, tagged := sf.Tag.Lookup("json")
		if tag == "-" || (!sf.IsExported() && !sf.Anonymous) {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		f := field{StructField: sf, name: name, tagged: tagged && name != ""}
		f.embed = sf.Anonymous && !f.tagged && deref(sf.Type).Kind() == reflect.Struct
		if !f.embed && !sf.IsExported() {
			continue
		}
		if !f.tagged {
			f.name = sf.Name
		}
		f.quoted = hasOption(options, "string")
		list = append(list, f)
	}
	return list
}

// membersOf returns the members of a struct by name, those of embedded structs
// included: the shallowest field of a name wins, among several of one depth the
// only one that has the name from its tag, else none.
func membersOf(t reflect.Type) map[string]field {
	members, seen := map[string]field{}, map[reflect.Type]bool{t: true}
	for level := []reflect.Type{t}; len(level) > 0; {
		here, next := map[string][]field{}, []reflect.Type(nil)
		for _, t := range level {
			for _, f := range fieldsOf(t) {
				if !f.embed {
					here[f.name] = append(here[f.name], f)
				} else if e := deref(f.Type); !seen[e] {
					seen[e] = true
					next = append(next, e)
				}
			}
		}
		for name, fields := range here {
			if _, shadowed := members[name]; !shadowed {
				members[name] = dominant(fields)
			}
		}
		level = next
	}
	for name, f := range members {
		if f.Type == nil {
			delete(members, name)
		}
	}
	return members
}

// dominant returns the field that has a name to itself, or a field without a
// type: it still shadows the deeper ones.
func dominant(fields []field) field {
	if len(fields) == 1 {
		return fields[0]
	}
	var tagged []field
	for _, f := range fields {
		if f.tagged {
			tagged = append(tagged, f)
		}
	}
	if len(tagged) == 1 {
		return tagged[0]
	}
	return field{}
}

// options returns the comma-separated options of a json tag.
func options(tag string) []string {
	_, rest, found := strings.Cut(tag, ",")
	if !found {
		return nil
	}
	return strings.Split(rest, ",")
}

func hasOption(options, name string) bool {
	for o := range strings.SplitSeq(options, ",") {
		if o == name {
			return true
		}
	}
	return false
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
