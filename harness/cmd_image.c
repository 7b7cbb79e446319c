/* SPDX-License-Identifier: MIT */
/* `aerobench image`: a medium, or a server's tree, that boots a machine into the suite. */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog.h"
#include "counter.h"
#include "image_make.h"
#include "kernel_benches.h"
#include "kernel_words.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "stop_signal.h"
#include "subject.h"

enum {
	PXE = 0x3000,
	TIMEOUT,
	DEFAULT,
	UNATTENDED,
	BOOTS,
	SERIAL,
	RESULTS,
	SAMPLES,
	WARMUP,
	WORDS,
	EVENTS,
	PMU,
	NO_SCREEN,
	BIOS_ONLY,
	UEFI_ONLY,
	LINUX,
	MODULES_FROM,
	SELECTIONS_MAX = 64,
	TIMEOUT_DEFAULT_S = 10,
};

#define RESULTS_DEFAULT "256M+64M"

struct image_command {
	struct image_make make;
	const char *output, *pxe, *events, *pmu;
	char *words; /* of all --words together */
	char *selections[SELECTIONS_MAX];
	size_t selection_count;
	bool bios_only, uefi_only, help;
};

static void help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…]\n"
	    "Writes one image for CD, USB stick and disk that boots a PC by BIOS and by UEFI into a menu,\n"
	    "and from it the Aerokernel. To put it on a stick, as root: cp FILE /dev/sdX && sync (all that is\n"
	    "on sdX is lost). Secure Boot has to be off.\n\n"
	    "  -o, --output FILE   default: aerobench.iso\n"
	    "      --pxe DIR       instead a tree for a TFTP server whose root is DIR, and what the DHCP server\n"
	    "                      has to say\n"
	    "      --default ENTRY suite, quick, doctor, text, noscreen, test, conform, exit, off or\n"
	    "                      a benchmark's name (default: suite)\n"
	    "      --timeout S     seconds until it starts, 0 … %d (default: %d); a key stops the countdown\n"
	    "      --unattended    at its end the machine resets and goes on to the system on another disk, or, where\n"
	    "                      there is none, powers off (by BIOS from a server: the next boot device); without "
	    "it\n"
	    "                      the machine halts with its table on the screen. With --pxe the results in memory\n"
	    "                      tell, once: the boot after that measures again, and so does every boot of a\n"
	    "                      machine whose firmware clears memory (there, leave --unattended away)\n"
	    "      --boots N       unattended, N boots after each other, 1 … %d: counted on the medium, which has\n"
	    "                      to be writable (a stick, not a CD; else it halts after the first)\n"
	    "      --serial WHERE[:SPEED]  of menu and results: com1 … com4, 0xPORT, mmio:0xADDRESS or\n"
	    "                      mmio32:0xADDRESS (results only), auto, none (default: auto); SPEED divides 115200\n"
	    "      --results R     BASE+LEN of memory that keeps the results over a warm reset, or none\n"
	    "                      (default: %s)\n",
	    program, IMAGE_TIMEOUT_MAX_S, TIMEOUT_DEFAULT_S, IMAGE_BOOTS_MAX, RESULTS_DEFAULT);
	puts(
	    "      --linux VMLINUZ --modules-from DIR  a small Linux on the stick, which GRUB starts after each\n"
	    "                      reset of the Aerokernel: it writes the results as results/bootNNN.log to the\n"
	    "                      stick's partition AEROBENCH (large enough for all --boots), for 'aerobench collect\n"
	    "                      FILE'; where it cannot, it says why and the machine stands. DIR/lib/modules is\n"
	    "                      that kernel's. On Debian: apt-get download linux-image-$(uname -r) && dpkg-deb -x\n"
	    "                      FILE DIR has both, VMLINUZ as DIR/boot/vmlinuz-VERSION (not linux-image-amd64: it\n"
	    "                      is empty and only depends on linux-image-VERSION; nor a cloud kernel: no USB).\n"
	    "                      On Ubuntu also linux-modules-$(uname -r), unpacked into the same DIR\n"
	    "  -b, --benchmark NAME[:PARAM=VALUE…]  what the whole suite is; may be repeated\n"
	    "      --samples N --warmup N  of each point, at most 1000000\n"
	    "      --events NAME,…  count these events too, on a processor that libpfm4 calls --pmu NAME (default:\n"
	    "                      one like this computer's; aerobench doctor --events)\n"
	    "      --words WORDS   more words for each entry, each once: those of bench/runner.h and "
	    "kernel/core/settings.h\n"
	    "      --no-screen     the Aerokernel leaves the screen alone\n"
	    "      --bios-only, --uefi-only  only for this firmware\n"
	    "  -h, --help\n\n"
	    "If the screen stays black, take the menu's entry for a text screen (BIOS) or for none (the results are\n"
	    "on the serial line and in memory all the same). Another mode: the key e on the entry for a text\n"
	    "screen, set mode=1024x768x32 there, then F10.\n\n"
	    "boot/NOTICES.txt on it names whose work it holds, under which licences, and where the sources are.\n\n"
	    "The same programs, options and $SOURCE_DATE_EPOCH give the same bytes.");
}

