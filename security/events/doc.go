// Package events writes what happens at the locks of an application to a log:
// logins, refusals, revocations, sessions, resets and second factors.
//
//	audit := events.NewLog(events.Config{Logger: slog.New(slog.NewJSONHandler(file, nil))})
//	handler := middleware.Chain(api, middleware.RequestID(), events.Middleware(audit))
//
// From then on the packages below security report by themselves; a program adds
// what only it knows with security.Report:
//
//	security.Report(ctx, security.Event{Kind: security.EventLogin, Outcome: security.Refused, Subject: name})
//
// Each event is one line with fixed fields:
//
//	msg="security event" kind=session-started outcome=succeeded subject=ada session=6e1f…
//	    client=203.0.113.9 request_id=… route="POST /login"
//
// Events of requests whose context does not come through [Middleware] are not
// lost on a worker: give its context security.WithObserver.
//
// # Security considerations
//
// An event has no field for a credential, and a reason that is not a code in kebab
// case is written as "other". So an event cannot carry a password, unless somebody
// types it where a user name belongs: what is written as a subject is what the
// program reports as one.
//
// What a client chose is written in printable ASCII characters and cut after 128 of
// them, whatever the handler of the logger does: no line break and no terminal escape
// gets through.
//
// A log that cannot be written does not keep anybody out. [Log.Lost] counts the
// events for monitoring.
package events
