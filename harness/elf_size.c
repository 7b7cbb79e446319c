/* SPDX-License-Identifier: MIT */
/* How large a program is: see elf_size.h. */
#include "elf_size.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

static bool read_at(FILE *file, uint64_t offset, void *to, size_t len_bytes)
{
	return offset <= INT64_MAX && fseeko(file, (off_t)offset, SEEK_SET) == 0 &&
	       fread(to, 1, len_bytes, file) == len_bytes;
}

static bool read_segments(FILE *file, const Elf64_Ehdr *header, struct elf_size *size)
{
	for (unsigned i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment;

		if (!read_at(file, header->e_phoff + (uint64_t)i * sizeof(segment), &segment, sizeof(segment)))
			return false;
		if (segment.p_type != PT_LOAD)
			continue;
		size->image_bytes += segment.p_filesz;
		if (segment.p_flags & PF_X)
			size->text_bytes += segment.p_filesz;
	}
	return true;
}

bool elf_size_read(struct elf_size *size, const char *path)
{
	static const unsigned char magic[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB};
	FILE *file = fopen(path, "re");
	Elf64_Ehdr header;
	bool read;

	*size = (struct elf_size){0};
	if (file == NULL)
		return false;
	read = read_at(file, 0, &header, sizeof(header)) && memcmp(header.e_ident, magic, sizeof(magic)) == 0 &&
	       header.e_phentsize == sizeof(Elf64_Phdr) && read_segments(file, &header, size);
	fclose(file);
	return read;
}
