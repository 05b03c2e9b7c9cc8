# Reads "go test -v": prints one line for each package that passed and the whole output of one that failed. Exits 1 for a failure, for a
# run without packages and for a skipped test, which proves nothing; allow=1 counts skips without failing (make quick).

{ line[++lines] = $0 }

/^ *--- SKIP: / { skipped++; names = names "    " $3 "\n" }

# What go prints when a package is done, or could not be built.
/^(ok  |FAIL|\?   )\t/ {
	packages++
	if ($1 == "FAIL") {
		failed++
		show()
	} else if ($1 == "ok")
		print
	lines = 0
}

END {
	if (!packages) {
		show()
		print "no package was tested"
	}
	if (skipped)
		printf "%d tests were skipped%s:\n%s", skipped, allow ? "" : ", and none may be", names
	if (failed)
		printf "%d packages failed\n", failed
	exit !packages || failed || (skipped && !allow)
}

function show(i) {
	for (i = 1; i <= lines; i++)
		print line[i]
}
