package judge

import (
	"context"
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
)

// Loads returns what kin-openapi finds wrong with a document: a JSON that it
// cannot load, or rules of OpenAPI that the document breaks, each with its place.
// References to other files and hosts are refused.
func Loads(document []byte) []string {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	loaded, err := loader.LoadFromData(document)
	if err == nil {
		err = loaded.Validate(context.Background(), openapi3.EnableMultiError(), openapi3.EnableExamplesValidation())
	}
	return clauses(err)
}

// clauses returns the texts of an error that may hold several.
func clauses(err error) []string {
	if err == nil {
		return nil
	}
	var several openapi3.MultiError
	if !errors.As(err, &several) {
		return []string{err.Error()}
	}
	var texts []string
	for _, one := range several {
		texts = append(texts, clauses(one)...)
	}
	return texts
}
