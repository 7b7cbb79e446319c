/* SPDX-License-Identifier: MIT */
/*
 * The baseline as init of a virtual machine's Linux: mounts what the baseline reads, brings up CPUs if asked to, runs it,
 * and ends the machine. Words stand behind "--" of the kernel's command line: those of baseline.h and runner.h, and
 * bringup=1 (guest/cpus.h). The stream goes to debugcon if one answers, else to the console; the end is told through
 * isa-debug-exit (exit status 33 after success, 35 otherwise), and without that device the machine is switched off.
 *
 *   machine sim, where ticks are instructions (measuring.md §4):
 *     qemu-system-x86_64 -M q35 -cpu max,-erms,-fsrm -accel tcg,thread=single -icount shift=0,sleep=off -smp 2 -m 2048
 *       -kernel vmlinuz -initrd guest.cpio.gz -nodefaults -no-user-config -net none -display none -no-reboot
 *       -rtc base=2020-01-01,clock=vm -seed 1 -debugcon file:STREAM -serial file:CONSOLE
 *       -device isa-debug-exit,iobase=0xf4,iosize=4
 *       -append "console=ttyS0 quiet panic=-1 nokaslr norandmaps maxcpus=1 -- bringup=1 spin=pause unit=instructions …"
 *   machine qemu: -accel tcg,thread=multi, no -icount, and
 *       -append "console=ttyS0 quiet panic=-1 nokaslr norandmaps no_timer_check -- spin=none …"
 *
 * Two CPUs of an AMD EPYC 7003 at 2.45 GHz, QEMU 7.2.22, Linux 6.1.0-56: a boot, with the clock's calibration and one
 * short benchmark, takes 3.5 s of host CPU time on qemu and 11 s on sim. 5 s of those are Linux's calibration of the
 * local APIC's timer, which pauses for 100 ms of virtual time; no word of the command line avoids that.
 * With more CPUs on sim, virtual time until all are up: 1 CPU 1.57 s, 2 1.70 s, 4 2.01 s, 8 3.63 s, 16 5.21 s, 32 12.7 s;
 * host time with a short benchmark grows from 15 s to about a minute for 16, and to several minutes for 32.
 *
 * None of the kernel's words above touches a primitive. quiet and panic=-1 are about messages and about ending;
 * no_timer_check leaves out a test at boot, by ticks that a busy host would not deliver in time, after which Linux panics;
 * nokaslr and norandmaps make layouts repeat (measuring.md §4); maxcpus=1 with bringup=1 ends with the same CPUs online.
 * These do, and are the subjects' option "lean"; each was measured on sim:
 *   tsc=reliable      clocksource tsc instead of hpet, which Linux falls back to because QEMU cannot offer an invariant
 *                     TSC: what reads the time gets shorter. wake_cross 4594 → 4161 instructions, wake_same 4360 → 4213
 *   mitigations=off   this processor model is affected by little: wake_cross 4594 → 4494, create → join 41219 → 40922
 *   init_on_alloc=0   pages are not cleared when they are taken: cold create 49326 → 43274, create → join 40954 → 39807
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include "baseline.h"
#include "debug_port.h"
#include "guest/cpus.h"

enum {
	COMMAND_LINE_BYTES = 2048,         /* COMMAND_LINE_SIZE, Linux, arch/x86/include/asm/setup.h */
	WORDS_MAX = COMMAND_LINE_BYTES / 2 /* each takes a character and a space */
};

/* The first window of the clock's calibration is short, because instructions are what a guest under icount pays with. */
static const uint64_t CLOCK_WINDOW_NS = 4 * 1000 * 1000;

static int complain(const char *what, int error)
{
	fprintf(stderr, "aerobench: init: %s: %s\n", what, strerror(error));
	return -error;
}

