/*
 * Work in a process of its own, so that what it takes is known.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "sets.h"

static double
of_timeval(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

void
bench_child(void (*work)(void *), void *context, struct bench_cost *cost)
{
	double start = bench_seconds();
	struct rusage usage;
	int status = -1;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	bench_check(child >= 0, "fork");
	if (child == 0) {
		work(context);
		(void)fflush(stdout);
		_exit(0);
	}
	bench_check(wait4(child, &status, 0, &usage) == child, "wait4");
	bench_check(status == 0, "a benchmark's process");
	cost->cpu = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
	cost->seconds = getenv("BENCH_CPU") != NULL ? cost->cpu :
	    bench_seconds() - start;
	cost->mib = (double)usage.ru_maxrss / 1024;
}
