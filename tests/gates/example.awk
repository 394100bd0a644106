# Prints the program in the EXAMPLES of a man page: what is between
# .Bd -literal and .Ed there, with roff's escapes undone.
/^\.Sh / { inside = $2 == "EXAMPLES" }
inside && /^\.Bd -literal/ { code = 1; next }
/^\.Ed/ { code = 0 }
code {
	gsub(/\\e/, "\\")
	gsub(/\\&/, "")
	print
}
