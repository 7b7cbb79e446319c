/* SPDX-License-Identifier: MIT */
/* GRUB's menu of a boot image: see image.h. */
#include "image.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/wire_region.h"

#include "kernel_words.h"
#include "memory.h"
#include "region_place.h"
#include "subject.h"

enum { PAGE_BYTES = 4096, BAUD_DEFAULT = 115200 };
static const unsigned long long RESULTS_LOW = 32ULL << 20, /* the kernel's image begins at 16 MiB */
    RESULTS_HIGH = 4ULL << 30;

/* --- Values of options ------------------------------------------------------------------------------------------------------ */

int image_serial_parse(struct image_serial *serial, const char *text, struct error *error)
{
	struct kernel_serial line;
	int status = kernel_words_serial("serial", text, &line, error);

	if (status != 0)
		return status;
	*serial = (struct image_serial){.unit = line.where == KERNEL_SERIAL_AUTO ? 0 : -1};
	if (strncmp(text, "com", 3) == 0)
		serial->unit = text[3] - '1';
	else if (line.where == KERNEL_SERIAL_PORT)
		serial->port = (unsigned)line.base;
	/* Without a speed the Aerokernel takes what ACPI says of the line, where auto finds it there. */
	serial->speed_baud = line.speed_baud != 0 ? line.speed_baud : BAUD_DEFAULT;
	snprintf(serial->word, sizeof(serial->word), "%s", text);
	return 0;
}

int image_results_parse(const char *text, unsigned long long *begin, unsigned long long *end, struct error *error)
{
	struct region_place place;

	if (!region_place_read(text, &place))
		return error_set(error, STATUS_USAGE, "--results '%s': use BASE+LENGTH, as 256M+64M, or none", text);
	if (place.base % PAGE_BYTES != 0 || place.len_bytes % PAGE_BYTES != 0 ||
	    place.len_bytes < WIRE_REGION_BYTES_MIN || place.base < RESULTS_LOW || place.base > RESULTS_HIGH ||
	    place.len_bytes > RESULTS_HIGH - place.base)
		return error_set(error, STATUS_USAGE,
				 "--results '%s': whole pages of 4K, at least %dM of them, between 32M and 4G", text,
				 WIRE_REGION_BYTES_MIN >> 20);
	if (begin != NULL)
		*begin = place.base;
	if (end != NULL)
		*end = place.base + place.len_bytes;
	return 0;
}

int image_words_check(const char *option, const char *text, struct error *error)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (!isalnum((unsigned char)*at) && strchr("_=:,.+-/%@ ", *at) == NULL)
			return error_set(
			    error, STATUS_USAGE,
			    "--%s '%s': letters, digits and _=:,.+-/%%@ only: GRUB's scripts take the rest "
			    "for something else",
			    option, text);
	}
	if (strlen(text) > IMAGE_WORDS_MAX)
		return error_set(error, STATUS_USAGE, "--%s is longer than %d bytes", option, IMAGE_WORDS_MAX);
	return 0;
}

/* --- The stick's size -------------------------------------------------------------------------------------------------------- */

/*
 * A whole suite of OPTIONS_SAMPLES_DEFAULT (bench/options.h) samples a point was 8 MB on some CPUs; more CPUs have more
 * points: twice that. FAT16 has 65524 clusters of at most 32 KiB (Microsoft FAT specification 1.03, "FAT Type
 * Determination").
 */
unsigned long long image_stick_bytes(const struct image_options *options, struct error *error)
{
	static const unsigned long long small = 4ULL << 20, spare = 1ULL << 20, boot = 16ULL << 20,
					most = 2047ULL << 20;
	enum { SAMPLES_DEFAULT = 10000, BY_HAND = 4 };
	unsigned long samples = options->samples != NULL ? strtoul(options->samples, NULL, 10) : 0;
	unsigned long long begin, end, each = boot, whole;

	if (!options->collector || image_results_parse(options->results, &begin, &end, error) != 0)
		return small;
	if (samples > SAMPLES_DEFAULT)
		each = boot * samples / SAMPLES_DEFAULT;
	if (each > end - begin)
		each = end - begin;
	whole = spare + each * (options->boots > BY_HAND ? options->boots : BY_HAND);
	if (whole <= most)
		return whole;
	error_set(
	    error, STATUS_USAGE,
	    "--boots %u --linux: the results of so many boots may take %llu MiB, and a stick's partition holds %llu: "
	    "at most --boots %llu, or fewer --samples",
	    options->boots, whole >> 20, most >> 20, (most - spare) / each);
	return 0;
}