/* --- Benchmarks ------------------------------------------------------------------------------------------------------------- */

/* Without QEMU: the names in the kernel's file. What a benchmark is about, and its parameters, only a boot tells. */
static int names_find(struct image_command *command, struct kernel_benches *names, const char *why, struct error *error)
{
	struct image_options *menu = &command->make.menu;
	struct image_bench *benches;

	if (kernel_benches_read(names, command->make.kernel, error) != 0)
		return (int)error->status;
	benches = memory_new(names->count, sizeof(*benches));
	for (size_t i = 0; i < names->count; i++)
		benches[i] = (struct image_bench){names->names[i], ""};
	menu->benches = benches;
	menu->bench_count = names->count;
	for (size_t i = 0; i < command->selection_count; i++) {
		char *selection = command->selections[i], *word = kernel_benches_word(names, &selection, 1);

		if (word == NULL)
			return error_set(
			    error, STATUS_USAGE,
			    "-b: the Aerokernel has no benchmark '%s', nearest is '%s'; see 'aerobench list'",
			    selection, subject_nearest(selection, (const char *const *)names->names, names->count));
		free(word);
		if (strchr(selection, ':') != NULL)
			error_warn("-b '%s': its parameters are not checked: %s", selection, why);
	}
	menu->benchmarks = kernel_benches_word(names, command->selections, command->selection_count);
	return 0;
}

/* The image's own list, from a short boot in QEMU, or where that cannot be by names alone. */
static int benches_find(struct image_command *command, struct catalog *catalog, struct kernel_benches *names,
			struct error *error)
{
	struct image_options *menu = &command->make.menu;
	const struct stream *stream = &catalog->stream[SUBJECT_AEROKERNEL];
	struct image_bench *benches;

	if (catalog_load(catalog, SUBJECT_AEROKERNEL) != 0)
		return names_find(command, names, catalog->error[SUBJECT_AEROKERNEL].text, error);
	benches = memory_new(stream->bench_count, sizeof(*benches));
	for (size_t i = 0; i < stream->bench_count; i++)
		benches[i] = (struct image_bench){stream->benches[i].point.benchmark, stream->benches[i].about};
	menu->benches = benches;
	menu->bench_count = stream->bench_count;
	for (size_t i = 0; i < command->selection_count; i++) {
		if (catalog_check(catalog, command->selections[i], error) != 0)
			return (int)error->status;
	}
	if (command->selection_count == 0)
		return 0;
	menu->benchmarks = catalog_word(catalog, SUBJECT_AEROKERNEL, command->selections, command->selection_count);
	if (menu->benchmarks == NULL)
		return error_set(error, STATUS_USAGE,
				 "the Aerokernel has none of these benchmarks; see 'aerobench list'");
	return 0;
}

/* --- Events ------------------------------------------------------------------------------------------------------------------- */

/* All words that the user wants: --words, and the codes of --events. *both: allocated, or NULL. */
static int words_find(struct image_command *command, char **both, struct error *error)
{
	struct image_options *menu = &command->make.menu;
	char *word = NULL;

	*both = NULL;
	if (command->events == NULL && command->pmu != NULL)
		return error_set(error, STATUS_USAGE, "--pmu says whose codes --events becomes: name the events");
	if (command->events == NULL)
		return 0;
	if (counter_word_make(command->events, command->pmu, &word, error) != 0 || word == NULL)
		return (int)error->status;
	*both = menu->words != NULL ? memory_format("%s %s", menu->words, word) : memory_text(word);
	free(word);
	menu->words = *both;
	return image_words_check("events", *both, error) == 0 ? kernel_words_check("events", *both, error)
							      : (int)error->status;
}