static int mount_all(void)
{
	static const struct {
		const char *type, *where;
	} mounts[] = {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		/* EBUSY: the kernel has mounted devtmpfs itself */
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL) != 0 && errno != EBUSY)
			return complain(mounts[i].where, errno);
	}
	return 0;
}

/*
 * Linux lets the kernel stacks of all threads have an eighth of the memory, which is less than 8,000 threads in 1 GiB.
 * There is room for more, and benchmarks of growth have 10,000; which limit holds is in the stream (threads_max). The
 * others suffice: 32,768 process numbers, 65,530 mappings of which a thread's stack and its guard are two.
 */
static int threads_allow(void)
{
	static const char path[] = "/proc/sys/kernel/threads-max", most[] = "30000";
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool written = file >= 0 && write(file, most, sizeof(most) - 1) == sizeof(most) - 1;

	if (file >= 0)
		close(file);
	return written ? 0 : complain(path, errno);
}

/*
 * The words behind "--" of the kernel's command line. Linux also hands them over as arguments, but mixed with words
 * before "--" that it does not know. A line that is too long is cut without a word, or ends 6.1 in an early panic: half a
 * list of benchmarks must not be measured for the whole, so a line of full length is refused. Returns the number of words, or -errno.
 */
static int words_read(char *words[])
{
	static char line[COMMAND_LINE_BYTES + 1];
	FILE *file = fopen("/proc/cmdline", "re");
	size_t len_bytes = file != NULL ? fread(line, 1, sizeof(line) - 1, file) : 0;
	bool ours = false;
	int count = 0;

	if (file != NULL)
		fclose(file);
	/* the kernel keeps at most COMMAND_LINE_BYTES - 1; /proc/cmdline adds a newline */
	if (len_bytes == 0 || len_bytes >= COMMAND_LINE_BYTES)
		return complain("the kernel's command line was cut", E2BIG);
	for (char *word = strtok(line, " \n"); word != NULL && count < WORDS_MAX; word = strtok(NULL, " \n")) {
		if (ours)
			words[count++] = word;
		ours = ours || strcmp(word, "--") == 0;
	}
	return count;
}

/* A stream on the console stays as it was written: no carriage returns. */
static void console_raw(void)
{
	struct termios settings;

	if (tcgetattr(STDOUT_FILENO, &settings) != 0)
		return;
	settings.c_oflag &= (tcflag_t)~ONLCR;
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &settings);
}

/* Takes the words that are init's own out of the list; the others keep their order. Returns whether CPUs are wanted. */
static bool words_take(int *count, char *words[])
{
	bool bring_up = false;
	int kept = 0;

	for (int i = 0; i < *count; i++) {
		if (strcmp(words[i], "bringup=1") == 0)
			bring_up = true;
		else if (strcmp(words[i], "bringup=0") != 0)
			words[kept++] = words[i];
	}
	*count = kept;
	return bring_up;
}

static void run(void)
{
	static char *words[WORDS_MAX];
	struct baseline_defaults defaults = {
	    .out = "stdout", .exit = "debugexit", .clock_window_ns = CLOCK_WINDOW_NS, .boots = true};
	int count, error;

	if (mount_all() != 0 || threads_allow() != 0)
		return;
	count = words_read(words);
	if (count < 0)
		return;
	if (debug_port_present())
		defaults.out = "debugcon";
	console_raw();
	error = words_take(&count, words) ? cpus_bring_up() : 0;
	if (error != 0)
		complain("a CPU did not come up", -error);
	else
		baseline_main(&defaults, count, words);
}

int main(int count, char *words[])
{
	static const struct baseline_defaults process = {
	    .out = "stdout", .exit = "status", .clock_window_ns = 200 * 1000 * 1000};

	if (getpid() != 1)
		return baseline_main(&process, count - 1, words + 1);
	run();
	/* reached only after a failure or without the exit device: the end of init would be a panic with nothing to say */
	debug_port_exit(DEBUG_PORT_FAILED);
	reboot(RB_POWER_OFF);
	return 1;
}
