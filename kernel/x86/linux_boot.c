/* SPDX-License-Identifier: MIT */
/*
 * The 64-bit boot protocol: Linux, Documentation/arch/x86/boot.rst. Everything Linux reads before it knows its memory lies
 * in this kernel's image or in the modules, which are RAM to it; the one thing that it reads later, a copy of ACPI's root
 * pointer, is on a page of its own that its memory map names as ACPI's.
 */
#include "linux_boot.h"

#include "apic.h"
#include "boot_info.h"
#include "clock.h"
#include "core/panic.h"
#include "core/string.h"
#include "layout.h"
#include "linux_image.h"
#include "memory.h"
#include "msr.h"
#include "results.h"
#include "text.h"

enum {
	LINUX_LOWEST = 0x1000000, /* below lies what firmware keeps there */
	COMMAND_LINE_BYTES = 4096,
	INIT_WAIT_SPINS = 1000000, /* milliseconds, until the other CPUs have taken their INIT: SDM vol. 3 §9.4.4.1 */
};

static struct {
	uint8_t params[LINUX_PARAMS_BYTES];
	uint8_t rsdp[PAGE_BYTES];
	char command_line[COMMAND_LINE_BYTES];
} told __attribute__((aligned(PAGE_BYTES)));

static struct linux_image image;
static struct linux_memory memory[LINUX_MEMORY_MAX];
static unsigned memory_count;
static const struct boot_module *initrd; /* NULL: none */
static uint64_t place;                   /* where Linux will run; 0: it will not */
static const char *refusal;              /* why not, though it should; NULL: nobody asked, or it will */

/* What follows the word in a module's string, a path before it left out; NULL: it is not that module. */
static const char *module_words(const struct boot_module *module, const char *word)
{
	const char *at = module->text;

	while (*at == '/' && *at != '\0') {
		while (*at != ' ' && *at != '\0')
			at++;
		while (*at == ' ')
			at++;
	}
	if (strncmp(at, word, strlen(word)) != 0)
		return NULL;
	at += strlen(word);
	if (*at != ' ' && *at != '\0')
		return NULL;
	while (*at == ' ')
		at++;
	return at;
}

static const struct boot_module *module_find(const char *word, const char **words)
{
	for (unsigned at = 0; at < boot_info.modules_count; at++) {
		*words = module_words(&boot_info.modules[at], word);
		if (*words != NULL)
			return &boot_info.modules[at];
	}
	return NULL;
}

/* Linux's words and where the results are. False: too long for this kernel or for that Linux. */
static bool command_line_make(const char *words)
{
	struct text line = {.bytes = told.command_line, .max_bytes = sizeof(told.command_line)};
	const struct memory_range *results = results_range();

	text_string(&line, words);
	while (line.len_bytes > 0 && line.bytes[line.len_bytes - 1] == ' ')
		line.len_bytes--;
	if (results != NULL) {
		text_string(&line, " aerobench.results=");
		text_hex(&line, results->base, 1);
		text_string(&line, "+");
		text_hex(&line, results->len_bytes, 1);
	}
	text_end(&line);
	return line.len_bytes + 1 < line.max_bytes && line.len_bytes <= image.command_line_bytes;
}

/* RAM first, so that what an overlapping entry calls something else is that. */
static bool memory_make(void)
{
	const struct memory_range *results = results_range();
	bool fits = true;

	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned at = 0; at < boot_info.memory_count; at++) {
			const struct boot_memory *entry = &boot_info.memory[at];
			struct linux_memory piece = {
			    .base = entry->range.base, .len_bytes = entry->range.len_bytes, .type = entry->type};

			if (entry->ram == (pass == 0))
				fits &= linux_memory_set(memory, &memory_count, piece);
		}
	}
	if (results != NULL)
		fits &= linux_memory_set(memory, &memory_count,
					 (struct linux_memory){.base = results->base,
							       .len_bytes = results->len_bytes,
							       .type = LINUX_MEMORY_RESERVED});
	if (boot_info.rsdp == (uintptr_t)boot_info.rsdp_copy)
		fits &= linux_memory_set(memory, &memory_count,
					 (struct linux_memory){.base = (uintptr_t)told.rsdp,
							       .len_bytes = sizeof(told.rsdp),
							       .type = LINUX_MEMORY_ACPI});
	return fits;
}

/* The root pointer where Linux can still read it when our image is free memory; 0: it looks for itself. */
static uint64_t rsdp_make(void)
{
	if (boot_info.rsdp != (uintptr_t)boot_info.rsdp_copy)
		return boot_info.rsdp;
	memcpy(told.rsdp, boot_info.rsdp_copy, sizeof(boot_info.rsdp_copy));
	return (uintptr_t)told.rsdp;
}

