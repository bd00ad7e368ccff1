// Package faults holds only tests, of what must hold when processes die: real programs, a real queue and a
// real database are killed under load, and afterwards every table is compared with what senders remember.
// Nothing that was answered 2xx may be missing, nothing may be there twice, and every counter must agree.
//
// FAULTS_SEED repeats the choices of a run; FAULTS_OUTAGE is how long Postgres stays away (default 20s).
package faults
