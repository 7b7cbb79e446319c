/* SPDX-License-Identifier: MIT */
/*
 * The plan. Files of /proc and /sys are read below options->root.
 */
#include "kexec.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel_words.h"
#include "kexec_check.h"
#include "kexec_place.h"
#include "kexec_watchdog.h"
#include "memory.h"
#include "paths.h"
#include "store_file.h"

/* What the kernel takes: kernel/core/settings.h SETTINGS_LINE_MAX, kernel/x86/boot_info.h BOOT_MODULE_TEXT_BYTES. */
enum { LINE_BYTES_MAX = 2000, MODULE_TEXT_MAX = 2000 };

static const uint64_t RESULTS_BYTES = 64ull << 20;
static const uint64_t KEPT_BYTES_MIN = 4ull << 20;
static const uint64_t PLACE_LOW = 256ull << 20;
static const uint64_t LOW_STEP = 4ull << 20; /* also room for what kexec-tools itself puts there */

/* --- Where the results lie ------------------------------------------------------------------------------------------------- */

static uint64_t file_bytes(const char *path)
{
	struct stat about;

	return path != NULL && stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
}

/*
 * Linux already keeps off a place: the last kexec's, or the user's for what survives a reset (a few bad bytes that somebody
 * keeps Linux off are none). Returns how many.
 */
static size_t places_kept(const struct kexec_options *options, struct region_place kept[REGION_PLACES_MAX])
{
	struct region_place places[REGION_PLACES_MAX];
	size_t count = region_places_of_linux(options->root, places), taken = 0;

	for (size_t i = 0; i < count; i++) {
		if (places[i].len_bytes >= KEPT_BYTES_MIN && places[i].base + places[i].len_bytes <= 1ull << 32)
			kept[taken++] = places[i];
	}
	return taken;
}

/* low: below lie the Aerokernel and what kexec-tools puts beside it. What Linux keeps off, nothing is put into. */
static int place_told(struct region_place *place, const char *text, const char *iomem, uint64_t low,
		      struct error *error)
{
	if (region_place_parse("--place", text, place, error) != 0)
		return error->status;
	if (!kexec_place_is_memory(iomem, place) || place->base + place->len_bytes > 1ull << 32)
		return error_set(error, STATUS_USAGE,
				 "--place '%s': not all of it is RAM below 4G: see \"System RAM\" in /proc/iomem",
				 text);
	if (place->base < low)
		return error_set(error, STATUS_USAGE,
				 "--place '%s': the Aerokernel and what it boots are loaded below %" PRIu64
				 "M: choose a place from there on",
				 text, low >> 20);
	return 0;
}

static bool place_is_kept(const char *text, const struct region_place *kept, size_t count, struct region_place *place)
{
	struct error error = {STATUS_OK, ""};

	if (region_place_parse("--place", text, place, &error) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (kept[i].base == place->base && kept[i].len_bytes == place->len_bytes)
			return true;
	}
	return false;
}

static int place_choose_in(struct region_place *place, const struct kexec_options *options, const char *iomem,
			   uint64_t low, struct error *error)
{
	struct region_place kept[REGION_PLACES_MAX];
	size_t kept_count = places_kept(options, kept);
	uint64_t far = low + KEXEC_PLACE_STEP < PLACE_LOW ? PLACE_LOW : low + KEXEC_PLACE_STEP;

	if (options->place != NULL && place_is_kept(options->place, kept, kept_count, place))
		return 0;
	if (options->place != NULL)
		return place_told(place, options->place, iomem, low, error);
	if (kept_count > 0)
		*place = kept[0];
	else if (!kexec_place_find(iomem, far, RESULTS_BYTES, place))
		error_set(error, STATUS_UNSUPPORTED,
			  "there is no room of 64M for the results between %" PRIu64
			  "M and 4G: choose a smaller one by --place, as %" PRIu64 "M+4M",
			  far >> 20, low >> 20);
	return error->status;
}

