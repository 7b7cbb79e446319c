/* SPDX-License-Identifier: MIT */
/* The plan of a kexec, from made-up Linuxes: where the results lie, what comes along, and what is refused while Linux runs. */
#include "kexec.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <linux/fb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec_check.h"
#include "kexec_place.h"
#include "memory.h"

static char root[] = "/tmp/aerobench_kexec_XXXXXX";
static char *kernel, *initrd, *image;

static const char iomem[] = "00000000-00000fff : Reserved\n"
			    "00001000-0009fbff : System RAM\n"
			    "00100000-1fffffff : System RAM\n"
			    "  01000000-01ffffff : Kernel code\n"
			    "20000000-23ffffff : Reserved\n"
			    "24000000-bffdffff : System RAM\n"
			    "100000000-23fffffff : System RAM\n";

static void file_put(const char *name, const void *bytes, size_t len_bytes)
{
	char *path = memory_format("%s%s", root, name);
	FILE *file;

	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len_bytes, file), len_bytes);
	fclose(file);
	free(path);
}

static void text_put(const char *name, const char *text)
{
	file_put(name, text, strlen(text));
}

/* A header as of Linux 6.1: Documentation/arch/x86/boot.rst. */
static void linux_put(uint8_t version, uint8_t flags)
{
	uint8_t head[0x400] = {0};

	memcpy(&head[0x202], "HdrS", 4);
	head[0x206] = version;
	head[0x207] = 2;
	head[0x234] = 1;
	head[0x236] = flags;
	head[0x238] = 0xff;
	head[0x239] = 7;
	file_put("/boot/vmlinuz", head, sizeof(head));
}

/* As the Aerokernel's: code in the file, and zeroed data that is only in memory. */
static void image_put(uint64_t base, uint64_t bss_bytes)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr segments[3];
	} elf = {.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
			    .e_phoff = offsetof(__typeof__(elf), segments),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 3},
		 .segments = {{.p_type = PT_LOAD, .p_paddr = base, .p_memsz = 0x100000},
			      {.p_type = PT_NOTE, .p_paddr = 0x20000000, .p_memsz = 0x1000},
			      {.p_type = PT_LOAD, .p_paddr = base + 0x200000, .p_memsz = bss_bytes}}};

	file_put("/boot/aerokernel.elf", &elf, sizeof(elf));
}

/* A Linux from which it can be done, and which may be changed after that. */
static void linux_make(void)
{
	text_put("/sys/kernel/kexec_loaded", "0\n");
	text_put("/proc/sys/kernel/kexec_load_disabled", "0\n");
	text_put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	text_put("/sys/firmware/efi/systab", "");
	text_put("/proc/iomem", iomem);
	text_put("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro initrd=/initrd quiet\n");
	text_put("/boot/initrd", "x");
	image_put(16 << 20, 6 << 20);
	linux_put(0x0f, 0x3f);
}

static int plan_of(struct kexec_plan *plan, const struct kexec_options *changes, struct error *error)
{
	struct kexec_options options = *changes;

	options.root = root;
	options.image = image;
	options.kernel = kernel;
	options.initrd = options.initrd != NULL ? options.initrd : initrd;
	options.words = options.words != NULL ? options.words : "bench=clock_read";
	*error = (struct error){0};
	if (kexec_tool() == NULL)
		skip();
	return kexec_plan_make(plan, &options, error);
}

static void refused(int status, const char *text, const struct kexec_options *options)
{
	struct kexec_plan plan;
	struct error error;

	assert_int_equal(plan_of(&plan, options, &error), status);
	if (strstr(error.text, text) == NULL)
		fail_msg("'%s' is not in '%s'", text, error.text);
	assert_null(plan.load[0]);
}

static void the_plan_is_one_command_of_kexec_tools(void **state)
{
	struct kexec_plan plan;
	struct error error;
	char *module;

	(void)state;
	linux_make();
	assert_int_equal(plan_of(&plan, &(struct kexec_options){0}, &error), 0);
	assert_false(plan.replaces);
	assert_int_equal(plan.place.base, 0x10000000);
	assert_int_equal(plan.place.len_bytes, 64 << 20);
	assert_string_equal(plan.load[1], "--load");
	assert_string_equal(plan.load[2], "--type=multiboot2-x86");
	assert_string_equal(plan.load[3], "--command-line=bench=clock_read results=0x10000000+0x4000000 after=linux");
	assert_string_equal(plan.load[4], image);
	module = memory_format("--module=%s linux root=/dev/sda1 ro quiet", kernel);
	assert_memory_equal(plan.load[5], module, strlen(module));
	free(module);
	module = memory_format("--module=%s initrd", initrd);
	assert_memory_equal(plan.load[6], module, strlen(module));
	free(module);
	assert_null(plan.load[7]);
	/* kexec-tools counts strings without the padding of their tags */
	for (unsigned i = 5; i < 7; i++)
		assert_int_equal((strlen(plan.load[i]) - strlen("--module=") + 1) % 8, 0);
	kexec_plan_free(&plan);
}

