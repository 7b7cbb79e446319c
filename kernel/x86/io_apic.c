/* SPDX-License-Identifier: MIT */
/*
 * I/O APIC: Intel 82093AA data sheet §3. 8259: Intel 8259A data sheet. 8254: Intel 8254 data sheet.
 */
#include "io_apic.h"

#include <stdint.h>

#include "acpi.h"
#include "io.h"
#include "layout.h"
#include "paging.h"

enum {
	/* I/O APIC: the two registers in memory, and those that are reached through them */
	SELECT = 0x00,
	WINDOW = 0x10,
	REGISTER_VERSION = 1,
	REGISTER_LINES = 0x10, /* two words a line, the low one first */
	LINE_MASKED = 1 << 16,
	LINE_DELIVERY = 7 << 8,
	LINE_DELIVERY_SMI = 2 << 8,
	LINES_MAX =
	    240, /* data sheet §3.2.2: the number of the last line has 8 bits, of which all known parts use less */
	/* 8259: initialisation words 1 to 4 */
	PIC_MASTER = 0x20,
	PIC_SLAVE = 0xa0,
	PIC_DATA = 1,
	PIC_INIT = 0x11, /* cascade, word 4 follows */
	PIC_SLAVE_LINE = 2,
	PIC_8086 = 1,
	PIC_ALL = 0xff,
	/* 8254 */
	PIT_COMMAND = 0x43,
	PIT_CHANNEL0_MODE0 = 0x30,
};

static uint32_t io_apic_read(uintptr_t base, uint32_t number)
{
	mmio_write32(base + SELECT, number);
	return mmio_read32(base + WINDOW);
}

static void io_apic_write(uintptr_t base, uint32_t number, uint32_t value)
{
	mmio_write32(base + SELECT, number);
	mmio_write32(base + WINDOW, value);
}

/* Lines that cause SMIs stay: they are the firmware's own, which may hang without them. */
static void io_apic_silence(uintptr_t base)
{
	uint32_t version, lines;

	paging_map_device(base);
	version = io_apic_read(base, REGISTER_VERSION);
	lines = (version >> 16 & 0xff) + 1;
	if (version == UINT32_MAX || version == 0 || lines > LINES_MAX)
		return; /* nothing answers there */
	for (uint32_t line = 0; line < lines; line++) {
		uint32_t low = io_apic_read(base, REGISTER_LINES + 2 * line);

		if ((low & LINE_MASKED) == 0 && (low & LINE_DELIVERY) != LINE_DELIVERY_SMI)
			io_apic_write(base, REGISTER_LINES + 2 * line, low | LINE_MASKED);
	}
}

void io_apics_silence(void)
{
	for (unsigned at = 0; at < acpi.madt.io_apics_count; at++)
		io_apic_silence(acpi.madt.io_apics[at]);
}

/*
 * One 8259 from the beginning: the firmware's vectors are those of exceptions, and a line that goes away between its request
 * and its acknowledgement makes vector 7 or 15 of a controller, masked or not.
 */
static void pic_silence(uint16_t port, uint8_t vector, uint8_t cascade)
{
	io_write8(port, PIC_INIT);
	io_write8(port + PIC_DATA, vector);
	io_write8(port + PIC_DATA, cascade);
	io_write8(port + PIC_DATA, PIC_8086);
	io_write8(port + PIC_DATA, PIC_ALL);
}

/* Stops the 8254 too: channel 0 in mode 0 waits for a count that nobody writes. */
void legacy_silence(void)
{
	pic_silence(PIC_MASTER, VECTOR_PIC, 1 << PIC_SLAVE_LINE);
	pic_silence(PIC_SLAVE, VECTOR_PIC + 8, PIC_SLAVE_LINE);
	io_write8(PIT_COMMAND, PIT_CHANNEL0_MODE0);
}
