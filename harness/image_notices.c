/* SPDX-License-Identifier: MIT */
/* Whose work a boot image holds: see image_notices.h. */
#include "image_notices.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_tool.h"
#include "memory.h"
#include "paths.h"
#include "process.h"
#include "store_file.h"

#define LICENCES "/usr/share/common-licenses/"

enum { COPYRIGHT_BYTES_MAX = 4 << 20, KERNEL_BYTES_MAX = 1 << 28, LINE_BYTES = 4096 };
static const uint64_t QUERY_TIMEOUT_NS = 120ULL * 1000 * 1000 * 1000; /* detects a hang */
/* What the kernel's build takes its letters from: kernel/CMakeLists.txt. */
static const char font[] = "/usr/share/consolefonts/spleen-8x16.psfu.gz";

/* --- Lists of names ------------------------------------------------------------------------------------------------- */

struct names {
	char **all; /* a last NULL included */
	size_t count;
};

static int order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes name, and keeps it if it is new. */
static void names_add(struct names *names, char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->all[i], name) == 0) {
			free(name);
			return;
		}
	}
	names->all = memory_resize(names->all, names->count + 2, sizeof(*names->all));
	names->all[names->count++] = name;
	names->all[names->count] = NULL;
}

static char **names_end(struct names *names)
{
	if (names->all == NULL)
		names->all = memory_new(1, sizeof(*names->all));
	qsort(names->all, names->count, sizeof(*names->all), order);
	return names->all;
}

void image_notices_free(char **names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		free(names[i]);
	free(names);
}

/* --- What others say ------------------------------------------------------------------------------------------------ */

/* A line is "PACKAGE[:ARCHITECTURE][, PACKAGE…]: PATH"; of diversions and of what was not found it is another. */
char **image_notices_owners(const char *said)
{
	struct names names = {0};
	char *copy = memory_text(said), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *path = strstr(line, ": /"), *package;

		if (path == NULL || strncmp(line, "diversion by ", 13) == 0)
			continue;
		*path = '\0';
		while ((package = strsep(&line, ",")) != NULL) {
			package += strspn(package, " ");
			package[strcspn(package, ":")] = '\0';
			if (package[0] != '\0' && strchr(package, ' ') == NULL)
				names_add(&names, memory_text(package));
		}
	}
	free(copy);
	return names_end(&names);
}

char **image_notices_licences(const char *text)
{
	struct names names = {0};

	while ((text = strstr(text, LICENCES)) != NULL) {
		size_t len = 0;

		text += strlen(LICENCES);
		while (isalnum((unsigned char)text[len]) || text[len] == '-' || text[len] == '.')
			len++;
		while (len > 0 && !isalnum((unsigned char)text[len - 1])) /* a sentence's end */
			len--;
		if (len > 0)
			names_add(&names, memory_format("%.*s", (int)len, text));
	}
	return names_end(&names);
}

char *image_notices_kernel(const char *bytes, size_t len_bytes)
{
	enum { MARK_AT = 0x202, VERSION_AT = 0x20e, BASE = 0x200, VERSION_BYTES_MAX = 512 };
	const unsigned char *raw = (const unsigned char *)bytes;
	size_t at, len = 0;

	if (len_bytes < VERSION_AT + 2 || memcmp(bytes + MARK_AT, "HdrS", 4) != 0)
		return NULL;
	at = BASE + ((size_t)raw[VERSION_AT] | (size_t)raw[VERSION_AT + 1] << 8);
	while (at + len < len_bytes && len < VERSION_BYTES_MAX && raw[at + len] >= ' ' && raw[at + len] < 0x7f)
		len++;
	return at > BASE && len > 0 && at + len < len_bytes && raw[at + len] == '\0'
		   ? memory_format("%.*s", (int)len, bytes + at)
		   : NULL;
}

/* --- Packages ------------------------------------------------------------------------------------------------------- */

/* A text under way, and what could not be had for it. */
struct notices {
	FILE *file;
	char *text;
	size_t text_bytes;
	char *missing; /* names, separated by ", " */
};

static void heading(struct notices *notices, const char *title)
{
	fprintf(notices->file, "\n");
	for (size_t i = 0; i < 100; i++)
		fputc('=', notices->file);
	fprintf(notices->file, "\n%s\n\n", title);
}