static void words_follow_the_options_and_the_machine(void **state)
{
	struct kexec_plan plan;
	struct error error;

	(void)state;
	linux_make();
	text_put("/sys/kernel/kexec_loaded", "1\n");
	text_put("/sys/firmware/efi/systab", "ACPI20=0x7ffe014\nACPI=0x7ffe000\nSMBIOS=0xf0000\n");
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.stay = true, .place = "1G+1M"}, &error), 0);
	assert_true(plan.replaces);
	assert_string_equal(plan.load[3],
			    "--command-line=rsdp=0x7ffe014 bench=clock_read results=0x40000000+0x100000 after=halt");
	assert_null(plan.load[5]);
	kexec_plan_free(&plan);
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.words = "rsdp=0xf5a20", .place = "1G+1M"}, &error), 0);
	assert_string_equal(plan.load[3], "--command-line=rsdp=0xf5a20 results=0x40000000+0x100000 after=linux");
	kexec_plan_free(&plan);
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.initrd = "none", .append = "a=b"}, &error), 0);
	assert_non_null(strstr(plan.load[5], "/boot/vmlinuz linux a=b"));
	assert_null(plan.load[6]);
	kexec_plan_free(&plan);
}

static void a_place_that_linux_keeps_off_is_used_again(void **state)
{
	struct kexec_plan plan;
	struct error error;

	(void)state;
	linux_make();
	text_put("/proc/cmdline", "ro memmap=64K$0x3000000 memmap=64M$512M\n");
	assert_int_equal(plan_of(&plan, &(struct kexec_options){0}, &error), 0);
	assert_int_equal(plan.place.base, 512 << 20);
	kexec_plan_free(&plan);
	text_put("/proc/cmdline", "ro memmap=64M$512M aerobench.results=0x30000000+0x1000000\n");
	assert_int_equal(plan_of(&plan, &(struct kexec_options){0}, &error), 0);
	assert_int_equal(plan.place.base, 0x30000000);
	assert_int_equal(plan.place.len_bytes, 16 << 20);
	assert_null(strstr(plan.load[5], "aerobench.results"));
	kexec_plan_free(&plan);
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.place = "512M+64M"}, &error), 0);
	kexec_plan_free(&plan);
}

static void the_place_is_memory_and_above_what_is_loaded(void **state)
{
	struct region_place place;

	(void)state;
	assert_true(kexec_place_find(iomem, 256 << 20, 64 << 20, &place));
	assert_int_equal(place.base, 256 << 20);
	/* 512M is reserved, 576M is the first multiple behind it */
	assert_true(kexec_place_find(iomem, (448 << 20) + 1, 64 << 20, &place));
	assert_int_equal(place.base, 576 << 20);
	assert_true(kexec_place_find(iomem, 0, 1 << 20, &place));
	assert_int_equal(place.base, 64 << 20);
	/* above 4 GiB there is much, which is not looked at */
	assert_false(kexec_place_find(iomem, 0xbc000000, 64 << 20, &place));
	assert_false(kexec_place_find("", 0, 1 << 20, &place));
	assert_false(kexec_place_find("  00000000-ffffffff : System RAM\n", 0, 1 << 20, &place));
	assert_false(kexec_place_find("00000000-00000000 : System RAM\n", 0, 1 << 20, &place));
}

static void linux_keeps_its_words_and_loses_its_loaders(void **state)
{
	char *append =
	    kexec_append_of("BOOT_IMAGE=(hd0)/a  root=UUID=1 initrd=b aerobench.results=1M+1M  quiet x.initrd=c\n");

	(void)state;
	assert_string_equal(append, "root=UUID=1 quiet x.initrd=c");
	free(append);
	append = kexec_append_of("");
	assert_string_equal(append, "");
	free(append);
}

