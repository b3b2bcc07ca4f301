package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/cedar-policy/cedar-go"

	"github.com/mortise-go/mortise/security"
)

//go:embed rules.cedar
var rules []byte

// A question is what the rules are asked about: filled like the input of any
// dependency, so the photo is the one that findPhoto found.
type question = struct {
	User  *User
	Photo *Photo
}

// An engine decides by rules in the Cedar language.
type engine struct{ policies *cedar.PolicySet }

// newEngine reads the rules. A mistake in them is found before anybody is
// served.
func newEngine(text []byte) (*engine, error) {
	list, err := cedar.NewPolicyListFromBytes("rules.cedar", text)
	if err != nil {
		return nil, fmt.Errorf("rules.cedar: %w", err)
	}
	set := cedar.NewPolicySet()
	for i, policy := range list {
		id := cedar.PolicyID(policy.Annotations()["id"])
		if id == "" {
			return nil, fmt.Errorf("rules.cedar: policy %d has no @id, by which the log would call it", i+1)
		}
		if !set.Add(id, policy) {
			return nil, fmt.Errorf("rules.cedar: there are two policies with @id(%q)", id)
		}
	}
	return &engine{set}, nil
}

// may is the policy for one action.
func (e *engine) may(action string) security.Policy[question] {
	return security.DecidedBy("the right to "+action+" the photo", security.DeciderFunc[question](func(_ context.Context, q question) (security.Decision, error) {
		return e.decide(action, q)
	}))
}

func (e *engine) decide(action string, q question) (security.Decision, error) {
	photo := cedar.NewEntityUID("Photo", cedar.String(q.Photo.ID))
	decision, diagnostic := cedar.Authorize(e.policies, entities(photo, q), cedar.Request{
		Principal: userID(q.User.Name),
		Action:    cedar.NewEntityUID("Action", cedar.String(action)),
		Resource:  photo,
	})
	// A rule that fails counts as none, and one that forbids may have failed.
	if len(diagnostic.Errors) > 0 {
		return security.Decision{}, errors.New("rule " + string(diagnostic.Errors[0].PolicyID) + " failed")
	}
	answer := security.Decision{Allowed: bool(decision)}
	for _, reason := range diagnostic.Reasons {
		answer.Reasons = append(answer.Reasons, string(reason.PolicyID))
	}
	return answer, nil
}

func userID(name string) cedar.EntityUID { return cedar.NewEntityUID("User", cedar.String(name)) }

// entities tells the engine what it may need to know.
func entities(photo cedar.EntityUID, q question) cedar.EntityMap {
	friends := cedar.NewEntityUID("Group", cedar.String("friends of "+q.Photo.Owner))
	var groups []cedar.EntityUID
	for _, g := range q.User.Groups {
		groups = append(groups, cedar.NewEntityUID("Group", cedar.String(g)))
	}
	known := cedar.EntityMap{
		photo: {UID: photo, Attributes: cedar.NewRecord(cedar.RecordMap{
			"owner": userID(q.Photo.Owner), "exhibited": cedar.Boolean(q.Photo.Exhibited),
		})},
	}
	owner := userID(q.Photo.Owner)
	known[owner] = cedar.Entity{UID: owner, Attributes: cedar.NewRecord(cedar.RecordMap{"friends": friends})}
	caller := known[userID(q.User.Name)]
	caller.UID, caller.Parents = userID(q.User.Name), cedar.NewEntityUIDSet(groups...)
	known[caller.UID] = caller
	return known
}
