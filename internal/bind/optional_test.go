package bind_test

// Maybe is an Optional as a public package would define it.
type Maybe[T any] struct {
	Value T
	Set   bool
}

func (m *Maybe[T]) OptionalElem() any { return &m.Value }
func (m *Maybe[T]) MarkSet()          { m.Set = true }

func some[T any](v T) Maybe[T] { return Maybe[T]{v, true} }
