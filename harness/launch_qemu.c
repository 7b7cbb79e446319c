/* SPDX-License-Identifier: MIT */
/*
 * Machines qemu, sim and kvm: one virtual machine, the same for every subject, so that two systems differ in nothing but
 * themselves (measuring.md §4). Only the accelerator differs between the three. The stream comes out of debugcon, a
 * Linux guest's console out of the serial line.
 */
#include "launch_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch_kvm.h"
#include "launch_qemu_run.h"
#include "memory.h"
#include "probe.h"

enum { QEMU_OLDEST_MAJOR = 7 };
static const uint64_t VERSION_TIMEOUT_NS = 10ULL * 1000 * 1000 * 1000;

/* --- What is needed ------------------------------------------------------------------------------------------------------ */

const char *launch_qemu_binary(void)
{
	const char *binary = getenv("AEROBENCH_QEMU");

	return binary != NULL && binary[0] != '\0' ? binary : "qemu-system-x86_64";
}

int launch_qemu_probe(char *version, struct error *error)
{
	static char known[64];
	static struct error result;
	char *argv[] = {(char *)launch_qemu_binary(), (char[]){"--version"}, NULL}, *said;
	unsigned major = 0;

	if (known[0] == '\0' && result.status == STATUS_OK) {
		const char *at;

		said = process_capture(argv, VERSION_TIMEOUT_NS);
		at = said != NULL ? strstr(said, "version ") : NULL;
		if (said == NULL)
			error_set(&result, STATUS_UNSUPPORTED, "no %s; install it: apt-get install qemu-system-x86",
				  argv[0]);
		else if (at == NULL || sscanf(at, "version %u", &major) != 1 || sscanf(at, "version %63s", known) != 1)
			error_set(&result, STATUS_UNSUPPORTED,
				  "%s --version does not name a version; is AEROBENCH_QEMU a QEMU?", argv[0]);
		else if (major < QEMU_OLDEST_MAJOR)
			error_set(&result, STATUS_UNSUPPORTED,
				  "%s is version %s, %d.0 is needed; install a newer qemu-system-x86", argv[0], known,
				  QEMU_OLDEST_MAJOR);
		free(said);
	}
	if (version != NULL)
		memcpy(version, known, sizeof(known));
	return result.status == STATUS_OK ? 0 : error_set(error, result.status, "%s", result.text);
}

static int need_file(const struct subject *subject, const char *name, enum status status, const char *remedy,
		     struct error *error)
{
	char *path = launch_program(subject, name);

	if (access(path, R_OK) == 0)
		status = STATUS_OK;
	else
		error_set(error, status, "%s: no %s; %s", subject->name, path, remedy);
	free(path);
	return status;
}

/* Whether a guest runs on this KVM: by running one, the first time. */
static int kvm_check(const struct subject *subject, struct error *error)
{
	struct error kvm = {STATUS_OK, ""};

	if (launch_kvm_choose(subject->cpus != 0 ? subject->cpus : LAUNCH_CPUS_DEFAULT, &kvm) == NULL)
		return error_set(error, kvm.status, "%s: %s; use %s@qemu or %s@sim", subject->name, kvm.text,
				 subject_system_name(subject->system), subject_system_name(subject->system));
	return 0;
}

static int qemu_check(const struct subject *subject, struct error *error)
{
	static const char build[] = "build it: cmake --preset release && cmake --build --preset release";
	struct error qemu = {STATUS_OK, ""};
	int status;

	if (launch_qemu_probe(NULL, &qemu) != 0)
		return error_set(error, qemu.status, "%s: %s", subject->name, qemu.text);
	if (subject->machine == SUBJECT_KVM && !launch_kvm_usable(probe_kvm()))
		return error_set(error, STATUS_UNSUPPORTED, "%s: unsupported here: %s; use %s@qemu or %s@sim",
				 subject->name, probe_kvm()->reason, subject_system_name(subject->system),
				 subject_system_name(subject->system));
	if (subject->system == SUBJECT_LINUX) {
		status = need_file(subject, "vmlinuz", STATUS_UNSUPPORTED,
				   "fetch the guest's kernel: ci/fetch_guest_kernel DIRECTORY", error);
		if (status == 0)
			status = need_file(subject, "guest.cpio.gz", STATUS_FAILED, build, error);
	} else {
		status = need_file(subject, "aerokernel.elf", STATUS_FAILED, build, error);
	}
	return status == 0 && subject->machine == SUBJECT_KVM ? kvm_check(subject, error) : status;
}

/* --- The machine --------------------------------------------------------------------------------------------------------- */

/* The same for every subject and machine. */
static const char *const machine_always[] = {
    "-nodefaults",
    "-no-user-config",
    "-net",
    "none",
    "-display",
    "none",
    "-no-reboot",
    "-rtc",
    "base=2020-01-01,clock=vm",
    "-seed",
    "1",
    "-name",
    "aerobench,debug-threads=on",
    "-debugcon",
    "file:/dev/fd/3", /* PROCESS_EXTRA */
    "-device",
    "isa-debug-exit,iobase=0xf4,iosize=4",
};