/* Behind the Aerokernel and what kexec-tools puts around it, which it does from the lowest memory on. */
static int place_choose(struct region_place *place, const struct kexec_options *options, const char *image,
			uint64_t beside_bytes, struct error *error)
{
	char *iomem = kexec_text(options->root, "/proc/iomem", error);
	uint64_t image_end;

	if (iomem == NULL)
		return error->status;
	if (kexec_image_check(image, iomem, &image_end, error) == 0)
		place_choose_in(place, options, iomem, (image_end + beside_bytes + LOW_STEP - 1) / LOW_STEP * LOW_STEP,
				error);
	free(iomem);
	return error->status;
}

/* --- What comes along ------------------------------------------------------------------------------------------------------ */

char *kexec_append_of(const char *command_line)
{
	static const char *const others[] = {"BOOT_IMAGE=", "initrd=", "aerobench.results="};
	char *append = memory_text(""), *copy = memory_text(command_line), *save = NULL;

	for (char *word = strtok_r(copy, " \n", &save); word != NULL; word = strtok_r(NULL, " \n", &save)) {
		char *longer;
		bool other = false;

		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			other |= strncmp(word, others[i], strlen(others[i])) == 0;
		if (other)
			continue;
		longer = memory_format("%s%s%s", append, append[0] != '\0' ? " " : "", word);
		free(append);
		append = longer;
	}
	free(copy);
	return append;
}

/* A path that kexec-tools can split from what follows, from the root on; NULL with the error set. Allocated. */
static char *file_path(const char *what, const char *path, struct error *error)
{
	char *real = realpath(path, NULL);

	if (real == NULL || access(real, R_OK) != 0) {
		error_set_errno(error, STATUS_USAGE, what, path);
		free(real);
		return NULL;
	}
	if (strchr(real, ' ') != NULL) {
		error_set(error, STATUS_USAGE, "%s '%s': kexec takes no path with a space: copy it elsewhere", what,
			  real);
		free(real);
		return NULL;
	}
	return real;
}

/* The first of these names, %s being the release, that there is; NULL with the error set. */
static char *file_of_release(const struct kexec_options *options, const char *what, const char *const names[],
			     struct error *error)
{
	struct utsname name;

	uname(&name);
	for (size_t i = 0; names[i] != NULL; i++) {
		char *path = memory_format("%s/boot/%s%s", options->root, names[i], name.release);

		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	error_set(error, STATUS_USAGE, "there is no /boot/%s%s: give the file by --%s%s", names[0], name.release, what,
		  strcmp(what, "initrd") == 0 ? ", or --initrd none" : "");
	return NULL;
}

static char *linux_path(const struct kexec_options *options, struct error *error)
{
	static const char *const names[] = {"vmlinuz-", "kernel-", NULL};
	char *found =
	    options->kernel != NULL ? memory_text(options->kernel) : file_of_release(options, "kernel", names, error);
	char *path = found != NULL ? file_path("--kernel", found, error) : NULL;

	free(found);
	return path;
}

/* *path is NULL where there is none. */
static int initrd_path(const struct kexec_options *options, char **path, struct error *error)
{
	static const char *const names[] = {"initrd.img-", "initramfs-", "initrd-", NULL};
	char *found;

	*path = NULL;
	if (options->initrd != NULL && strcmp(options->initrd, "none") == 0)
		return 0;
	found =
	    options->initrd != NULL ? memory_text(options->initrd) : file_of_release(options, "initrd", names, error);
	if (found != NULL)
		*path = file_path("--initrd", found, error);
	free(found);
	return error->status;
}

/* --module=PATH TEXT, with as many spaces behind it as make its length and a zero byte a multiple of 8: kexec.h. */
static char *module_argument(const char *path, const char *text)
{
	size_t len = strlen(path) + 1 + strlen(text);

	return memory_format("--module=%s %s%*s", path, text, (int)(7 - len % 8), "");
}

/* --- The plan --------------------------------------------------------------------------------------------------------------- */

static char *image_path(const struct kexec_options *options, struct error *error)
{
	char *found =
	    options->image != NULL ? memory_text(options->image) : memory_format("%s/aerokernel.elf", paths_bin());
	char *image = file_path("--image", found, error);

	free(found);
	return image;
}

static int plan_image(struct kexec_plan *plan, const struct kexec_options *options, const char *image,
		      struct error *error)
{
	char *rsdp = kexec_rsdp_word(options->root);
	char *told = memory_format("%s results=0x%" PRIx64 "+0x%" PRIx64 " after=%s", options->words, plan->place.base,
				   plan->place.len_bytes, options->stay ? "halt" : "linux");
	char *words = kernel_words_over(rsdp, told);

