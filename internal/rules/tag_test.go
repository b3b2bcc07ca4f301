package rules_test

import (
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/internal/rules"
)

func TestATagIsMisspeltWhereASlipMadeItsName(t *testing.T) {
	t.Parallel()
	known := []string{"query", "form", "body", "validate", "default", "enum"}
	for name, tt := range map[string]struct {
		tag            reflect.StructTag
		written, meant string
	}{
		"letters that changed places":     {`query:"a" vaildate:"min=1"`, "vaildate", "validate"},
		"two slips in a long name":        {`query:"a" deflaut:"1"`, "deflaut", "default"},
		"a slip in a short name":          {`qery:"a"`, "qery", "query"},
		"a name that another one begins":  {`validates:"required"`, "validates", "validate"},
		"what is meant is there as well":  {`validate:"min=1" validated:"yes"`, "", ""},
		"tags of others":                  {`json:"a" bson:"a" db:"a" env:"A" yaml:"a" xml:"a" valid:"int" gorm:"unique"`, "", ""},
		"a tag that cannot be read":       {`query:a vaildate:"min=1"`, "", ""},
		"none":                            {``, "", ""},
		"two slips in a short name":       {`qrey2:"a"`, "", ""},
		"a tag behind spaces":             {`json:"a"   frm:"a"`, "frm", "form"},
		"a quote inside of another value": {`doc:"say \"vaildate\":" json:"a"`, "", ""},
	} {
		written, meant := rules.Misspelt(tt.tag, known...)
		if written != tt.written || meant != tt.meant {
			t.Errorf("%s: %q is %q, want %q for %q", name, written, meant, tt.meant, tt.written)
		}
	}
}