/* --- Entries ----------------------------------------------------------------------------------------------------------------- */

/* What the menu holds besides the submenu of benchmarks; words NULL: no boot of the Aerokernel. */
static const struct entry {
	const char *id, *title;
	const char *some; /* the title before the names where only some benchmarks are measured */
	const char *words, *command;
	const char *mode; /* of the screen; NULL: the one that the kernel's header asks for */
} entries[] = {
    {"suite", "Whole suite", "Measure", "", NULL, NULL},
    {"quick", "Quick: every benchmark, few samples", "Quick, few samples", "samples=200 warmup=20", NULL, NULL},
    {"one", "One benchmark", NULL, NULL, NULL, NULL},
    {"doctor", "Doctor: is this machine fit to measure", NULL, "mode=doctor", NULL, NULL},
    {"text", "Whole suite, text screen (BIOS)", "Text screen (BIOS)", "", NULL, "text"},
    {"noscreen", "Whole suite, no screen", "No screen", "screen=no", NULL, NULL},
    {"test", "Self-test: the kernel's objects", NULL, "mode=test", NULL, NULL},
    {"conform", "Self-test: what bench/os.h promises", NULL, "mode=conform", NULL, NULL},
    {"exit", "Leave: the system on another disk", NULL, NULL, "leave", NULL},
    {"off", "Power off", NULL, NULL, "halt", NULL},
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]), NAMES_MAX = 256 };

static bool entry_offered(const struct image_options *options, const struct entry *entry)
{
	if (!options->screen && (strcmp(entry->id, "text") == 0 || strcmp(entry->id, "noscreen") == 0))
		return false; /* all are without a screen then */
	return strcmp(entry->id, "one") != 0 || options->bench_count > 0;
}

static const struct image_bench *bench_find(const struct image_options *options, const char *name)
{
	for (size_t i = 0; i < options->bench_count; i++)
		if (strcmp(options->benches[i].name, name) == 0)
			return &options->benches[i];
	return NULL;
}

int image_entry_check(const struct image_options *options, struct error *error)
{
	const char *names[NAMES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		if (entry_offered(options, &entries[i]) && strcmp(entries[i].id, "one") != 0)
			names[count++] = entries[i].id;
	}
	for (size_t i = 0; i < options->bench_count && count < NAMES_MAX; i++)
		names[count++] = options->benches[i].name;
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], options->entry) == 0)
			return 0;
	return error_set(
	    error, STATUS_USAGE,
	    "--default '%s' is no entry of the menu, nearest is '%s'; there are suite, quick, doctor, text, "
	    "noscreen, test, conform, exit, off and the benchmarks' names",
	    options->entry, subject_nearest(options->entry, names, count));
}

/* In double quotes; §6.1: there a backslash, a dollar sign and a double quote need a backslash. */
static void quoted(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text != '\0'; text++) {
		if (strchr("\\$\"", *text) != NULL)
			fputc('\\', file);
		fputc((unsigned char)*text < 0x20 ? ' ' : *text, file);
	}
	fputc('"', file);
}