/* --- What to do with it ------------------------------------------------------------------------------------------------------- */

static void disk_tell(const struct image_make *make)
{
	struct stat facts = {0};

	stat(make->output, &facts);
	printf("%s: %.1f MiB, boots by %s%s%s%s\n", make->output, (double)facts.st_size / (1 << 20),
	       make->bios ? "BIOS" : "", make->bios && make->uefi ? " and " : "", make->uefi ? "UEFI" : "",
	       make->linux_kernel != NULL ? "; a stick keeps the results itself" : "");
	printf("To a stick, as root: cp %s /dev/sdX && sync    (lsblk names it; everything on it is lost)\n",
	       make->output);
}

/* RFC 4578 §2.1: 0 is BIOS, 7 and 9 are x86-64 UEFI (the two were swapped in the registry's first version). */
static void network_tell(const struct image_make *make)
{
	static const char bios[] = "boot/grub/i386-pc/core.0", uefi[] = "boot/grub/x86_64-efi/core.efi";

	printf("%s: the root of a TFTP server\n\ndnsmasq:\n  enable-tftp\n  tftp-root=ABSOLUTE-PATH-OF-%s\n",
	       make->output, make->output);
	if (make->bios)
		printf("  dhcp-match=set:bios,option:client-arch,0\n  dhcp-boot=tag:bios,%s\n", bios);
	if (make->uefi)
		printf("  dhcp-match=set:uefi,option:client-arch,7\n  dhcp-match=set:uefi,option:client-arch,9\n"
		       "  dhcp-boot=tag:uefi,%s\n",
		       uefi);
	puts("\nISC dhcpd:\n  option architecture-type code 93 = unsigned integer 16;\n  next-server "
	     "ADDRESS-OF-THE-TFTP-SERVER;");
	if (make->uefi)
		printf("  if option architecture-type = 00:07 or option architecture-type = 00:09 {\n    filename "
		       "\"%s\";\n  }%s",
		       uefi, make->bios ? " else " : "\n");
	if (make->bios)
		printf("%s    filename \"%s\";\n%s", make->uefi ? "{\n" : "", bios, make->uefi ? "  }\n" : "");
}

/* What a symbolic link names, which is written instead of it; NULL: it is none. Allocated. */
static char *link_target(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode) ? realpath(path, NULL) : NULL;
}

static int image_run(struct image_command *command, struct error *error)
{
	struct image_make *make = &command->make;
	struct kernel_benches names = {0};
	struct catalog catalog = {0};
	struct stop_signal_watch watch;
	char *kernel = launch_path("aerokernel.elf"), *words, *through;
	bool network = command->pxe != NULL;
	int status;

	make->kernel = kernel;
	make->output = network ? command->pxe : command->output;
	through = network ? NULL : link_target(make->output);
	make->output = through != NULL ? through : make->output;
	status = image_make_check(make, network, error);
	if (words_find(command, &words, error) != 0)
		status = (int)error->status;
	if (status == 0)
		status = benches_find(command, &catalog, &names, error);
	if (status == 0)
		status = image_entry_check(&make->menu, error);
	stop_signal_watch(&watch);
	umask(S_IWGRP |
	      S_IWOTH); /* who reads the medium, or serves the tree, is somebody else; and equal bytes for all */
	if (status == 0)
		status = network ? image_make_network(make, error) : image_make_disk(make, error);
	stop_signal_unwatch(&watch);
	if (status == 0 && network)
		network_tell(make);
	else if (status == 0)
		disk_tell(make);
	free((void *)make->menu.benches);
	free((void *)make->menu.benchmarks);
	catalog_free(&catalog);
	kernel_benches_free(&names);
	free(words);
	free(kernel);
	free(through);
	return status == 0 ? output_finish(error) : status;
}

/* --- The command line --------------------------------------------------------------------------------------------------------- */

static int number(const char *option, unsigned low, unsigned high, unsigned *value, struct error *error)
{
	int64_t read = 0;
	int status = parse_number(option, optarg, low, high, &read, error);

	*value = status == 0 ? (unsigned)read : *value;
	return status;
}

