package blogtest

func (g *guide) postsAreListedAndWritten() {
	if a := g.do("GET", "/posts?limit=1&offset=1", ""); a.status != 200 || a.body["count"] != float64(2) || len(a.body["posts"].([]any)) != 1 {
		g.Errorf("a page of posts: %d %s", a.status, a.text)
	}
	if a := g.do("GET", "/posts?limit=0&offset=x", ""); a.status != 422 || len(a.body["errors"].([]any)) != 2 {
		g.Errorf("two mistakes: %d %s", a.status, a.text)
	}
	bob := g.bob()
	if a := g.json("POST", "/posts", `{"title":"Third","body":""}`, "Authorization", bob); a.status != 201 || a.body["owner_id"] != float64(2) {
		g.Errorf("a new post: %d %s", a.status, a.text)
	}
	// A81
	if a := g.json("POST", "/posts", `{"title":"Mine","owner_id":1}`, "Authorization", bob); a.status != 201 || a.body["owner_id"] != float64(2) {
		g.Errorf("bob chose the owner: %d %s", a.status, a.text)
	}
	if a := g.do("GET", "/posts/77", ""); a.status != 404 {
		g.Errorf("no such post: %d", a.status)
	}
}

func (g *guide) postsSurviveARestart() {
	a := g.json("POST", "/posts", `{"title":"Kept"}`, "Authorization", g.bob())
	if a.status != 201 {
		g.Fatalf("a new post: %d %s", a.status, a.text)
	}
	if err := g.app.Close(); err != nil {
		g.Fatal(err)
	}
	if p := g.again().do("GET", "/posts/3", ""); p.status != 200 || p.body["title"] != "Kept" {
		g.Errorf("post 3 is %s", p.text)
	}
}
