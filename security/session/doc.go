// Package session logs people in with a cookie. What the cookie names is kept on the
// server, so that it can be ended at any time.
//
//	sessions, err := session.New[Data](session.Config{Store: session.NewMemory(session.MemoryConfig{})})
//	...
//	api.Provide(sessions.Dependency(), sessions.Starter())
//	mortise.Post(api, "/login", login, mortise.Public())   // takes a *session.Starter[Data]
//	mortise.Get(api, "/profile", profile)                  // takes a *session.Session[Data], so it is locked
//	mortise.Post(api, "/logout", session.Logout[Data], router.OperationID("logout"))
//
// A login starts a session; its data are a struct of the program's own:
//
//	func login(ctx context.Context, in struct {
//		Starter     *session.Starter[Data]
//		Credentials Credentials `body:"json"`
//	}) (mortise.None, error) {
//		...
//		_, err = in.Starter.Start(ctx, user.ID, Data{Theme: "dark"})
//		return mortise.None{}, err
//	}
//
// # What ends a session
//
//	Session.End, Logout              this one
//	Session.EndOthers                all others of the account
//	Sessions.EndSubject, LogoutAll   all of the account
//	Sessions.EndOne                  one of a list
//	Config.Idle, Config.Absolute     not being used, and being old
//
// [Memory] forgets with the process. [Log] keeps a file and confirms nothing that a
// crash could undo. A shared server is for more than one process.
//
// # Security considerations
//
// An id has 256 random bits and is stored as a digest. A login gives a new one and
// ends what the request came with, so that nobody can prepare a session for
// somebody else; call [Session.Renew] when rights grow. Unknown ids are refused and
// never taken over, and two cookies of the name are refused as well.
//
// The cookie is Secure, HttpOnly, SameSite=Lax, of this host alone and called
// "__Host-session". Unsafe requests that another site makes a browser send are
// refused with 403; so nothing may change on GET.
//
// A store has 250 ms, and what it cannot answer is a 503. A logout that could not be
// stored is no 204.
//
// A session that starts while all of its account's are ended is among the ended
// ones: the login may have looked at the old password. See [At].
package session
