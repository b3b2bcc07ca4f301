// Package reset sends tokens by mail that let somebody set a new password, or
// confirm an address, once.
//
//	resets, err := reset.New(reset.Config{
//		Store:  reset.NewMemory(nil),
//		Find:   subjectOfAddress,
//		Send:   mail,
//		Link:   "https://app.example.com/reset",
//		Enders: []reset.Ender{sessions},
//	})
//	...
//	defer resets.Close(context.Background())
//
//	err = resets.Request(ctx, address)                // the same answer for everybody
//	err = resets.Redeem(ctx, token, setPassword)      // once; then every session ends
//
// For the confirmation of an address give [Config.Purpose] another name: a token for
// one purpose is none for another.
//
// # Security considerations
//
// [Resets.Request] does nothing but remember what was asked for. Whether there is
// such an account is looked up afterwards, in the background, so that neither the
// answer nor its time tells. Limit how often somebody may ask, with [Config.Allow]
// and by address of the client: whoever asks sends mail to others.
//
// A token has 256 random bits, is stored as a digest, serves for an hour and once,
// and voids those that the account got before. It prints as "[redacted]". It stands
// in the fragment of the link, which browsers send to no server, so that it is in no
// log and no Referer; the address of the page comes from the configuration and never
// from the request.
//
// After a new password everything ends that was opened with the old one: give all
// [Config.Enders]. Redeeming logs nobody in, and a second factor stays what it was.
package reset
