package phases

// tooDeep returns the first line that opens more containers than maxNesting, 0
// when there is none.
func (f *file) tooDeep() int {
	for i, start := range f.starts {
		if depth(f.source[start:]) > maxNesting {
			return i + 1
		}
	}
	return 0
}

// depth counts the quote and list marks at the beginning of the first line of
// b, as far as it matters.
func depth(b []byte) int {
	n, digits := 0, 0
	for i, c := range b {
		bare := i+1 == len(b) || b[i+1] == ' ' || b[i+1] == '\t' || b[i+1] == '\n'
		switch {
		case n > maxNesting || c == '\n':
			return n
		case c == ' ' || c == '\t':
			digits = 0
		case c == '>':
			n, digits = n+1, 0
		case (c == '-' || c == '+' || c == '*') && bare:
			n, digits = n+1, 0
		case c >= '0' && c <= '9':
			digits++
		case (c == '.' || c == ')') && digits > 0 && bare:
			n, digits = n+1, 0
		default:
			return n
		}
	}
	return n
}
