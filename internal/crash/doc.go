// Package crash tries what is left when a process is killed. A test starts its own
// program again as a child, which writes without end and says which writes were
// confirmed, and kills it in the middle of that.
//
//	func TestMain(m *testing.M) {
//		crash.Main(m, func(path string) (crash.Write, error) {
//			l, err := OpenLog(path)
//			return func(ctx context.Context, n int) bool { return l.Add(ctx, n) == nil }, err
//		})
//	}
//
//	func TestAKilledProcessLosesNothing(t *testing.T) {
//		path := filepath.Join(t.TempDir(), "log")
//		for _, n := range crash.Confirmed(t, path, 0, 10_000) {
//			// is n in the log?
//		}
//	}
package crash