/* An entry for measuring has --samples and --warmup; a word twice is an error (bench/runner.h). */
static void entry_print(FILE *file, const struct image_options *options, const char *title, const char *id,
			const char *words, const char *mode)
{
	bool measures = strncmp(words, "mode=", 5) != 0 && strstr(words, "samples=") == NULL;

	fputs("menuentry ", file);
	quoted(file, title);
	fprintf(file, " --id %s {\n", id);
	if (mode != NULL)
		fprintf(file, "\tset mode=%s\n", mode);
	fputs("\taerobench", file);
	if (measures && options->samples != NULL)
		fprintf(file, " samples=%s", options->samples);
	if (measures && options->warmup != NULL)
		fprintf(file, " warmup=%s", options->warmup);
	fprintf(file, "%s%s\n}\n", words[0] != '\0' ? " " : "", words);
}

static void submenu_print(FILE *file, const struct image_options *options, const struct entry *entry)
{
	fprintf(file, "submenu \"%s\" --id %s {\n", entry->title, entry->id);
	for (size_t i = 0; i < options->bench_count; i++) {
		char *title = memory_format("%-22s %s", options->benches[i].name, options->benches[i].about);
		char *words = memory_format("bench=%s", options->benches[i].name);

		entry_print(file, options, title, options->benches[i].name, words, NULL);
		free(words);
		free(title);
	}
	fputs("}\n", file);
}

static void menu_print(FILE *file, const struct image_options *options)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		const struct entry *entry = &entries[i];
		bool selects = options->benchmarks != NULL && entry->some != NULL;
		char *words, *title;

		if (!entry_offered(options, entry))
			continue;
		if (entry->command != NULL) {
			fprintf(file, "menuentry \"%s\" --id %s {\n\t%s\n}\n", entry->title, entry->id, entry->command);
			continue;
		}
		if (entry->words == NULL) {
			submenu_print(file, options, entry);
			continue;
		}
		words = memory_format("%s%s%s%s", entry->words, selects && entry->words[0] != '\0' ? " " : "",
				      selects ? "bench=" : "", selects ? options->benchmarks : "");
		title = selects ? memory_format("%s: %s", entry->some, options->benchmarks) : memory_text(entry->title);
		entry_print(file, options, title, entry->id, words, entry->mode);
		free(title);
		free(words);
	}
}

/* --- The script --------------------------------------------------------------------------------------------------------------- */

static char *words_of(const struct image_options *options)
{
	char *more = kernel_words_over("progress=yes doctor=yes", options->words);
	char *text = memory_format("serial=%s%s%s%s%s%s", options->serial.word, options->screen ? "" : " screen=no",
				   options->results != NULL ? " results=" : "",
				   options->results != NULL ? options->results : "", more[0] != '\0' ? " " : "", more);

	free(more);
	return text;
}

/*
 * A line that is not there is no terminal: §16.3.62, and the command fails. What stands on an unattended line (noise on an
 * open cable, a modem) is no key that stops the countdown. Where nobody has named the line, EFI firmware's own console is on
 * it, at the speed of the firmware and of a BMC behind it, which is left as it is.
 */
static void serial_print(FILE *file, const struct image_options *options)
{
	const struct image_serial *serial = &options->serial;

	if (serial->unit < 0 && serial->port == 0)
		return;
	if (strcmp(serial->word, "auto") == 0)
		fprintf(file, "if [ $grub_platform = efi ]; then\n\ttrue\nelif serial --unit=%d", serial->unit);
	else if (serial->unit >= 0)
		fprintf(file, "if serial --unit=%d", serial->unit);
	else
		fprintf(file, "if serial --port=0x%x", serial->port);
	fprintf(file, " --speed=%u; then\n\tterminal_output --append serial\n%sfi\n", serial->speed_baud,
		options->unattended ? "" : "\tterminal_input --append serial\n");
}

/*
 * What an Aerokernel left in memory that has ended, as bench/wire_region.h says: then a medium that cannot be written
 * to, or a server, knows that this boot is the one after. That is marked there, so that the next one measures again,
 * though nobody has cleared the memory in between. Module memrw: read_dword §16.3.52, write_dword.
 */