/* The file as it is; false: it is not there. */
static bool file_quote(struct notices *notices, const char *path)
{
	char *bytes = NULL;
	size_t len_bytes;
	bool there = store_file_read(path, COPYRIGHT_BYTES_MAX, &bytes, &len_bytes, NULL) == 0;

	if (there) {
		fwrite(bytes, 1, len_bytes, notices->file);
		if (len_bytes > 0 && bytes[len_bytes - 1] != '\n')
			fputc('\n', notices->file);
	}
	free(bytes);
	return there;
}

/* Takes what, which the text lacks. */
static void lacks(struct notices *notices, char *what)
{
	char *longer = memory_format("%s%s%s", notices->missing, notices->missing[0] != '\0' ? ", " : "", what);

	free(notices->missing);
	free(what);
	notices->missing = longer;
}

/* A package's own notice; without it, whose it is and under what, as far as we know. */
static void copyright_quote(struct notices *notices, const char *root, const char *package, const char *known)
{
	char *path = memory_format("%s/usr/share/doc/%s/copyright", root, package);

	if (!file_quote(notices, path)) {
		fprintf(notices->file, "%s\nThe package's own notice was not on the computer that made this.\n", known);
		lacks(notices, memory_text(package));
	}
	free(path);
}

/* What dpkg-query says of these words behind its options; "" where there is none. Allocated. */
static char *query(const char *option, const char *format, char *const *words, size_t count)
{
	char **argv = memory_new(count + 4, sizeof(*argv)), *said;
	size_t used = 0;

	argv[used++] = "dpkg-query";
	argv[used++] = (char *)(uintptr_t)option;
	if (format != NULL)
		argv[used++] = (char *)(uintptr_t)format;
	for (size_t i = 0; i < count; i++)
		argv[used++] = words[i];
	said = process_capture(argv, QUERY_TIMEOUT_NS);
	free(argv);
	return said != NULL ? said : memory_text("");
}

static char *other_path(const char *path)
{
	return strncmp(path, "/usr/", 5) == 0 ? memory_text(path + 4) : memory_format("/usr%s", path);
}

static bool is_owned(const char *said, const char *path)
{
	char *line = memory_format(": %s\n", path);
	bool owned = strstr(said, line) != NULL;

	free(line);
	return owned;
}

/* The packages that own these files; a path goes with /usr before it and without, as packages have one of the two. */
static char **owners(struct notices *notices, char *const *paths)
{
	struct names both = {0};
	char *said, **packages;

	for (size_t i = 0; paths[i] != NULL; i++) {
		names_add(&both, memory_text(paths[i]));
		names_add(&both, other_path(paths[i]));
	}
	said = both.count > 0 ? query("-S", NULL, both.all, both.count) : memory_text("");
	for (size_t i = 0; paths[i] != NULL; i++) {
		char *other = other_path(paths[i]);

		if (!is_owned(said, paths[i]) && !is_owned(said, other))
			lacks(notices, memory_format("%s (of no package)", paths[i]));
		free(other);
	}
	packages = image_notices_owners(said);
	free(said);
	image_notices_free(names_end(&both));
	return packages;
}

static void package_tell(struct notices *notices, char *package)
{
	static const char format[] =
	    "--showformat=${Package} ${Version}, source package ${source:Package} ${source:Version}\\n";
	char *said = query("-W", format, &package, 1), *end = strchr(said, '\n');

	if (end != NULL)
		*end = '\0';
	heading(notices, strstr(said, ", source package ") != NULL ? said : package);
	copyright_quote(notices, "", package, "Under a licence that is unknown here.");
	free(said);
}

/* --- Parts ---------------------------------------------------------------------------------------------------------- */

static void aerobench_tell(struct notices *notices)
{
	char *licence = paths_in_root("LICENSE");

	heading(notices, "Aerobench: " IMAGE_KERNEL " and the menu; MIT licence");
	if (!file_quote(notices, licence))
		fprintf(notices->file, "MIT licence (SPDX: MIT), the authors of Aerobench.\n");
	free(licence);
}

/* Debian's name for the package of a kernel is made of the release, which the kernel says first. */
static void linux_tell(struct notices *notices, const struct image_make *make)
{
	char *bytes = NULL, *version, *release, *title, *package;
	size_t len_bytes = 0;

	store_file_read(make->linux_kernel, KERNEL_BYTES_MAX, &bytes, &len_bytes, NULL);
	version = image_notices_kernel(bytes != NULL ? bytes : "", len_bytes);
	release = version != NULL ? memory_format("%.*s", (int)strcspn(version, " "), version) : memory_text("");
	package = memory_format("linux-image-%s", release[0] != '\0' ? release : "VERSION");
	title =
	    memory_format("Linux: " IMAGE_COLLECTOR_KERNEL " and its modules; GNU General Public License, version 2\n"
			  "It says of itself: %s\nDebian's package %s, source package linux",
			  version != NULL ? version : "nothing", package);
	heading(notices, title);
	copyright_quote(notices, strcmp(make->modules, "/") == 0 ? "" : make->modules, package,
			"Linux, by Linus Torvalds and others: GNU General Public License, version 2 only, with the "
			"syscall exception.\nIts text: " LICENCES "GPL-2");
	free(title);
	free(package);
	free(release);
	free(version);
	free(bytes);
}

