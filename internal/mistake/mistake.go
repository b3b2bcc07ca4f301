// Package mistake words the mistakes of declarations and configurations, which are
// told together: each of them stands on a line of its own and says what it is about.
package mistake

import "errors"

// All lists the errors that were joined into one, however deep. Of nil there are
// none.
func All(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, All(e)...)
	}
	return list
}

// Prefixed joins the errors, with the same words before each of those that they were
// joined from. It is nil if all of them are.
func Prefixed(words string, errs ...error) error {
	each := All(errors.Join(errs...))
	for i, e := range each {
		each[i] = Reworded(words+e.Error(), e)
	}
	return errors.Join(each...)
}

// Reworded is an error in other words. [errors.Is] and [errors.As] still find it.
func Reworded(text string, err error) error { return &reworded{text, err} }

type reworded struct {
	text string
	err  error
}

func (e *reworded) Error() string { return e.text }
func (e *reworded) Unwrap() error { return e.err }