	kernel_words_check("words", words, error);
	if (error->status == STATUS_OK && strlen(words) > LINE_BYTES_MAX)
		error_set(error, STATUS_USAGE,
			  "the Aerokernel's words have %zu bytes, and %d are allowed: name fewer benchmarks",
			  strlen(words), LINE_BYTES_MAX);
	if (error->status == STATUS_OK) {
		plan->load[0] = memory_text(kexec_tool());
		plan->load[1] = memory_text("--load");
		plan->load[2] = memory_text("--type=multiboot2-x86");
		plan->load[3] = memory_format("--command-line=%s", words);
		plan->load[4] = memory_text(image);
	}
	free(rsdp);
	free(told);
	free(words);
	return error->status;
}

static int plan_linux(struct kexec_plan *plan, const struct kexec_options *options, const char *kernel,
		      const char *initrd, struct error *error)
{
	char *now = options->append == NULL ? kexec_text(options->root, "/proc/cmdline", error) : NULL;
	char *append = options->append != NULL ? memory_text(options->append)
		       : now != NULL           ? kexec_append_of(now)
					       : NULL;
	char *text = append != NULL ? memory_format("linux %s", append) : NULL;

	if (append != NULL && strlen(kernel) + strlen(text) > MODULE_TEXT_MAX)
		error_set(error, STATUS_USAGE,
			  "Linux's command line has %zu bytes, too many: give a shorter one by --append",
			  strlen(append));
	else if (append != NULL && kexec_linux_check(kernel, strlen(append), error) == 0) {
		plan->load[5] = module_argument(kernel, text);
		plan->load[6] = initrd != NULL ? module_argument(initrd, "initrd") : NULL;
	}
	free(now);
	free(append);
	free(text);
	return error->status;
}

int kexec_plan_make(struct kexec_plan *plan, const struct kexec_options *options, struct error *error)
{
	char *kernel = NULL, *initrd = NULL, *image = NULL;

	memset(plan, 0, sizeof(*plan));
	if (kexec_system_check(options->root, &plan->replaces, error) == 0)
		kexec_watchdog_check(options->root, &plan->watched, error);
	if (error->status == STATUS_OK && !options->stay && kexec_memory_check(options->root, error) == 0) {
		kernel = linux_path(options, error);
		if (kernel != NULL)
			initrd_path(options, &initrd, error);
	}
	if (error->status == STATUS_OK)
		image = image_path(options, error);
	if (image != NULL)
		place_choose(&plan->place, options, image, file_bytes(kernel) + file_bytes(initrd), error);
	if (error->status == STATUS_OK)
		plan_image(plan, options, image, error);
	if (error->status == STATUS_OK && !options->stay)
		plan_linux(plan, options, kernel, initrd, error);
	plan->dark = kexec_screen_lacks(options->root);
	free(kernel);
	free(initrd);
	free(image);
	if (error->status != STATUS_OK)
		kexec_plan_free(plan);
	return error->status;
}

void kexec_plan_free(struct kexec_plan *plan)
{
	for (size_t i = 0; i < KEXEC_ARGUMENTS; i++) {
		free(plan->load[i]);
		plan->load[i] = NULL;
	}
	free(plan->watched);
	plan->watched = NULL;
}