static void what_the_kernel_would_refuse_is_refused_here(void **state)
{
	char *long_line = memory_new(2100, 1);

	(void)state;
	memset(long_line, 'a', 2000);
	linux_make();
	refused(STATUS_USAGE, "--place '64M'", &(struct kexec_options){.place = "64M"});
	refused(STATUS_USAGE, "System RAM", &(struct kexec_options){.place = "512M+64M"});
	refused(STATUS_USAGE, "below 4G", &(struct kexec_options){.place = "4G+64M"});
	refused(STATUS_USAGE, "'foo'", &(struct kexec_options){.words = "idle=poll foo=bar"});
	refused(STATUS_USAGE, "'after=halt', 'after=linux': one word twice",
		&(struct kexec_options){.words = "after=halt"});
	refused(STATUS_USAGE, "/nonexistent", &(struct kexec_options){.initrd = "/nonexistent"});
	refused(STATUS_USAGE, "--append", &(struct kexec_options){.append = long_line});
	long_line[1990] = '\0';
	refused(STATUS_USAGE, "--append", &(struct kexec_options){.append = long_line});
	linux_put(0x0b, 0x3f);
	refused(STATUS_USAGE, "64-bit Linux", &(struct kexec_options){0});
	linux_put(0x0f, 1);
	refused(STATUS_USAGE, "64-bit Linux", &(struct kexec_options){0});
	text_put("/boot/vmlinuz", "no kernel");
	refused(STATUS_USAGE, "no bzImage", &(struct kexec_options){0});
	free(long_line);
}

static void a_place_where_something_is_loaded_is_refused(void **state)
{
	struct kexec_plan plan;
	struct error error;

	(void)state;
	linux_make();
	/* 24 MiB and two small files, rounded up */
	refused(STATUS_USAGE, "below 28M", &(struct kexec_options){.place = "1M+1M"});
	refused(STATUS_USAGE, "below 28M", &(struct kexec_options){.place = "2M+4M"});
	refused(STATUS_USAGE, "below 28M", &(struct kexec_options){.place = "16M+4M"});
	refused(STATUS_USAGE, "below 28M", &(struct kexec_options){.place = "27M+4M"});
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.place = "28M+4M"}, &error), 0);
	kexec_plan_free(&plan);
}

static void a_screen_that_is_not_passed_on_is_told(void **state)
{
	const struct fb_fix_screeninfo good = {.smem_start = 0xfd000000,
					       .smem_len = 3 << 20,
					       .type = FB_TYPE_PACKED_PIXELS,
					       .visual = FB_VISUAL_TRUECOLOR};
	struct fb_fix_screeninfo bad = good;
	struct kexec_plan plan;
	struct error error;

	(void)state;
	linux_make();
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.stay = true}, &error), 0);
	assert_non_null(strstr(plan.dark, "no framebuffer"));
	kexec_plan_free(&plan);
	text_put("/dev/fb0", "");
	assert_string_equal(kexec_screen_lacks(root), "/dev/fb0 does not say what it is");
	assert_null(kexec_screen_defect(&good));
	bad.smem_start = 0;
	assert_non_null(strstr(kexec_screen_defect(&bad), "nomodeset"));
	bad = good;
	bad.visual = FB_VISUAL_PSEUDOCOLOR;
	assert_non_null(strstr(kexec_screen_defect(&bad), "pixels"));
}

static void an_image_that_would_lie_on_firmware_is_refused(void **state)
{
	(void)state;
	linux_make();
	/* as OVMF has it */
	text_put("/proc/iomem", "00100000-007fffff : System RAM\n"
				"00800000-00807fff : ACPI Non-volatile Storage\n"
				"00808000-bffdffff : System RAM\n");
	image_put(2 << 20, 6 << 20);
	refused(STATUS_UNSUPPORTED, "0x400000-0x9fffff", &(struct kexec_options){0});
	image_put(4ul << 30, 1);
	refused(STATUS_USAGE, "above 4G", &(struct kexec_options){0});
	text_put("/boot/aerokernel.elf", "\177ELF");
	refused(STATUS_USAGE, "no Aerokernel", &(struct kexec_options){0});
}

static void a_linux_from_which_it_cannot_be_done_is_told_with_the_remedy(void **state)
{
	struct kexec_options none = {0};

	(void)state;
	linux_make();
	text_put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	refused(STATUS_UNSUPPORTED, "Secure Boot", &none);
	linux_make();
	text_put("/proc/sys/kernel/kexec_load_disabled", "1\n");
	refused(STATUS_UNSUPPORTED, "kexec_load_disabled", &none);
	linux_make();
	text_put("/sys/kernel/kexec_loaded", "");
	refused(STATUS_UNSUPPORTED, "CONFIG_KEXEC", &none);
	linux_make();
	text_put("/proc/iomem", "00001000-0fffffff : System RAM\n");
	refused(STATUS_UNSUPPORTED, "--place", &none);
}