static void memory_print(FILE *file, const struct image_options *options)
{
	unsigned long long base;
	struct error error = {0};
	uint32_t magic;

	if (options->results == NULL || image_results_parse(options->results, &base, NULL, &error) != 0)
		return;
	memcpy(&magic, WIRE_REGION_MAGIC, sizeof(magic));
	fprintf(file,
		"read_dword -v magic 0x%llx\nread_dword -v state 0x%llx\nread_dword -v seen 0x%llx\n"
		"if [ \"$magic\" = %x -a \"$state\" = %x -a \"$seen\" = 0 ]; then\n"
		"\tset measured=yes\n\twrite_dword 0x%llx 1\nfi\n",
		base, base + offsetof(struct wire_region, state), base + offsetof(struct wire_region, seen), magic,
		WIRE_REGION_ENDED, base + offsetof(struct wire_region, seen));
}

/*
 * The screen and the same line for Linux, Documentation/admin-guide/kernel-parameters.txt, console=. Memory without a speed is left
 * at that of its firmware: its clock may be any.
 */
static void console_print(FILE *file, const struct image_serial *serial)
{
	struct kernel_serial line = {.where = KERNEL_SERIAL_NONE};
	bool wide = strncmp(serial->word, "mmio32:", strlen("mmio32:")) == 0;

	if (serial->unit >= 0)
		fprintf(file, " console=tty0 console=ttyS%d,%u", serial->unit, serial->speed_baud);
	else if (serial->port != 0)
		fprintf(file, " console=tty0 console=uart8250,io,0x%x,%u", serial->port, serial->speed_baud);
	else if (kernel_words_serial("serial", serial->word, &line, NULL) == 0 && line.where == KERNEL_SERIAL_MEMORY)
		fprintf(file, " console=tty0 console=uart8250,%s,0x%" PRIx64, wide ? "mmio32" : "mmio", line.base);
	if (line.speed_baud != 0)
		fprintf(file, ",%u", line.speed_baud);
}

/*
 * $next: what the next start of GRUB does; $round: an x for each boot that was started. There is no arithmetic. Firmware reads
 * some 15 MB for the collector, from a port of USB 1.1 for a minute: module progress shows how far it is.
 */
static void state_print(FILE *file, const struct image_options *options)
{
	char *rounds = memory_new(IMAGE_BOOTS_MAX + 1, 1);
	unsigned long long begin, end;
	struct error error = {0};

	memset(rounds, 'x', options->boots);
	fprintf(file, "search --no-floppy --fs-uuid --set=stick %s\n", options->stick);
	fprintf(file,
		"if [ -n \"$stick\" ]; then\n\tload_env --file ($stick)" IMAGE_STATE " next round\nfi\n"
		"set rounds=%s\n",
		rounds);
	if (options->collector && image_results_parse(options->results, &begin, &end, &error) == 0) {
		fprintf(file,
			"if [ \"$next\" = collect ]; then\n\tset next=rest\n"
			"\tsave_env --file ($stick)" IMAGE_STATE " next round\n"
			"\techo \"Aerobench: a small Linux takes the results from memory to this stick.\"\n"
			"\tinsmod progress\n"
			"\tcutmem 0x%llx 0x%llx\n"
			"\tlinux " IMAGE_COLLECTOR_KERNEL " memmap=0x%llx\\$0x%llx,0x%llx%%0x%llx-5+2 nokaslr "
			"maxcpus=1 quiet aerobench=%llu,%llu,%s",
			begin, end, end - begin, begin, end - begin, begin, begin, end - begin, options->stick);
		console_print(file, &options->serial);
		fprintf(file, "\n\tinitrd " IMAGE_COLLECTOR_TREE "\n\tboot\nfi\n");
	}
	fputs("if [ \"$next\" = rest ]; then\n\tset next=\n\tset rested=yes\n"
	      "\tsave_env --file ($stick)" IMAGE_STATE " next round\nfi\n",
	      file);
	free(rounds);
}

/*
 * The function that every entry of the menu calls with its words, and with a mode of the screen in $mode: multiboot2 sets
 * $gfxpayload to what the kernel's header asks for, so it comes after that. A submenu sees exported variables only: §6.1.
 */