void launch_qemu_machine(struct launch_argv *argv, enum subject_machine machine, const struct kvm_choice *choice,
			 unsigned cpus)
{
	launch_arg(argv, "%s", launch_qemu_binary());
	launch_arg(argv, "-M");
	launch_arg(argv, "q35");
	launch_arg(argv, "-cpu");
	if (choice != NULL)
		launch_kvm_cpu(argv, choice);
	else
		launch_arg(argv, "max," LAUNCH_CPU_LESS);
	for (size_t i = 0; i < sizeof(machine_always) / sizeof(machine_always[0]); i++)
		launch_arg(argv, "%s", machine_always[i]);
	launch_arg(argv, "-smp");
	launch_arg(argv, "%u", cpus);
	launch_arg(argv, "-m");
	launch_arg(argv, "%d", LAUNCH_GUEST_MEMORY_MIB);
	if (choice != NULL) {
		launch_kvm_args(argv, choice);
		return;
	}
	launch_arg(argv, "-accel");
	if (machine == SUBJECT_SIM) {
		launch_arg(argv, "tcg,thread=single");
		launch_arg(argv, "-icount");
		launch_arg(argv, "shift=0,sleep=off");
	} else {
		launch_arg(argv, "tcg,thread=multi");
	}
}

/*
 * Words that depend on the machine. Spinning guests must execute PAUSE under icount, where it hands over the virtual
 * CPU, and must not under multi-threaded TCG, where it takes QEMU's big lock (measuring.md §2 and §4).
 */
static char *machine_words(const struct launch_request *request)
{
	const struct subject *subject = request->subject;

	return memory_format("spin=%s unit=%s %s", subject->machine == SUBJECT_QEMU ? "none" : "pause",
			     subject_unit(subject), request->words);
}

static void aerokernel_args(const struct launch_request *request, struct launch_argv *argv)
{
	char *image = launch_program(request->subject, "aerokernel.elf"), *words = machine_words(request);

	launch_arg(argv, "-kernel");
	launch_arg(argv, "%s", image);
	launch_arg(argv, "-append");
	launch_arg(argv, "idle=%s %s", request->subject->poll ? "poll" : "halt", words);
	free(words);
	free(image);
}

/*
 * What a user may say to a Linux that has one program and no enemies, the kindest setting for it: no mitigations of the
 * processor's vulnerabilities, no clearing of pages that nobody else has used, and the TSC for a clock although QEMU
 * cannot say that it is invariant (else every look at the time is a read of the HPET). Linux, Documentation/
 * admin-guide/kernel-parameters.txt.
 */
#define LEAN " mitigations=off init_on_alloc=0 tsc=reliable"

/*
 * The guest's second CPU is brought up by its init on sim: Linux's own way hangs under icount (measuring.md §4). On qemu
 * Linux does not test the timer's interrupt: on a busy host it would miss the ticks by which it does that, and panic.
 */
static void linux_args(const struct launch_request *request, struct launch_argv *argv)
{
	char *image = launch_program(request->subject, "vmlinuz"),
	     *initrd = launch_program(request->subject, "guest.cpio.gz"), *words = machine_words(request);
	const struct subject *subject = request->subject;
	bool sim = subject->machine == SUBJECT_SIM;
	const char *boot = sim ? " maxcpus=1" : subject->machine == SUBJECT_QEMU ? " no_timer_check" : "";

	launch_arg(argv, "-kernel");
	launch_arg(argv, "%s", image);
	launch_arg(argv, "-initrd");
	launch_arg(argv, "%s", initrd);
	launch_arg(argv, "-serial");
	launch_arg(argv, "file:/dev/fd/1"); /* PROCESS_STDOUT */
	launch_arg(argv, "-append");
	launch_arg(argv, "console=ttyS0 quiet panic=-1 nokaslr norandmaps%s%s%s -- profile=%s%s %s", boot,
		   subject->poll ? " idle=poll" : "", subject->lean ? LEAN : "", subject->tuned ? "tuned" : "stock",
		   sim ? " bringup=1" : "", words);
	free(words);
	free(initrd);
	free(image);
}

static int qemu_command(const struct launch_request *request, unsigned cpus, struct launch_argv *argv,
			struct error *error)
{
	const struct kvm_choice *choice = NULL;

	if (request->subject->machine == SUBJECT_KVM) {
		choice = launch_kvm_choose(cpus, error);
		if (choice == NULL)
			return (int)error->status;
	}
	launch_qemu_machine(argv, request->subject->machine, choice, cpus);
	if (request->subject->system == SUBJECT_AEROKERNEL)
		aerokernel_args(request, argv);
	else
		linux_args(request, argv);
	return 0;
}

const struct launch_machine launch_qemu = {
    .check = qemu_check,
    .command = qemu_command,
    .place = launch_qemu_place,
    .look = launch_qemu_look,
    .facts = launch_qemu_facts,
    .stream = PROCESS_EXTRA,
    .console = PROCESS_STDOUT,
    .success = LAUNCH_QEMU_SUCCESS,
};
