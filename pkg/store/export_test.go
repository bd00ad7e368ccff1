package store

// StepByStep is the same store, of which every step of a search ends the page as if it had taken long.
func (s *Store) StepByStep() *Store { return &Store{db: s.db, codec: s.codec} }
