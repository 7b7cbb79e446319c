/* SPDX-License-Identifier: MIT */
/*
 * The life of a boot, the same for every machine: check, start, poll, collect. What differs is in launch_machine.h.
 */
#include "launch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "launch_machine.h"
#include "memory.h"
#include "paths.h"

/*
 * Polls are rare, because each may disturb what is measured; but quick at first, while threads appear, and more often in a
 * short boot than in a long one, so that the last look at it has seen most of it.
 */
enum { POLL_EARLY_MS = 20, POLL_MS = 500, POLL_SHARE = 8 };
static const uint64_t NS_PER_MS = 1000000, NS_PER_S = 1000000000;

static const struct launch_machine *const machines[SUBJECT_MACHINES] = {
    [SUBJECT_HOST] = &launch_host, [SUBJECT_QEMU] = &launch_qemu,    [SUBJECT_SIM] = &launch_qemu,
    [SUBJECT_KVM] = &launch_qemu,  [SUBJECT_METAL] = &launch_absent, [SUBJECT_CORES] = &launch_absent,
};

char *launch_path(const char *name)
{
	return memory_format("%s/%s", paths_bin(), name);
}

char *launch_program(const struct subject *subject, const char *name)
{
	const char *directory = build_directory(subject->build);

	return memory_format("%s/%s", directory != NULL ? directory : paths_bin(), name);
}

/* --- The command line ---------------------------------------------------------------------------------------------------- */

void launch_arg(struct launch_argv *argv, const char *format, ...)
{
	char *word;
	va_list list;

	va_start(list, format);
	if (vasprintf(&word, format, list) < 0)
		word = memory_text(""); /* out of memory: this ends the program with its line */
	va_end(list);
	if (argv->count == LAUNCH_ARGS_MAX) /* a bug: the command lines are written in launch_*.c */
		abort();
	argv->words[argv->count++] = word;
	argv->words[argv->count] = NULL;
}

void launch_argv_free(struct launch_argv *argv)
{
	for (size_t i = 0; i < argv->count; i++)
		free(argv->words[i]);
	memset(argv, 0, sizeof(*argv));
}

static unsigned cpus_of(const struct launch_request *request)
{
	if (request->subject->cpus != 0)
		return request->subject->cpus;
	return request->cpus != 0 ? request->cpus : LAUNCH_CPUS_DEFAULT;
}

int launch_check(const struct subject *subject, struct error *error)
{
	if (build_directory(subject->build) == NULL)
		return error_set(error, STATUS_USAGE, "%s: no build '%s'; say where it is by --build %s=DIR",
				 subject->name, subject->build, subject->build);
	return machines[subject->machine]->check(subject, error);
}

int launch_command(const struct launch_request *request, struct launch_argv *argv, struct error *error)
{
	int status = launch_check(request->subject, error);

	memset(argv, 0, sizeof(*argv));
	if (status == 0 && strlen(request->words) > LAUNCH_WORDS_MAX)
		status =
		    error_set(error, STATUS_USAGE, "the words for %s are longer than %d bytes; select fewer benchmarks",
			      request->subject->name, LAUNCH_WORDS_MAX);
	if (status == 0)
		status = machines[request->subject->machine]->command(request, cpus_of(request), argv, error);
	if (status != 0)
		launch_argv_free(argv);
	return status;
}

/* --- The life of a boot -------------------------------------------------------------------------------------------------- */

int launch_start(struct launch *launch, const struct launch_request *request, struct launch_result *result)
{
	struct process_spec spec = {.padding_bytes = request->padding_bytes,
				    .timeout_ns = request->timeout_ns,
				    .silence_ns = request->silence_ns};
	int status, failed;

	memset(launch, 0, sizeof(*launch));
	memset(result, 0, sizeof(*result));
	launch->subject = *request->subject;
	launch->cpus = cpus_of(request);
	status = launch_command(request, &launch->argv, &result->error);
	if (status != 0) {
		result->end = status == STATUS_UNSUPPORTED ? LAUNCH_UNSUPPORTED : LAUNCH_BROKEN;
		return status;
	}
	spec.argv = launch->argv.words;
	failed = process_start(&launch->process, &spec);
	if (failed != 0) {
		result->end = LAUNCH_BROKEN;
		error_set(&result->error, STATUS_FAILED, "%s: cannot start %s: %s", request->subject->name,
			  launch->argv.words[0], strerror(-failed));
		launch_argv_free(&launch->argv);
		return STATUS_FAILED;
	}
	return 0;
}

bool launch_poll(struct launch *launch)
{
	if (process_poll(&launch->process))
		return true;
	if (!launch->placed)
		launch->placed = machines[launch->subject.machine]->place(launch);
	if (machines[launch->subject.machine]->look != NULL)
		machines[launch->subject.machine]->look(launch);
	return false;
}

void launch_sleep(struct launch *const *launches, size_t count)
{
	struct process *processes[LAUNCH_PARALLEL_MAX];
	uint64_t timeout_ms = POLL_MS;
	size_t used = 0;

	for (size_t i = 0; i < count && used < LAUNCH_PARALLEL_MAX; i++) {
		uint64_t share_ms =
		    (process_now_ns() - launches[i]->process.started_ns) / NS_PER_MS / POLL_SHARE + POLL_EARLY_MS;

		processes[used++] = &launches[i]->process;
		if (share_ms < timeout_ms)
			timeout_ms = share_ms;
	}
	process_sleep(processes, used, (int)timeout_ms);
}

