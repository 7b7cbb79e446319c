/* SPDX-License-Identifier: MIT */
/*
 * Children of the harness. The order in the child matters: the parent-death signal is set before the check that the
 * parent still lives, so that no death goes unnoticed; signals are restored to their defaults before exec.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PADDING_MAX_BYTES = 4096, POLL_MS = 100, PATH_BYTES = 1024 };
static const uint64_t NS_PER_S = 1000000000;

uint64_t process_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- In the child ---------------------------------------------------------------------------------------------------- */

/* Runs in the child between fork and exec. Returns errno only if exec failed. */
static int child_exec(const struct process_spec *spec, const int *output, pid_t parent)
{
	static char path[PATH_BYTES + sizeof("PATH=")], padding[PADDING_MAX_BYTES + sizeof("PADDING=")];
	char *environment[] = {path, (char[]){"LC_ALL=C"}, (char[]){"TZ=UTC"}, (char[]){"HOME=/"}, padding, NULL};
	const char *old_path = getenv("PATH");
	int null = open("/dev/null", O_RDONLY);
	size_t padding_bytes = spec->padding_bytes < PADDING_MAX_BYTES ? spec->padding_bytes : PADDING_MAX_BYTES;
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (spec->cpus != NULL && sched_setaffinity(0, sizeof(*spec->cpus), spec->cpus) != 0)
		return errno;
	if (null < 0 || dup2(null, 0) < 0)
		return errno;
	for (int i = 0; i < PROCESS_OUTPUTS; i++) /* their own numbers are all above: process_outputs_open() */
		if (dup2(output[i], i + 1) < 0)
			return errno;
	strcpy(path, "PATH=");
	strncat(path, old_path != NULL ? old_path : "/usr/local/bin:/usr/bin:/bin", PATH_BYTES);
	strcpy(padding, "PADDING=");
	memset(padding + strlen(padding), 'x', padding_bytes);
	execvpe(spec->argv[0], spec->argv, environment);
	return errno;
}

/* --- Start ----------------------------------------------------------------------------------------------------------- */

/* Files in memory with descriptors above those that the child gives them. */
static int outputs_open(int *output)
{
	for (int i = 0; i < PROCESS_OUTPUTS; i++)
		output[i] = -1;
	for (int i = 0; i < PROCESS_OUTPUTS; i++) {
		int low = memfd_create("output", MFD_CLOEXEC);

		output[i] = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, PROCESS_OUTPUTS + 1);
		if (low >= 0)
			close(low);
		if (output[i] < 0)
			return -errno;
		fcntl(output[i], F_SETFL, O_APPEND);
	}
	return 0;
}

static void outputs_close(int *output)
{
	for (int i = 0; i < PROCESS_OUTPUTS; i++) {
		if (output[i] >= 0)
			close(output[i]);
		output[i] = -1;
	}
}

/* Forks; the pipe closes at a successful exec and carries errno otherwise. */
static int spawn(struct process *process, const struct process_spec *spec)
{
	int failed[2], error = 0;
	pid_t parent = getpid();

	if (pipe2(failed, O_CLOEXEC) != 0)
		return -errno;
	if (failed[1] <= PROCESS_OUTPUTS) { /* keep clear of the numbers that the child's outputs get */
		int high = fcntl(failed[1], F_DUPFD_CLOEXEC, PROCESS_OUTPUTS + 1);

		close(failed[1]);
		failed[1] = high;
	}
	process->pid = fork();
	if (process->pid == 0) {
		error = child_exec(spec, process->output, parent);
		if (write(failed[1], &error, sizeof(error)) < 0)
			_exit(126);
		_exit(127);
	}
	close(failed[1]);
	if (process->pid < 0)
		error = errno;
	else if (read(failed[0], &error, sizeof(error)) == (ssize_t)sizeof(error))
		waitpid(process->pid, NULL, 0);
	close(failed[0]);
	return -error;
}