/* Nothing that GRUB would take for its own, nor that the Aerokernel would refuse, nor what the menu says. */
static int words_check(const char *words, struct error *error)
{
	static const struct kernel_words_own own[] = {{"bench", "-b"},           {"samples", "--samples"},
						      {"warmup", "--warmup"},    {"serial", "--serial"},
						      {"results", "--results"},  {"events", "--events"},
						      {"mode", "--default"},     {"after", "--unattended"},
						      {"screen", "--no-screen"}, {NULL, NULL}};
	int status = image_words_check("words", words, error);

	return status == 0 ? kernel_words_added("words", words, own, error) : status;
}

static int words_add(struct image_command *command, const char *more, struct error *error)
{
	char *longer = command->words != NULL ? memory_format("%s %s", command->words, more) : memory_text(more);
	int status = words_check(more, error);

	free(command->words);
	command->words = longer;
	command->make.menu.words = longer;
	return status == 0 ? kernel_words_check("words", longer, error) : status; /* one word twice */
}

static int option_take(struct image_command *command, int option, char **argv, struct error *error)
{
	struct image_options *menu = &command->make.menu;
	unsigned ignored;

	switch (option) {
	case TIMEOUT:
		return number("timeout", 0, IMAGE_TIMEOUT_MAX_S, &menu->timeout_s, error);
	case BOOTS:
		menu->unattended = true;
		return number("boots", 1, IMAGE_BOOTS_MAX, &menu->boots, error);
	case SAMPLES:
		menu->samples = optarg;
		return number("samples", 1, KERNEL_SAMPLES_MAX, &ignored, error);
	case WARMUP:
		menu->warmup = optarg;
		return number("warmup", 0, KERNEL_SAMPLES_MAX, &ignored, error);
	case SERIAL:
		return image_serial_parse(&menu->serial, optarg, error);
	case RESULTS:
		menu->results = strcmp(optarg, "none") == 0 ? NULL : optarg;
		return menu->results == NULL ? 0 : image_results_parse(optarg, NULL, NULL, error);
	case WORDS:
		return words_add(command, optarg, error);
	case 'b':
		if (command->selection_count == SELECTIONS_MAX)
			return error_set(error, STATUS_USAGE, "more than %d -b", SELECTIONS_MAX);
		command->selections[command->selection_count++] = optarg;
		return image_words_check("benchmark", optarg, error);
	default:
		return parse_refused(option, argv, error);
	}
}

/* Options that are only kept. False: it is none of them. */
static bool option_keep(struct image_command *command, int option)
{
	struct image_make *make = &command->make;
	const struct {
		int option;
		const char **value;
		bool *flag;
	} kept[] = {{'o', &command->output, NULL},
		    {PXE, &command->pxe, NULL},
		    {DEFAULT, &make->menu.entry, NULL},
		    {LINUX, &make->linux_kernel, NULL},
		    {MODULES_FROM, &make->modules, NULL},
		    {EVENTS, &command->events, NULL},
		    {PMU, &command->pmu, NULL},
		    {UNATTENDED, NULL, &make->menu.unattended},
		    {BIOS_ONLY, NULL, &command->bios_only},
		    {UEFI_ONLY, NULL, &command->uefi_only},
		    {'h', NULL, &command->help}};

	if (option == NO_SCREEN)
		make->menu.screen = false;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (kept[i].option != option)
			continue;
		if (kept[i].flag != NULL)
			*kept[i].flag = true;
		else
			*kept[i].value = optarg;
		return true;
	}
	return option == NO_SCREEN;
}

/* Whether anything brings home what will be measured: a region of memory holds one boot's. */
static int keeps_check(const struct image_options *menu, struct error *error)
{
	bool line = strcmp(menu->serial.word, "none") != 0;

	if (menu->results == NULL && !line && !menu->screen)
		return error_set(
		    error, STATUS_USAGE,
		    "--results none --serial none --no-screen: nothing would show or keep what is measured; "
		    "leave out one of them");
	if (menu->boots <= 1 || menu->collector)
		return 0;
	if (!line)
		return error_set(
		    error, STATUS_USAGE,
		    "--boots %u --serial none: in memory each boot takes the place of the one before, so only "
		    "the last would be kept; keep all on the stick by --linux, or use a serial line",
		    menu->boots);
	error_warn("in memory only the last of %u boots is kept: take all from the serial line (aerobench collect "
		   "--serial), or keep them on the stick by --linux",
		   menu->boots);
	return 0;
}

