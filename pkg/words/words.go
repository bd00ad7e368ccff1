// Package words takes apart what people may look for: titles, stacks, breadcrumbs. What is stored and what is asked goes
// through the same functions. Pure.
package words