int process_start(struct process *process, const struct process_spec *spec)
{
	int error;

	memset(process, 0, sizeof(*process));
	process->pidfd = -1;
	error = outputs_open(process->output);
	if (error == 0)
		error = spawn(process, spec);
	if (error != 0) {
		outputs_close(process->output);
		return error;
	}
	process->pidfd = pidfd_open(process->pid, 0); /* without it process_sleep() just sleeps */
	process->started_ns = process_now_ns();
	process->grown_ns = process->started_ns;
	process->timeout_ns = spec->timeout_ns;
	process->silence_ns = spec->silence_ns;
	return 0;
}

/* --- Until the end ----------------------------------------------------------------------------------------------------- */

static size_t output_bytes(const struct process *process, enum process_output output)
{
	struct stat status;

	return fstat(process->output[output], &status) == 0 ? (size_t)status.st_size : 0;
}

/* Takes the state of a child that has ended. */
static void reaped(struct process *process, int status)
{
	process->ended_ns = process_now_ns();
	process->end = WIFSIGNALED(status) ? PROCESS_SIGNALLED : PROCESS_EXITED;
	process->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	kill(-process->pid, SIGKILL); /* whoever is left of its group */
}

static void kill_group(struct process *process, enum process_end end)
{
	int status = 0;

	kill(-process->pid, SIGKILL);
	kill(process->pid, SIGKILL);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	reaped(process, status);
	process->end = end;
}

bool process_poll(struct process *process)
{
	size_t len_bytes = 0;
	uint64_t now_ns;
	int status;

	if (process->end != PROCESS_RUNNING)
		return true;
	if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
		reaped(process, status);
		return true;
	}
	now_ns = process_now_ns();
	for (enum process_output i = 0; i < PROCESS_OUTPUTS; i++)
		len_bytes += output_bytes(process, i);
	if (len_bytes != process->len_bytes) {
		process->len_bytes = len_bytes;
		process->grown_ns = now_ns;
	}
	if (process->timeout_ns != 0 && now_ns - process->started_ns > process->timeout_ns)
		kill_group(process, PROCESS_TIMED_OUT);
	else if (process->silence_ns != 0 && now_ns - process->grown_ns > process->silence_ns)
		kill_group(process, PROCESS_SILENT);
	return process->end != PROCESS_RUNNING;
}

void process_abort(struct process *process)
{
	if (!process_poll(process))
		kill_group(process, PROCESS_ABORTED);
}

void process_sleep(struct process *const *processes, size_t count, int timeout_ms)
{
	struct pollfd ends[8];
	nfds_t open_count = 0;

	for (size_t i = 0; i < count && open_count < sizeof(ends) / sizeof(ends[0]); i++)
		if (processes[i]->end == PROCESS_RUNNING && processes[i]->pidfd >= 0)
			ends[open_count++] = (struct pollfd){.fd = processes[i]->pidfd, .events = POLLIN};
	poll(ends, open_count, timeout_ms);
}

void process_wait(struct process *process)
{
	while (!process_poll(process))
		process_sleep(&process, 1, POLL_MS);
}

/* --- What it wrote -------------------------------------------------------------------------------------------------------- */

char *process_read(const struct process *process, enum process_output output, size_t *len_bytes)
{
	size_t want = output_bytes(process, output), have = 0;
	char *bytes = malloc(want + 1);

	if (bytes == NULL)
		return NULL;
	while (have < want) {
		ssize_t got = pread(process->output[output], bytes + have, want - have, (off_t)have);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	bytes[have] = '\0';
	if (len_bytes != NULL)
		*len_bytes = have;
	return bytes;
}

void process_close(struct process *process)
{
	outputs_close(process->output);
	if (process->pidfd >= 0)
		close(process->pidfd);
	process->pidfd = -1;
}

char *process_capture(char *const *argv, uint64_t timeout_ns)
{
	struct process_spec spec = {.argv = argv, .timeout_ns = timeout_ns};
	char *out, *err, *both = NULL;
	struct process process;

	if (process_start(&process, &spec) != 0)
		return NULL;
	process_wait(&process);
	out = process_read(&process, PROCESS_STDOUT, NULL);
	err = process_read(&process, PROCESS_STDERR, NULL);
	if (out != NULL && err != NULL)
		both = realloc(out, strlen(out) + strlen(err) + 1);
	if (both != NULL)
		strcat(both, err);
	else
		free(out);
	free(err);
	process_close(&process);
	return both;
}
