# Prints the functions that the public header declares, one a line.
# Comments and preprocessor lines are left out; a declaration may span lines.
{
	line = $0
	while (match(line, /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//))
		line = substr(line, 1, RSTART - 1) " " \
		    substr(line, RSTART + RLENGTH)
	text = text "\n" line
}
END {
	while ((start = index(text, "/*")) > 0) {
		rest = substr(text, start + 2)
		text = substr(text, 1, start - 1) " " \
		    substr(rest, index(rest, "*/") + 2)
	}
	gsub(/\n#[^\n]*/, "\n", text)
	count = split(text, part, ";")
	for (i = 1; i <= count; i++) {
		if (part[i] !~ /OMNI_API/)
			continue
		match(part[i], /omni_[a-z0-9_]+[ \n\t]*\(/)
		name = substr(part[i], RSTART, RLENGTH)
		gsub(/[^a-z0-9_]/, "", name)
		print name
	}
}
