package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// exampleID stands for an issue in examples.
var exampleID = event.NamedID(1, "example")

func (a *API) triageRoutes() {
	const issues = "/api/v1/projects/:project/issues"
	const issue = issues + "/:issue"
	a.on(http.MethodPatch, issues, "issues", access.Write, a.changeIssues).doc(doc{
		what: "Changes up to 100 issues at once, all or none", more: changeAbout + " Answers the issues as they are then, by id.",
		takes: changeBody{IDs: []event.ID{exampleID}, Change: store.Change{Status: "ignored", Ignore: &store.Ignorance{Events: 1000}}},
		list:  "issues", gives: store.Issue{}, fails: []int{http.StatusNotFound},
	})
	a.on(http.MethodPatch, issue, "issue", access.Write, a.changeIssue).doc(doc{
		what: "Resolves, ignores, reopens or assigns an issue", more: changeAbout,
		takes: store.Change{Status: "resolved", Resolve: &store.Resolution{NextRelease: true}}, gives: store.Issue{},
	})
	a.on(http.MethodPost, issue+"/merge", "issue_merge", access.Write, a.mergeIssues).doc(doc{
		what:  "Merges up to 100 other issues into this one",
		more:  "Their events count for it from then on, and what was merged into them before. 503 while workers write without a pause: try again.",
		takes: mergeBody{IDs: []event.ID{exampleID}}, gives: store.Issue{},
	})
	a.on(http.MethodPost, issue+"/unmerge", "issue_unmerge", access.Write, a.unmergeIssue).doc(doc{
		what: "Makes what was merged an issue of its own again", more: "The issue is the one that was merged; its events since then come with it.", gives: store.Issue{},
	})
	a.get(issue+"/merged", "issue_merged", a.listMerged).doc(doc{
		what: "What was merged into an issue, at most 1,000", list: "issues", gives: store.Issue{},
	})
	a.get(issue+"/activity", "issue_activity", a.listActivity).doc(doc{
		what: "What happened to an issue beside its events, newest first",
		more: "Comments, and who changed it: `detail` holds the text, or what was chosen.", query: paged, list: "activity", gives: store.Activity{},
	})
	a.on(http.MethodPost, issue+"/comments", "issue_comments", access.Write, a.comment).doc(doc{
		what: "Comments an issue", takes: commentBody{Text: "Since the deploy of Monday"}, gives: store.Activity{}, status: http.StatusCreated,
	})
	a.on(http.MethodDelete, issue+"/comments/:comment", "issue_comment", access.Write, a.deleteComment).doc(doc{
		what: "Takes a comment of one's own back",
	})
	a.get(issue+"/users", "issue_users", a.showIssueUsers).doc(doc{
		what: "Who met an issue: how many, and who of the latest 1,000 events most often", gives: store.IssueUsers{},
	})
}

const changeAbout = "`status` is unresolved, resolved or ignored; `resolve` says which events reopen a resolved issue (any later one; only one of a " +
	"`next_release`; only one of a `release` or one first seen after it), `ignore` what ends ignoring, whichever comes first (`until` a time, so many more " +
	"`events` or `users`; nothing: never). `assignee` is the number of a member, 0 for nobody. What is left out stays as it is."

// changeBody is a change of several issues.
type changeBody struct {
	IDs []event.ID `json:"ids"`
	store.Change
}

func (a *API) changeIssues(r *request) error {
	body, err := bodyOf[changeBody](r)
	if err != nil {
		return err
	}
	changed, err := a.db.ChangeIssues(r.ctx(), r.org(), r.project, r.viewer.Actor(), body.IDs, body.Change)
	if err != nil {
		return err
	}
	return answerList(a, r, "issues", changed, "")
}

// bodyOf reads the body of a request that has no parameters.
func bodyOf[T any](r *request) (body T, err error) {
	if err = r.params.Done(); err != nil {
		return body, err
	}
	return decodeBody[T](r, maxBody)
}

func (a *API) changeIssue(r *request) error {
	id, err := r.pathID("issue")
	if err != nil {
		return err
	}
	change, err := bodyOf[store.Change](r)
	if err != nil {
		return err
	}
	changed, err := a.db.ChangeIssues(r.ctx(), r.org(), r.project, r.viewer.Actor(), []event.ID{id}, change)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, changed[0])
}

// mergeBody names the issues that are merged.
type mergeBody struct {
	IDs []event.ID `json:"ids"`
}

func (a *API) mergeIssues(r *request) error {
	into, err := r.pathID("issue")
	if err != nil {
		return err
	}
	body, err := bodyOf[mergeBody](r)
	if err != nil {
		return err
	}
	merged, err := a.db.MergeIssues(r.ctx(), r.org(), r.project, r.viewer.Actor(), into, body.IDs)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, merged)
}

func (a *API) unmergeIssue(r *request) error {
	id, err := r.pathAlone("issue")
	if err != nil {
		return err
	}
	again, err := a.db.UnmergeIssue(r.ctx(), r.org(), r.project, r.viewer.Actor(), id)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, again)
}

func (a *API) listMerged(r *request) error {
	id, err := r.pathAlone("issue")
	if err != nil {
		return err
	}
	if _, err := a.db.Issue(r.ctx(), r.org(), r.project, id); err != nil {
		return err
	}
	merged, err := a.db.MergedIssues(r.ctx(), r.org(), r.project, id)
	if err != nil {
		return err
	}
	return answerList(a, r, "issues", merged, "")
}

// pathAlone reads an id of the path of a request that has no parameters.
func (r *request) pathAlone(name string) (event.ID, error) {
	if err := r.params.Done(); err != nil {
		return event.ID{}, err
	}
	return r.pathID(name)
}

func (a *API) listActivity(r *request) error {
	limit, cursor := r.params.Limit(), r.params.Text("cursor")
	id, err := r.pathAlone("issue")
	if err != nil {
		return err
	}
	all, next, err := a.db.Activities(r.ctx(), r.org(), r.project, id, limit, cursor)
	if err != nil {
		return err
	}
	return answerList(a, r, "activity", all, next)
}

// commentBody is a comment.
type commentBody struct {
	Text string `json:"text"`
}

func (a *API) comment(r *request) error {
	id, err := r.pathID("issue")
	if err != nil {
		return err
	}
	body, err := bodyOf[commentBody](r)
	if err != nil {
		return err
	}
	made, err := a.db.Comment(r.ctx(), r.org(), r.project, r.viewer.Actor(), id, body.Text)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusCreated, r.mask, made)
}

func (a *API) deleteComment(r *request) error {
	id, err := r.pathAlone("comment")
	if err != nil {
		return err
	}
	if err := a.db.DeleteComment(r.ctx(), r.org(), r.project, r.viewer.Actor(), id); err != nil {
		return err
	}
	return r.http.NoContent(http.StatusNoContent)
}

func (a *API) showIssueUsers(r *request) error {
	id, err := r.pathAlone("issue")
	if err != nil {
		return err
	}
	users, err := a.db.IssueUsers(r.ctx(), r.org(), r.project, id)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, users)
}
