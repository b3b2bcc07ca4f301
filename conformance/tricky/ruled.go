package tricky

import "github.com/mortise-go/mortise"

// Color is an enum of texts.
type Color string

// Enum lists its values.
func (Color) Enum() []any { return []any{Color("red"), "green"} }

// Level is an enum of numbers.
type Level int

// Enum lists its values.
func (Level) Enum() []any { return []any{1, 2} }

// Enums has enums in every place.
type Enums struct {
	Color    Color              `json:"color"`
	Level    Level              `json:"level" validate:"required"`
	Pointer  *Color             `json:"pointer"`
	Optional Color              `json:"optional" validate:"omitempty"`
	Unsaid   Level              `json:"unsaid,omitempty" validate:"omitempty,max=1"`
	List     []Color            `json:"list"`
	Map      map[Color]Color    `json:"map"`
	Deep     map[string][]Level `json:"deep"`
}

// Ruled has rules of every kind.
type Ruled struct {
	Name     string            `json:"name" validate:"required,min=2,max=5"`
	Code     string            `json:"code" validate:"len=3,alpha"`
	Maybe    string            `json:"maybe" validate:"omitempty,min=3"`
	Email    string            `json:"email" validate:"omitempty,email"`
	State    string            `json:"state" validate:"oneof=draft live"`
	Kind     string            `json:"kind,omitempty" validate:"omitempty,oneof=a b"`
	Age      int               `json:"age" validate:"gte=18,lt=100"`
	Ratio    float64           `json:"ratio" validate:"gt=0,lte=1"`
	Step     uint8             `json:"step" validate:"omitempty,oneof=2 4 8"`
	Agreed   bool              `json:"agreed" validate:"required"`
	Not      int               `json:"not" validate:"ne=3"`
	Tags     []string          `json:"tags" validate:"required,max=3,unique,dive,min=2"`
	Some     []string          `json:"some" validate:"omitempty,min=1,dive,oneof=x y"`
	Words    map[string]string `json:"words" validate:"max=2,dive,keys,min=2,endkeys,required"`
	Pattern  string            `json:"pattern" validate:"omitempty,pattern=^[a-z]{20x2C4}$"`
	Prefix   string            `json:"prefix" validate:"omitempty,startswith=a.b"`
	Pointer  *int              `json:"pointer" validate:"required,min=1"`
	Nullable *string           `json:"nullable" validate:"omitempty,max=3"`
	Inner    Inner             `json:"inner"`
	Items    []Inner           `json:"items"`
	ByName   map[string]*Inner `json:"byName"`
	Maybes   Inner             `json:"maybes" validate:"omitempty"`
	Skipped  Inner             `json:"skipped" validate:"-"`
	Unasked  []Inner           `json:"unasked" validate:"-"`
	Nilled   string            `json:"nilled" validate:"omitnil,min=1"`
	Either   string            `json:"either" validate:"omitempty,uuid|len=2"`
	Hex      string            `json:"hex" validate:"omitempty,hexadecimal|eq=none"`
}

// Inner has a rule that its zero value does not keep.
type Inner struct {
	Size int `json:"size" validate:"required,max=9"`
}

const ruled = `{"name":"anna","code":"abc","maybe":"","email":"","state":"draft","kind":"a","age":18,"ratio":0.5,"step":4,"agreed":true,
	"not":1,"tags":["aa","bb"],"some":["x"],"words":{"ab":"c"},"pattern":"abc","prefix":"a.bc","pointer":1,"nullable":null,
	"inner":{"size":1},"items":[{"size":2}],"byName":{"a":{"size":3}},"maybes":{},"skipped":{"size":0},"unasked":[{}],"nilled":"x","either":"ab","hex":"none"}`

// Patch has members that may be absent.
type Patch struct {
	Name    mortise.Optional[string]          `json:"name,omitzero" validate:"min=2"`
	Nick    mortise.Optional[*string]         `json:"nick,omitzero" validate:"max=4"`
	Tags    mortise.Optional[[]string]        `json:"tags,omitzero" validate:"max=2"`
	Node    mortise.Optional[*Node]           `json:"node,omitzero"`
	Color   mortise.Optional[Color]           `json:"color,omitzero"`
	Must    mortise.Optional[int]             `json:"must,omitzero"`
	Big     mortise.Optional[map[string]bool] `json:"big,omitzero"`
	Payment mortise.Optional[Payment]         `json:"payment,omitzero"`
}
