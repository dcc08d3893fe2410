// Replaced when the tests of this target arrive.