static void start_print(FILE *file, const struct image_options *options)
{
	fputs("export words stick round rounds next\nfunction aerobench {\n", file);
	fprintf(file, "\tset after=%s\n", options->unattended && options->stick == NULL ? "reset" : "halt");
	if (options->boots > 0)
		fputs("\tif [ \"$round\" = \"$rounds\" ]; then\n\t\tset round=\n\tfi\n\tset round=${round}x\n", file);
	if (options->stick != NULL) {
		fprintf(file,
			"\tset next=%s\n\tif [ -n \"$stick\" ]; then\n"
			"\t\tif save_env --file ($stick)" IMAGE_STATE
			" next round; then\n\t\t\tset after=reset\n\t\tfi\n"
			"\tfi\n\tif [ $after = halt ]; then\n"
			"\t\techo \"Aerobench: this medium cannot be written to: the machine will halt at the end.\"\n"
			"\tfi\n",
			options->collector ? "collect" : "");
	}
	fputs("\techo \"Aerobench: loading " IMAGE_KERNEL "\"\n"
	      "\tif multiboot2 " IMAGE_KERNEL " $words after=$after \"$@\"; then\n"
	      "\t\tif [ -n \"$mode\" ]; then\n\t\t\tset gfxpayload=$mode\n\t\tfi\n\t\tboot\n\tfi\n\tset mode=\n}\n",
	      file);
}

/*
 * By BIOS: a disk's boot sector, which any disk with partitions has, though it may be without code (then the CPU runs through
 * zeros for ever), and GRUB cannot look into it. So by what lies on the disk: first those that hold a boot loader that is known,
 * then those with a partition that is no file system (a boot loader's own, LVM, RAID), but not where a system is for EFI. A
 * disk that is no first one is made it, as boot sectors expect.
 */
static void leave_bios_print(FILE *file)
{
	fputs("function leave_to {\n"
	      "\techo \"Aerobench: on to $1\"\n"
	      "\tset root=$1\n\tif [ $1 != hd0 ]; then\n\t\tdrivemap -s hd0 $1\n\tfi\n"
	      "\tif chainloader +1; then\n\t\tboot\n\tfi\n"
	      "\tdrivemap -r\n}\n"
	      "function leave_bios {\n"
	      "\tfor file in (hd*,*)/boot/grub*/i386-pc/normal.mod (hd*,*)/grub*/i386-pc/normal.mod "
	      "(hd*,*)/@*/boot/grub*/i386-pc/normal.mod (hd*)/boot/grub*/i386-pc/normal.mod (hd*,*)/bootmgr "
	      "(hd*,*)/ntldr (hd*,*)/ldlinux.sys (hd*,*)/*linux/ldlinux.sys (hd*,*)/boot/*linux/ldlinux.sys "
	      "(hd*,*)/boot/loader (hd*,*)/bsd; do\n"
	      "\t\tset disk=\n\t\tregexp --set=1:disk '^\\((hd[0-9]+)[,)]' \"$file\"\n"
	      "\t\tif [ -n \"$disk\" -a \"$disk\" != \"$own\" -a -f \"$file\" ]; then\n"
	      "\t\t\tleave_to $disk\n\t\tfi\n\tdone\n"
	      "\tset known=\" $own \"\n"
	      "\tfor file in (hd*,*)/EFI/*; do\n"
	      "\t\tset disk=\n\t\tregexp --set=1:disk '^\\((hd[0-9]+),' \"$file\"\n"
	      "\t\tset known=\"$known$disk \"\n\tdone\n"
	      "\tfor part in (hd*,*); do\n"
	      "\t\tset disk=\n\t\tregexp --set=1:disk '^\\((hd[0-9]+),' \"$part\"\n"
	      "\t\tif [ -z \"$disk\" ]; then\n\t\t\ttrue\n\t\telif regexp \" $disk \" \"$known\"; then\n\t\t\ttrue\n"
	      "\t\telif probe --set=kind --fs \"$part\"; then\n\t\t\ttrue\n"
	      "\t\telse\n\t\t\tleave_to $disk\n\t\tfi\n\tdone\n}\n",
	      file);
}

