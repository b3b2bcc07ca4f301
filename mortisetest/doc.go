// Package mortisetest tests APIs as a whole: that nobody gets in who should not.
//
//	func TestNobodyGetsInWhoShouldNot(t *testing.T) {
//		mortisetest.Deny(t, newAPI(), mortisetest.Matrix{
//			Values: map[string]string{"post_id": "1"},
//			Intruders: []mortisetest.Intruder{
//				{Name: "somebody whose token has expired", Present: mortisetest.Bearer(expired)},
//				{Name: "a reader", Present: mortisetest.Bearer(reader), May: []string{"GET /profile"}},
//			},
//		})
//	}
//
// [Deny] goes by what the API enforces, [router.Router.Audit], so it knows a new
// route as soon as there is one: somebody who may not do anything that is new has
// to be told so, or the test fails.
package mortisetest
