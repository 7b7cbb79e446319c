/* SPDX-License-Identifier: MIT */
/*
 * Boot, as a list, and the first thread. Success is said in one place only: everything else ends in another exit code.
 */
#include "core/main.h"

#include "core/fault.h"
#include "core/format.h"
#include "core/heap.h"
#include "core/ktest.h"
#include "core/page.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/result_screen.h"
#include "core/sched.h"
#include "core/settings.h"
#include "core/string.h"
#include "core/thread.h"

static bool main_ready; /* atomic: the other CPUs may schedule */

static struct {
	int count; /* or -E2BIG */
	char *words[SETTINGS_WORDS_MAX];
} main_line;

static bool main_has(const char *word)
{
	for (int i = 0; i < main_line.count; i++)
		if (strcmp(main_line.words[i], word) == 0)
			return true;
	return false;
}

/* They are in the records as interrupts; who sends them is for the user to find out. */
static void main_tell_strays(void)
{
	unsigned vector;
	uint64_t strays = cpu_strays(&vector);

	if (strays > 0)
		format_print(
		    "warning: %lu unexpected interrupts, one of them with vector %u: a device was left enabled\n",
		    strays, vector);
}

/* The last word on the screen, whatever was done: how it went, and what becomes of the machine. failures < 0: refused. */
static void main_tell_end(int failures)
{
	char line[RESULT_LINE_BYTES];

	if (failures < 0)
		result_screen_line("Nothing was measured: the line above says why.", false, true);
	format_text(line, sizeof(line), "%s%s",
		    failures == 0  ? "finished: nothing failed. "
		    : failures > 0 ? "finished with FAILURES. "
				   : "refused: see above. ",
		    machine_end_text());
	console_status(line);
}

static _Noreturn void main_end(int failures)
{
	main_tell_strays();
	main_tell_end(failures);
	machine_exit(failures == 0 ? MACHINE_EXIT_OK : MACHINE_EXIT_FAILED);
}

static void *main_thread(void *arg)
{
	int failures;

	(void)arg;
	if (runner_port_refuses(main_line.count, main_line.words))
		main_end(-1);
	fault_inject();
	if (main_has("mode=test"))
		failures = ktest_main(main_line.count, main_line.words);
	else if (main_has("mode=doctor"))
		failures = runner_port_doctor(main_line.count, main_line.words);
	else
		failures = runner_port_main(main_line.count, main_line.words);
	main_end(failures);
}

void core_main(void)
{
	percpu_init();
	page_init();
	heap_init();
	main_line.count = settings_split(main_line.words);
	if (main_line.count < 0)
		panic("the command line has more than %d bytes or %d words", SETTINGS_LINE_MAX - 1, SETTINGS_WORDS_MAX);
	settings_obey(main_line.count, main_line.words);
	if (thread_create(0, main_thread, NULL) == NULL)
		panic("no memory for the first thread");
	__atomic_store_n(&main_ready, true, __ATOMIC_RELEASE); /* all of the above is visible to who sees it */
	irq_enable();
	sched_idle();
}

void core_ap_main(void)
{
	while (!__atomic_load_n(&main_ready, __ATOMIC_ACQUIRE))
		cpu_relax();
	irq_enable();
	sched_idle();
}