/*
 * To the system on another disk. Firmware does not go on by itself: an EFI program that returns success ends the boot
 * order (UEFI 2.10 §3.1.1; `exit 1` returns an error with the GRUB of Fedora and Ubuntu), and a BIOS's INT 18H goes to
 * another kind of device, so that from a stick it passes the disks over, but not from a network card. $own is the disk that
 * GRUB came from. Patterns need the module regexp; an EFI program is told that it comes from $root.
 */
static void leave_print(FILE *file, const struct image_options *options)
{
	static const char efi[] =
	    "\t\tfor file in (hd*,*)/EFI/*/shimx64.efi (hd*,*)/EFI/*/grubx64.efi "
	    "(hd*,*)/EFI/Microsoft/Boot/bootmgfw.efi (hd*,*)/EFI/BOOT/BOOTX64.EFI; do\n"
	    "\t\t\tset disk=\n\t\t\tregexp --set=1:disk '^\\((hd[0-9]+),' \"$file\"\n"
	    "\t\t\tif [ -n \"$disk\" -a \"$disk\" != \"$own\" -a -f \"$file\" ]; then\n"
	    "\t\t\t\techo \"Aerobench: on to $file\"\n"
	    "\t\t\t\tregexp --set=1:root '^\\(([^)]+)\\)' \"$file\"\n"
	    "\t\t\t\tif chainloader \"$file\"; then\n\t\t\t\t\tboot\n\t\t\t\tfi\n\t\t\tfi\n\t\tdone\n";

	fprintf(file, "insmod regexp\nset own=\nregexp --set=1:own '^([a-z]+[0-9]+)' \"$root\"\n");
	leave_bios_print(file);
	fprintf(file, "function leave {\n\tif [ $grub_platform = efi ]; then\n%s", efi);
	fprintf(file, "\telif [ -n \"$own\" ]; then\n\t\tleave_bios\n\telse\n\t\texit\n\tfi\n");
	fprintf(file, "\techo \"Aerobench: no other disk holds what could be started\"\n\t%s\n}\n",
		options->unattended ? "halt" : "exit 1");
}

/* A benchmark's entry is in the submenu. */
static void default_print(FILE *file, const struct image_options *options)
{
	bool bench = bench_find(options, options->entry) != NULL;

	fprintf(file, "set default=\"%s%s\"\nset timeout=%u\n", bench ? "one>" : "", options->entry,
		options->timeout_s);
	if (options->unattended && options->stick != NULL)
		fputs("if [ \"$round\" = $rounds ]; then\n\tset default=exit\nfi\n", file);
	else if (options->unattended)
		fputs("if [ \"$measured\" = yes ]; then\n\tset default=exit\nfi\n", file);
	else if (options->stick != NULL) /* what came before was one by hand */
		fputs("if [ \"$rested\" = yes ]; then\n\tset timeout=-1\n\tset default=rested\n"
		      "\tmenuentry \"The collector has run, what it wrote is in results/ of the stick: power off\" "
		      "--id rested {\n"
		      "\t\thalt\n\t}\nfi\n",
		      file);
}

char *image_config(const struct image_options *options)
{
	char *text = NULL, *words = words_of(options);
	size_t len_bytes;
	FILE *file = open_memstream(&text, &len_bytes);

	fprintf(file, "# Written by `aerobench image`.\nset words='%s'\n", words);
	serial_print(file, options);
	/* The kernel's header asks for a mode, by which multiboot2 overrides $gfxpayload; no screen is no error. */
	fputs("insmod all_video\n", file);
	if (options->unattended && options->stick == NULL)
		memory_print(file, options);
	if (options->stick != NULL)
		state_print(file, options);
	start_print(file, options);
	leave_print(file, options);
	default_print(file, options);
	menu_print(file, options);
	fclose(file);
	free(words);
	return text;
}
