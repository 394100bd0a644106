/*
 * How big it is: the shared library as it would be shipped, and a process
 * with one opened handle.
 *
 *	bench_size [libomni.so]
 *
 * Without an argument the library above this program's directory is taken.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static void
find_library(char *out, size_t size)
{
	char self[300];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int level;

	bench_check(n > 0, "readlink");
	self[n] = '\0';
	for (level = 0; level < 2 && strchr(self, '/') != NULL; level++)
		*strrchr(self, '/') = '\0';
	(void)snprintf(out, size, "%s/libomni.so", self);
}

static void
print_stripped(const char *library, const char *directory)
{
	char out[300], *argv[5] = { "strip", "-o", out, NULL, NULL };
	struct stat st;
	pid_t child;
	int status = -1;

	argv[3] = strdup(library);
	bench_check(argv[3] != NULL, "memory");
	(void)snprintf(out, sizeof(out), "%s/stripped.so", directory);
	if (posix_spawnp(&child, "strip", NULL, NULL, argv, environ) == 0)
		(void)waitpid(child, &status, 0);
	free(argv[3]);
	bench_check(status == 0 && stat(out, &st) == 0, "strip");
	(void)printf("libomni.so, stripped: %lld bytes (%.0f KiB)\n",
	    (long long)st.st_size, (double)st.st_size / 1024);
}

static long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[200];
	long kib = 0;

	bench_check(f != NULL, "/proc/self/smaps_rollup");
	while (kib == 0 && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "Rss: %ld", &kib);
	(void)fclose(f);
	return kib;
}

/* The shared library's own call, as a host has it; the copy linked into this
 * program stays cold. */
static void
print_resident(const char *library, const char *directory)
{
	omni_status (*open_store)(omni_config *, const char *, omni **);
	void (*close_store)(omni *);
	long before = resident_kib();
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	char path[300];
	omni *db = NULL;

	bench_check(handle != NULL, dlerror());
	*(void **)&open_store = dlsym(handle, "omni_open");
	*(void **)&close_store = dlsym(handle, "omni_close");
	bench_check(open_store != NULL && close_store != NULL, "dlsym");
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	bench_check(open_store(NULL, path, &db) == OMNI_OK, "open");
	(void)printf("resident with one opened handle: %ld KiB (%ld before "
	    "the library was loaded)\n", resident_kib(), before);
	close_store(db);
}

int
main(int argc, char **argv)
{
	char library[320], directory[256];

	if (argc > 1)
		(void)snprintf(library, sizeof(library), "%s", argv[1]);
	else
		find_library(library, sizeof(library));
	if (access(library, R_OK) != 0) {
		(void)printf("%s is not built\n", library);
		return 0;
	}
	bench_directory(directory, sizeof(directory));
	print_stripped(library, directory);
	print_resident(library, directory);
	bench_clean(directory);
	return 0;
}
