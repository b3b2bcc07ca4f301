// Package contenders implements the workloads once for each framework.
//
// A contender is one file with one function that returns a handler for all
// workloads. To add one, write the file and add its line in [All]; the tests of
// this package then hold it to the same answers as everybody else, and the
// program in ratio measures it. Each is written as the framework's users would
// write it with care, without tricks that its documentation does not show.
package contenders