/* What the plan warns of; NULL: nothing. */
static void warned(const char *text)
{
	struct kexec_plan plan;
	struct error error;

	assert_int_equal(plan_of(&plan, &(struct kexec_options){0}, &error), 0);
	if (text == NULL)
		assert_null(plan.watched);
	else
		assert_non_null(strstr(plan.watched, text));
	kexec_plan_free(&plan);
}

static void a_memory_map_that_the_next_linux_cannot_be_told_is_refused(void **state)
{
	struct kexec_plan plan;
	struct error error;

	(void)state;
	linux_make();
	for (unsigned piece = 0; piece < 121; piece++) {
		char *name = memory_format("/sys/firmware/memmap/%u/type", piece);

		if (piece == 120) {
			assert_int_equal(plan_of(&plan, &(struct kexec_options){0}, &error), 0);
			kexec_plan_free(&plan);
		}
		text_put(name, "System RAM\n");
		free(name);
	}
	refused(STATUS_UNSUPPORTED, "has 121 pieces", &(struct kexec_options){0});
	assert_int_equal(plan_of(&plan, &(struct kexec_options){.stay = true}, &error), 0);
	kexec_plan_free(&plan);
}

static void watchdog_put(const char *state, const char *identity, const char *nowayout)
{
	text_put("/sys/class/watchdog/watchdog1/state", state);
	text_put("/sys/class/watchdog/watchdog1/identity", identity);
	text_put("/sys/class/watchdog/watchdog1/nowayout", nowayout);
	text_put("/sys/class/watchdog/watchdog1/timeout", "30\n");
}

static void a_watchdog_that_would_reset_the_machine_is_told(void **state)
{
	static const char *const harmless[] = {"Software Watchdog\n", "iTCO_wdt\n", "SP5100 TCO timer\n"};

	(void)state;
	linux_make();
	warned(NULL);
	watchdog_put("inactive\n", "wdat_wdt\n", "0\n");
	warned(NULL);
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		watchdog_put("active\n", harmless[i], "1\n"); /* nowayout keeps nobody from leaving */
		warned(NULL);
	}
	watchdog_put("active\n", "wdat_wdt\n", "0\n");
	warned("watchdog1 (wdat_wdt) is running: unless it is stopped when Linux ends, it resets the machine 30 s");
	watchdog_put("active\n", "wdat_wdt\n", "1\n");
	refused(STATUS_UNSUPPORTED, "watchdog1 (wdat_wdt) is running and may not be stopped",
		&(struct kexec_options){0});
	/* which makes even that one stop */
	text_put("/sys/module/watchdog/parameters/stop_on_reboot", "1\n");
	warned(NULL);
	text_put("/sys/module/ipmi_watchdog/initstate", "live\n");
	warned("the BMC's watchdog");
}

static int made(void **state)
{
	char place[PATH_MAX];

	(void)state;
	if (mkdtemp(root) == NULL || realpath(root, place) == NULL)
		return -1;
	kernel = memory_format("%s/boot/vmlinuz", place);
	initrd = memory_format("%s/boot/initrd", place);
	image = memory_format("%s/boot/aerokernel.elf", place);
	return 0;
}

static int removed(void **state)
{
	char *command = memory_format("rm -rf '%s'", root);
	int status = system(command);

	(void)state;
	free(command);
	free(kernel);
	free(initrd);
	free(image);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_plan_is_one_command_of_kexec_tools),
	    cmocka_unit_test(words_follow_the_options_and_the_machine),
	    cmocka_unit_test(a_place_that_linux_keeps_off_is_used_again),
	    cmocka_unit_test(the_place_is_memory_and_above_what_is_loaded),
	    cmocka_unit_test(linux_keeps_its_words_and_loses_its_loaders),
	    cmocka_unit_test(what_the_kernel_would_refuse_is_refused_here),
	    cmocka_unit_test(a_place_where_something_is_loaded_is_refused),
	    cmocka_unit_test(a_screen_that_is_not_passed_on_is_told),
	    cmocka_unit_test(an_image_that_would_lie_on_firmware_is_refused),
	    cmocka_unit_test(a_linux_from_which_it_cannot_be_done_is_told_with_the_remedy),
	    cmocka_unit_test(a_watchdog_that_would_reset_the_machine_is_told),
	    cmocka_unit_test(a_memory_map_that_the_next_linux_cannot_be_told_is_refused),
	};

	return cmocka_run_group_tests(tests, made, removed);
}