/* What only all options together tell. */
static int options_check(struct image_command *command, struct error *error)
{
	struct image_make *make = &command->make;

	if (command->bios_only && command->uefi_only)
		return error_set(error, STATUS_USAGE, "one of --bios-only and --uefi-only");
	make->bios = !command->uefi_only;
	make->uefi = !command->bios_only;
	if (command->pxe != NULL && (make->menu.boots > 0 || make->linux_kernel != NULL))
		return error_set(
		    error, STATUS_USAGE,
		    "--pxe: what boots from a server cannot keep anything; --boots and --linux are for a stick");
	if (command->pxe != NULL && make->menu.unattended && make->menu.results == NULL)
		return error_set(error, STATUS_USAGE,
				 "--pxe --unattended needs results in memory: by them a boot sees that the machine has "
				 "measured, and starts the other disk's system; leave out --results none");
	if ((make->linux_kernel != NULL) != (make->modules != NULL))
		return error_set(error, STATUS_USAGE, "--linux and --modules-from go together");
	if (make->linux_kernel != NULL && make->menu.results == NULL)
		return error_set(error, STATUS_USAGE,
				 "--linux takes the results from memory: leave out --results none");
	if (make->menu.unattended && make->menu.boots == 0 && command->pxe == NULL)
		make->menu.boots = 1;
	make->menu.collector = make->linux_kernel != NULL;
	if (keeps_check(&make->menu, error) != 0)
		return (int)error->status;
	return image_stick_bytes(&make->menu, error) == 0 ? (int)error->status : 0;
}

static int options_parse(struct image_command *command, int argc, char **argv, struct error *error)
{
	static const struct option long_options[] = {{"output", required_argument, NULL, 'o'},
						     {"pxe", required_argument, NULL, PXE},
						     {"default", required_argument, NULL, DEFAULT},
						     {"timeout", required_argument, NULL, TIMEOUT},
						     {"unattended", no_argument, NULL, UNATTENDED},
						     {"boots", required_argument, NULL, BOOTS},
						     {"serial", required_argument, NULL, SERIAL},
						     {"results", required_argument, NULL, RESULTS},
						     {"benchmark", required_argument, NULL, 'b'},
						     {"samples", required_argument, NULL, SAMPLES},
						     {"warmup", required_argument, NULL, WARMUP},
						     {"words", required_argument, NULL, WORDS},
						     {"events", required_argument, NULL, EVENTS},
						     {"pmu", required_argument, NULL, PMU},
						     {"no-screen", no_argument, NULL, NO_SCREEN},
						     {"bios-only", no_argument, NULL, BIOS_ONLY},
						     {"uefi-only", no_argument, NULL, UEFI_ONLY},
						     {"linux", required_argument, NULL, LINUX},
						     {"modules-from", required_argument, NULL, MODULES_FROM},
						     {"help", no_argument, NULL, 'h'},
						     {NULL, 0, NULL, 0}};
	int option, status = 0;

	opterr = 0;
	optind = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":ho:b:", long_options, NULL)) != -1) {
		if (!option_keep(command, option))
			status = option_take(command, option, argv, error);
	}
	if (status == 0 && optind < argc)
		status = error_set(error, STATUS_USAGE, "unexpected argument '%s'; the file is -o FILE", argv[optind]);
	return status == 0 ? options_check(command, error) : status;
}

static int cmd_image(int argc, char **argv)
{
	struct image_command command = {
	    .output = "aerobench.iso",
	    .make.menu = {
		.entry = "suite", .timeout_s = TIMEOUT_DEFAULT_S, .screen = true, .results = RESULTS_DEFAULT}};
	struct error error = {0};
	int status = image_serial_parse(&command.make.menu.serial, "auto", &error);

	if (status == 0)
		status = options_parse(&command, argc, argv, &error);
	if (status == 0 && command.help)
		help(argv[0]);
	else if (status == 0)
		status = image_run(&command, &error);
	free(command.words);
	return error.status != STATUS_OK ? error_print(&error) : status;
}

COMMAND(image, .summary = "a CD, USB or network image that boots into the suite", .run = cmd_image);
