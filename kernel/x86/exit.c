/* SPDX-License-Identifier: MIT */
/*
 * The end of the machine: an exit status where QEMU has a device for that, else what the word after= says: a reset, a halt
 * for good, or Linux. Whatever cannot be done ends in a reset, which is tried in every way that PCs have: the machine that
 * stays is one that nobody gets the results of.
 */
#include "acpi.h"
#include "boot_info.h"
#include "clock.h"
#include "core_hooks.h"
#include "cpu.h"
#include "cpu_local.h"
#include "io.h"
#include "linux_boot.h"
#include "results.h"

enum {
	DEBUG_EXIT_PORT = 0xf4,  /* -device isa-debug-exit,iobase=0xf4,iosize=4: status = value << 1 | 1 */
	KEYBOARD_COMMAND = 0x64, /* 8042: command FEH pulses the reset line */
	KEYBOARD_RESET = 0xfe,
	/* PCI Local Bus 3.0 §3.2.2.3.2 */
	PCI_ADDRESS = 0xcf8,
	PCI_DATA = 0xcfc,
	/* Reset control register of chipsets since PIIX: 82371AB datasheet §4.2.5; FULL_RST would switch memory off as well */
	RESET_CONTROL = 0xcf9,
	RESET_HARD = 1 << 1,
	RESET_NOW = 1 << 2,
	RESET_FULL = 1 << 3,
	PAGE_MS = 10000,           /* each page of results stays so long */
	RESET_WAIT_SPINS = 100000, /* port writes take effect within microseconds */
};

static bool boot_cpu_called; /* atomic: the boot CPU, which was stopped, has to end the machine */

static void reset_wait(void)
{
	for (unsigned spins = 0; spins < RESET_WAIT_SPINS; spins++)
		asm volatile("pause" : : : "memory");
}

/* ACPI 6.5 table 5.1: device, function and offset, a word each; bus 0. */
static void pci_reset(uint64_t address, uint8_t value)
{
	uint32_t device = address >> 32 & 0x1f, function = address >> 16 & 7, offset = address & 0xff;

	io_write32(PCI_ADDRESS, 1u << 31 | device << 11 | function << 8 | (offset & ~3u));
	io_write8((uint16_t)(PCI_DATA + (offset & 3)), value);
}

static void acpi_reset(void)
{
	if (acpi.reset_space == ACPI_SPACE_IO)
		io_write8((uint16_t)acpi.reset_address, acpi.reset_value);
	else if (acpi.reset_space == ACPI_SPACE_MEMORY && acpi.reset_address != 0)
		*(volatile uint8_t *)acpi.reset_address = acpi.reset_value;
	else if (acpi.reset_space == ACPI_SPACE_PCI)
		pci_reset(acpi.reset_address, acpi.reset_value);
	reset_wait();
}

static void keyboard_reset(void)
{
	io_write8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	reset_wait();
}

static void chipset_reset(void)
{
	uint8_t kept = io_read8(RESET_CONTROL) & (uint8_t) ~(RESET_HARD | RESET_NOW | RESET_FULL);

	io_write8(RESET_CONTROL, kept | RESET_HARD);
	io_write8(RESET_CONTROL, kept | RESET_HARD | RESET_NOW);
	reset_wait();
}

/* An exception without a handler's place shuts the processor down, and the chipset resets it: SDM vol. 3 §6.15, vector 8. */
static void shutdown_reset(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none;

	asm volatile("lidt %0\n\tint3" : : "m"(none) : "memory");
}

static _Noreturn void halt(void)
{
	for (;;)
		asm volatile("cli\n\thlt" : : : "memory");
}

/*
 * Linux begins on the CPU that the firmware began on: an INIT would send that one to the firmware. So where another CPU
 * ends the machine, after a panic, it leaves that to the boot CPU, if that one was stopped; else it is lost, and resets.
 */
static void linux_call(void)
{
	if (this_local->cpu == 0)
		linux_boot();
	else if (__atomic_load_n(&cpu_locals[0].stopped, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&boot_cpu_called, true, __ATOMIC_RELEASE); /* release: the results are complete */
		halt();
	}
}

/* For a machine of which only the screen is left: all results, page by page, where one page is not enough. */
static void pages_show(void)
{
	do {
		for (unsigned ms = 0; ms < PAGE_MS; ms++)
			clock_wait_us(1000);
	} while (progress_page());
}

const char *machine_end_text(void)
{
	if (boot_option_is("after", "halt"))
		return "Now the machine halts: read this, then switch it off.";
	return boot_option_is("after", "linux") ? "Now Linux boots again." : "Now the machine resets.";
}

static _Noreturn void machine_end(void)
{
	if (boot_option_is("after", "halt")) {
		pages_show();
		halt();
	}
	if (boot_option_is("after", "linux"))
		linux_call();
	acpi_reset();
	keyboard_reset();
	chipset_reset();
	shutdown_reset();
	halt();
}

_Noreturn void machine_exit(unsigned code)
{
	irq_disable();
	results_end(code);
	io_write32(DEBUG_EXIT_PORT, code);
	reset_wait();
	machine_end();
}

_Noreturn void machine_stopped(void)
{
	irq_disable();
	if (this_local->cpu != 0)
		halt();
	while (!__atomic_load_n(&boot_cpu_called, __ATOMIC_ACQUIRE))
		asm volatile("pause"
			     :
			     :
			     : "memory"); /* no halt: NMIs are held back here, and nothing else would end it */
	machine_end();
}
