package di

import "reflect"

// A Resource is what a dependency returns when its value must be closed: a
// transaction, a file, a lock. Consumers receive the Value.
//
//	func begin(ctx context.Context, db *sql.DB) (di.Resource[*sql.Tx], error) {
//		tx, err := db.BeginTx(ctx, nil)
//		return di.Resource[*sql.Tx]{Value: tx, Close: func(err error) error {
//			if err != nil {
//				return tx.Rollback()
//			}
//			return tx.Commit()
//		}}, err
//	}
//
// Close is called once, after the last who could use the value: after the
// handler for request and transient lifetimes, at [Container.Close] for the
// application's. Resources are closed in the reverse order of their making,
// also after a panic and after the context was cancelled. Close receives the
// error of the request so far, nil for a success, and its own error makes a
// failure of it. A nil Close does nothing; the zero Resource is a zero value
// with nothing to close. When the function itself returns an error, Close is
// not called.
type Resource[T any] struct {
	Value T
	Close func(err error) error
}

// resource is how the untyped engine sees a *Resource[T].
type resource interface {
	link() linker
	closer() func(error) error
	given() reflect.Type
	value() any // a *T
}

func (r *Resource[T]) link() linker              { return &copies[T]{from: &r.Value} }
func (r *Resource[T]) closer() func(error) error { return r.Close }
func (r *Resource[T]) value() any                { return &r.Value }
func (r *Resource[T]) given() reflect.Type       { return reflect.TypeFor[T]() }

// given is the type that consumers receive from a function that returns out.
func given(out reflect.Type) reflect.Type {
	if r, ok := reflect.TypeAssert[resource](reflect.Zero(reflect.PointerTo(out))); ok {
		return r.given()
	}
	return out
}