void launch_abort(struct launch *launch)
{
	process_abort(&launch->process);
}

/* Serial console and stderr as one text: the console first. */
static void collect_console(const struct launch *launch, enum process_output console, struct launch_result *result)
{
	size_t first_bytes = 0, second_bytes = 0;
	char *first = NULL, *second = process_read(&launch->process, PROCESS_STDERR, &second_bytes);

	if (console != PROCESS_STDERR)
		first = process_read(&launch->process, console, &first_bytes);
	result->console = memory_new(first_bytes + second_bytes + 1, 1);
	if (first != NULL)
		memcpy(result->console, first, first_bytes);
	if (second != NULL)
		memcpy(result->console + first_bytes, second, second_bytes);
	result->console_bytes = first_bytes + second_bytes;
	free(first);
	free(second);
}

/* The last line with anything on it, without control bytes; "" if none. */
static void last_line(const char *text, size_t len_bytes, char *line, size_t line_bytes)
{
	size_t end = len_bytes, begin, used = 0;

	while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == ' '))
		end--;
	for (begin = end; begin > 0 && text[begin - 1] != '\n';)
		begin--;
	for (size_t i = begin; i < end && used + 1 < line_bytes; i++)
		line[used++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	line[used] = '\0';
}

/* The first line that tells of a panic; "" if there is none. */
static void panic_line(const char *text, char *line, size_t line_bytes)
{
	static const char *const marks[] = {"panic: ", "Kernel panic", "KVM internal error"};

	line[0] = '\0';
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *at = strstr(text, marks[i]);

		if (at == NULL)
			continue;
		while (at > text && at[-1] != '\n')
			at--;
		last_line(at, strcspn(at, "\r\n"), line, line_bytes);
		return;
	}
}

/* What a boot said that explains its end best: its panic, else its last line; allocated. */
static char *last_words(const struct launch_result *result)
{
	char line[160];

	panic_line(result->stream, line, sizeof(line));
	if (line[0] == '\0')
		panic_line(result->console, line, sizeof(line));
	if (line[0] != '\0')
		return memory_format(": %s", line);
	last_line(result->console, result->console_bytes, line, sizeof(line));
	if (line[0] == '\0')
		last_line(result->stream, result->stream_bytes, line, sizeof(line));
	return line[0] != '\0' ? memory_format("; its last line: %s", line) : memory_text("; it said nothing");
}

/* Why a boot did not succeed, in one line, with the best of what it said. */
static void explain(const struct launch *launch, int success, struct launch_result *result)
{
	const struct process *process = &launch->process;
	const char *name = launch->subject.name;
	char *said = last_words(result);
	double seconds = (double)(process->ended_ns - process->started_ns) / (double)NS_PER_S;

	result->end = LAUNCH_FAILED;
	result->status = process->status;
	if (process->end == PROCESS_TIMED_OUT || process->end == PROCESS_SILENT) {
		result->end = LAUNCH_TIMED_OUT;
		result->status = STATUS_TIMEOUT;
		error_set(&result->error, STATUS_FAILED, "%s hung: %s, killed after %.0f s%s", name,
			  process->end == PROCESS_SILENT ? "no output for too long" : "not done in time", seconds,
			  said);
	} else if (process->end == PROCESS_ABORTED) {
		result->end = LAUNCH_INTERRUPTED;
		error_set(&result->error, STATUS_FAILED, "%s was interrupted after %.0f s", name, seconds);
	} else if (process->end == PROCESS_SIGNALLED) {
		result->status = 128 + process->status;
		error_set(&result->error, STATUS_FAILED, "%s: %s was killed by signal %d (%s)%s", name,
			  launch->argv.words[0], process->status, strsignal(process->status), said);
	} else {
		error_set(&result->error, STATUS_FAILED, "%s ended with exit status %d instead of %d%s", name,
			  process->status, success, said);
	}
	free(said);
}

void launch_finish(struct launch *launch, struct launch_result *result)
{
	const struct launch_machine *machine = machines[launch->subject.machine];

	while (!launch_poll(launch))
		launch_sleep(&launch, 1);
	memset(result, 0, sizeof(*result));
	result->stream = process_read(&launch->process, machine->stream, &result->stream_bytes);
	if (result->stream == NULL)
		result->stream = memory_text("");
	collect_console(launch, machine->console, result);
	result->duration_ns = launch->process.ended_ns - launch->process.started_ns;
	memcpy(result->placement, launch->placement, sizeof(result->placement));
	result->machine = machine->facts != NULL ? machine->facts(launch) : NULL;
	free(launch->stats);
	launch->stats = NULL;
	if (launch->process.end != PROCESS_EXITED || launch->process.status != machine->success)
		explain(launch, machine->success, result);
	process_close(&launch->process);
	launch_argv_free(&launch->argv);
}

void launch_result_free(struct launch_result *result)
{
	free(result->stream);
	free(result->console);
	json_decref(result->machine);
	memset(result, 0, sizeof(*result));
}

int launch_boot(const struct launch_request *request, struct launch_result *result)
{
	struct launch launch;
	int status = launch_start(&launch, request, result);

	if (status != 0)
		return status;
	launch_finish(&launch, result);
	return result->end == LAUNCH_SUCCEEDED ? 0 : (int)result->error.status;
}