static void paths_read(struct names *paths, const char *list)
{
	FILE *file = fopen(list, "r");
	char line[LINE_BYTES];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '/')
			names_add(paths, memory_text(line));
	}
	if (file != NULL)
		fclose(file);
}

/* GRUB, the letters of the kernel's screen, and what of this system is in the collector's archive. */
static void packages_tell(struct notices *notices, const struct image_make *make, const char *collected)
{
	const char *library = image_grub_library();
	struct names paths = {0};
	char **packages;
	bool grub = false, letters = false;

	if (make->bios)
		names_add(&paths, memory_format("%s/i386-pc/multiboot2.mod", library));
	if (make->uefi)
		names_add(&paths, memory_format("%s/x86_64-efi/multiboot2.mod", library));
	names_add(&paths, memory_text(font));
	if (collected != NULL)
		paths_read(&paths, collected);
	packages = owners(notices, names_end(&paths));
	for (size_t i = 0; packages[i] != NULL; i++) {
		package_tell(notices, packages[i]);
		grub |= strncmp(packages[i], "grub-", 5) == 0;
		letters |= strcmp(packages[i], "fonts-spleen") == 0;
	}
	if (!grub) {
		heading(notices, "GRUB: boot/grub, and what starts the medium");
		copyright_quote(notices, "", "grub-common",
				"GNU GRUB, by the Free Software Foundation: GNU General Public License, version 3 or "
				"later.\nIts source: https://ftp.gnu.org/gnu/grub/. The licence: " LICENCES "GPL-3");
	}
	if (!letters) {
		heading(notices, "Spleen, the letters of the kernel's screen");
		copyright_quote(notices, "", "fonts-spleen",
				"Copyright Frederic Cambus, BSD 2-clause licence: https://github.com/fcambus/spleen");
	}
	image_notices_free(packages);
	image_notices_free(paths.all);
}

/* The licences that were named so far, in full. */
static void licences_tell(struct notices *notices)
{
	char **names;

	fflush(notices->file);
	names = image_notices_licences(notices->text);
	for (size_t i = 0; names[i] != NULL; i++) {
		char *path = memory_format(LICENCES "%s", names[i]);

		heading(notices, path);
		if (!file_quote(notices, path))
			fprintf(notices->file, "Not on the computer that made this: https://spdx.org/licenses/\n");
		free(path);
	}
	image_notices_free(names);
}

int image_notices_write(const struct image_make *make, const char *tree, const char *collected, struct error *error)
{
	struct notices notices = {.missing = memory_text("")};
	int status;

	notices.file = open_memstream(&notices.text, &notices.text_bytes);
	fprintf(
	    notices.file,
	    "Whose work this is, and under which licences: what `aerobench image` has put here.\n\n"
	    "Aerobench's kernel (MIT) shows letters of the font Spleen (BSD 2-clause). GRUB (GPL, version 3 or later)\n"
	    "starts it.%s\n"
	    "The source of each package below, in this very version: apt-get source NAME=VERSION, or\n"
	    "https://snapshot.debian.org/package/NAME/VERSION/ (Ubuntu: https://launchpad.net/ubuntu/+source/NAME).\n"
	    "If you pass this on, make the sources available too.\n",
	    make->linux_kernel != NULL
		? " A small Linux (GPL, version 2) with programs of this system's packages takes the results."
		: "");
	aerobench_tell(&notices);
	if (make->linux_kernel != NULL)
		linux_tell(&notices, make);
	packages_tell(&notices, make, collected);
	licences_tell(&notices);
	fclose(notices.file);
	status = image_file_write(tree, IMAGE_NOTICES, notices.text, error);
	if (status == 0 && notices.missing[0] != '\0')
		error_warn(
		    "%s on the image lacks the copyright notices of %s, because this computer has none: add them "
		    "before you pass the image on",
		    IMAGE_NOTICES + 1, notices.missing);
	free(notices.missing);
	free(notices.text);
	return status;
}