/* Everything but the place. Modules lie below 4 GiB, where they can be read already: Multiboot2 specification §3.6.6. */
static const char *linux_prepare(void)
{
	const char *words = NULL, *none;
	const struct boot_module *module = module_find("linux", &words);
	const char *wrong;

	if (module == NULL)
		return "no module's string begins with 'linux ': give the boot loader one, as module2 /vmlinuz linux "
		       "root=…";
	if (module->range.base + module->range.len_bytes > 1ul << 32)
		return "the module lies above 4 GiB: boot by Multiboot2";
	wrong = linux_image_read(&image, (const void *)module->range.base, module->range.len_bytes);
	if (wrong != NULL)
		return wrong;
	initrd = module_find("initrd", &none);
	if (module->text_cut || !command_line_make(words))
		return "its command line is too long: shorten the string of its module";
	if (!memory_make())
		return "the memory map has more pieces than it can be told";
	return NULL;
}

void linux_boot_reserve(void)
{
	struct linux_told tell = {.command_line = (uintptr_t)told.command_line,
				  .rsdp = rsdp_make(),
				  .screen = &boot_info.screen,
				  .memory = memory};

	if (!boot_option_is("after", "linux"))
		return;
	refusal = linux_prepare();
	if (refusal != NULL)
		return;
	tell.memory_count = memory_count;
	tell.initrd = initrd != NULL ? initrd->range.base : 0;
	tell.initrd_bytes = initrd != NULL ? initrd->range.len_bytes : 0;
	linux_params_fill(told.params, &image, &tell);
	place = memory_reserve_low(image.memory_bytes, image.align_bytes, LINUX_LOWEST);
	if (place == 0)
		refusal = "there is no free memory for it below 4 GiB: choose another place for results=";
}

void linux_boot_check(void)
{
	if (refusal != NULL)
		panic("after=linux: Linux cannot be booted afterwards: %s", refusal);
}

/* __BOOT_CS and __BOOT_DS of the protocol, flat: SDM vol. 3 §3.4.5, §5.2.1. */
static const uint64_t linux_gdt[] __attribute__((aligned(8))) = {0, 0, 0x00af9a000000ffff, 0x00cf92000000ffff};
enum { LINUX_CODE = 0x10, LINUX_DATA = 0x18 };

/*
 * On the tables of boot.S, which map the first 4 GiB as they are, all of it executable, and on the stack of boot.S: this
 * thread's lies elsewhere. The control registers are as a CPU's that has just come to long mode.
 */
static _Noreturn void linux_enter(uintptr_t entry, uintptr_t params)
{
	extern uint64_t boot_pml4[];   /* boot.S */
	extern char early_stack_top[]; /* boot.S */
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = {.limit = sizeof(linux_gdt) - 1, .base = (uintptr_t)linux_gdt};

	asm volatile(
	    "lgdt %[pointer]\n\t" /* before the stack that it lies on goes */
	    "movq %[tables], %%cr3\n\t"
	    "movq %[stack], %%rsp\n\t"
	    "movq %[cr4], %%cr4\n\t"
	    "movq %[cr0], %%cr0\n\t"
	    "movl %[data], %%eax\n\t"
	    "movl %%eax, %%ds\n\t"
	    "movl %%eax, %%es\n\t"
	    "movl %%eax, %%ss\n\t"
	    "movl %%eax, %%fs\n\t"
	    "movl %%eax, %%gs\n\t"
	    "pushq %[code]\n\t"
	    "pushq %[entry]\n\t"
	    "lretq"
	    :
	    : [pointer] "m"(pointer), [tables] "r"((uintptr_t)boot_pml4), [stack] "r"((uintptr_t)early_stack_top),
	      [cr4] "r"((uint64_t)CR4_PAE), [cr0] "r"((uint64_t)(CR0_KERNEL & ~CR0_TS)), [data] "i"(LINUX_DATA),
	      [code] "i"(LINUX_CODE), [entry] "r"(entry), "S"(params)
	    : "rax", "memory");
	__builtin_unreachable();
}

/* Linux starts the other CPUs as after a reset: each waits for a start-up interrupt, whatever it did before. */
static void others_park(void)
{
	apic_send_init_others();
	for (unsigned spins = 0; spins < INIT_WAIT_SPINS; spins++)
		asm volatile("pause" : : : "memory");
}

void linux_boot(void)
{
	if (place == 0)
		return;
	others_park();
	apic_silence();
	memcpy((void *)place, image.kernel, image.kernel_bytes);
	linux_enter(place + LINUX_ENTRY64, (uintptr_t)told.params);
}
