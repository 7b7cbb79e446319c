/* SPDX-License-Identifier: MIT */
/* Benchmarks by the image's own tables: see kernel_benches.h. ELF: System V ABI, "Section Header" and "Program Header". */
#include "kernel_benches.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store_file.h"

#define SECTION "aero_benches"

enum { IMAGE_BYTES_MAX = 64 << 20, NAME_BYTES_MAX = 64, BENCHES_MAX = 1024 };

struct image {
	const char *bytes;
	size_t len_bytes;
	Elf64_Ehdr header;
};

/* --- Reading inside the file -------------------------------------------------------------------------------------- */

static bool read_at(const struct image *image, uint64_t offset, void *to, size_t len_bytes)
{
	if (offset > image->len_bytes || len_bytes > image->len_bytes - offset)
		return false;
	memcpy(to, image->bytes + offset, len_bytes);
	return true;
}

static bool is_text(const struct image *image, uint64_t offset, const char *text)
{
	size_t len = strlen(text) + 1;

	return offset <= image->len_bytes && len <= image->len_bytes - offset &&
	       memcmp(image->bytes + offset, text, len) == 0;
}

static bool section_read(const struct image *image, unsigned index, Elf64_Shdr *section)
{
	return index < image->header.e_shnum && image->header.e_shoff <= image->len_bytes &&
	       read_at(image, image->header.e_shoff + (uint64_t)index * sizeof(*section), section, sizeof(*section));
}

/* Where in the file those bytes are that lie at an address once the image is loaded. */
static bool offset_of(const struct image *image, uint64_t address, uint64_t *offset)
{
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		Elf64_Phdr segment;

		if (!read_at(image, image->header.e_phoff + (uint64_t)i * sizeof(segment), &segment, sizeof(segment)))
			return false;
		if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz || segment.p_offset > image->len_bytes)
			continue;
		*offset = segment.p_offset + (address - segment.p_vaddr);
		return true;
	}
	return false;
}

/* --- Benchmarks --------------------------------------------------------------------------------------------------- */

static bool header_read(struct image *image)
{
	static const unsigned char magic[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB};

	return read_at(image, 0, &image->header, sizeof(image->header)) &&
	       memcmp(image->header.e_ident, magic, sizeof(magic)) == 0 &&
	       image->header.e_shentsize == sizeof(Elf64_Shdr) && image->header.e_phentsize == sizeof(Elf64_Phdr) &&
	       image->header.e_phoff <= image->len_bytes;
}

static bool table_find(const struct image *image, Elf64_Shdr *table)
{
	Elf64_Shdr names;

	if (!section_read(image, image->header.e_shstrndx, &names) || names.sh_offset > image->len_bytes)
		return false;
	for (unsigned i = 0; section_read(image, i, table); i++) {
		if (is_text(image, names.sh_offset + table->sh_name, SECTION))
			return table->sh_size % sizeof(uint64_t) == 0 &&
			       table->sh_size / sizeof(uint64_t) <= BENCHES_MAX;
	}
	return false;
}

/* The name that the struct at this address begins with: a C identifier, as BENCH() makes it. */
static bool name_add(struct kernel_benches *benches, const struct image *image, uint64_t address)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	char name[NAME_BYTES_MAX + 1] = "";
	uint64_t at, name_address;
	size_t left, len;

	if (!offset_of(image, address, &at) || !read_at(image, at, &name_address, sizeof(name_address)) ||
	    !offset_of(image, name_address, &at) || at >= image->len_bytes)
		return false;
	left = image->len_bytes - at;
	memcpy(name, image->bytes + at, left < NAME_BYTES_MAX ? left : NAME_BYTES_MAX);
	len = strspn(name, letters);
	if (len == 0 || len == NAME_BYTES_MAX || len == left || name[len] != '\0')
		return false;
	memory_texts_add(&benches->names, &benches->count, name);
	return true;
}

bool kernel_benches_parse(struct kernel_benches *benches, const char *bytes, size_t len_bytes)
{
	struct image image = {.bytes = bytes, .len_bytes = len_bytes};
	Elf64_Shdr table;
	bool good;

	*benches = (struct kernel_benches){0};
	good = header_read(&image) && table_find(&image, &table) && table.sh_size > 0 && table.sh_offset <= len_bytes;
	for (uint64_t i = 0; good && i < table.sh_size / sizeof(uint64_t); i++) {
		uint64_t address;

		good = read_at(&image, table.sh_offset + i * sizeof(address), &address, sizeof(address)) &&
		       name_add(benches, &image, address);
	}
	if (!good)
		kernel_benches_free(benches);
	return good;
}

int kernel_benches_read(struct kernel_benches *benches, const char *path, struct error *error)
{
	char *bytes = NULL;
	size_t len_bytes = 0;
	int status = store_file_read(path, IMAGE_BYTES_MAX, &bytes, &len_bytes, error);

	*benches = (struct kernel_benches){0};
	if (status == 0 && !kernel_benches_parse(benches, bytes, len_bytes))
		status = error_set(error, STATUS_USAGE, "%s is no image of the Aerokernel, or a damaged one: build it",
				   path);
	free(bytes);
	return status;
}

void kernel_benches_free(struct kernel_benches *benches)
{
	memory_texts_free(benches->names, benches->count);
	*benches = (struct kernel_benches){0};
}

char *kernel_benches_word(const struct kernel_benches *benches, char *const *selections, size_t count)
{
	char *word = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(selections[i], ":");
		bool has = false;
		char *longer;

		for (size_t j = 0; j < benches->count; j++)
			has |= strlen(benches->names[j]) == len && strncmp(benches->names[j], selections[i], len) == 0;
		if (!has)
			continue;
		longer = memory_format("%s%s%s", word != NULL ? word : "", word != NULL ? "," : "", selections[i]);
		free(word);
		word = longer;
	}
	return word;
}
