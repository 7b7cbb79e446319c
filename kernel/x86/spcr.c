/* SPDX-License-Identifier: MIT */
/*
 * Microsoft, "Serial Port Console Redirection Table (SPCR)"; interface types of revision 2 on are the serial subtypes of its
 * "Debug Port Table 2 (DBG2)", table 3; generic address structure: ACPI 6.5 §5.2.3.2.
 */
#include "spcr.h"

#include "acpi.h"

enum {
	TABLE_REVISION = 8,
	INTERFACE = 36,
	ADDRESS = 40, /* a generic address */
	ADDRESS_BITS = ADDRESS + 1,
	ADDRESS_ACCESS = ADDRESS + 3,
	ADDRESS_BASE = ADDRESS + 4,
	BAUD = 58,
	CLOCK = 76, /* from revision 3 on, 0: not told */
	PRECISE_BAUD = 80,
	BYTES_MIN = 80, /* of revision 1 and 2, the clock's place being reserved */
	REVISION_CLOCK = 3,
	REVISION_PRECISE = 4,
	INTERFACE_16550 = 0,
	INTERFACE_16450 = 1,            /* takes writes to the FIFO's register too */
	INTERFACE_16550_ADDRESS = 0x12, /* registers as the generic address says; revision 2 on */
	REGISTER_BITS_MAX = 32,
};

static uint32_t read32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* 0: as it is. Anything else that is not in the list is kept as it is too: the firmware has set it up. */
static uint32_t baud_speed(uint8_t code)
{
	switch (code) {
	case 3:
		return 9600;
	case 4:
		return 19200;
	case 6:
		return 57600;
	case 7:
		return 115200;
	default:
		return 0;
	}
}

/*
 * The width of an access is the access size's (1, 2, 3: 8, 16, 32 bits), or where that is not told the register's. Registers
 * lie as far apart as the wider of the two: firmware is seen to tell 32-bit registers by either.
 */
static bool registers_read(struct serial_place *place, uint8_t bits, uint8_t access)
{
	unsigned access_bits = access == 0 ? (bits == 0 ? 8 : bits) : access <= 3 ? 4u << access : 0;
	unsigned stride_bits = bits > access_bits ? bits : access_bits;

	if (!place->memory)
		access_bits = stride_bits = 8;
	if (access_bits != 8 && access_bits != 16 && access_bits != 32)
		return false;
	if (stride_bits != 8 && stride_bits != 16 && stride_bits != REGISTER_BITS_MAX)
		return false;
	place->access_bytes = (uint8_t)(access_bits / 8);
	place->stride_bytes = (uint8_t)(stride_bits / 8);
	return true;
}

void spcr_read(struct spcr *spcr, const void *table, uint32_t len_bytes)
{
	const uint8_t *bytes = table;
	struct spcr found = {.present = true, .clock_hz = SERIAL_CLOCK_HZ};

	spcr->present = false;
	if (len_bytes < BYTES_MIN)
		return;
	if (bytes[INTERFACE] != INTERFACE_16550 && bytes[INTERFACE] != INTERFACE_16450 &&
	    (bytes[INTERFACE] != INTERFACE_16550_ADDRESS || bytes[TABLE_REVISION] < 2))
		return;
	if (bytes[ADDRESS] != ACPI_SPACE_MEMORY && bytes[ADDRESS] != ACPI_SPACE_IO)
		return;
	found.place.memory = bytes[ADDRESS] == ACPI_SPACE_MEMORY;
	found.place.base = (uint64_t)read32(bytes + ADDRESS_BASE + 4) << 32 | read32(bytes + ADDRESS_BASE);
	if (!registers_read(&found.place, bytes[ADDRESS_BITS], bytes[ADDRESS_ACCESS]) ||
	    serial_place_defect(&found.place) != NULL)
		return;
	found.speed = baud_speed(bytes[BAUD]);
	if (bytes[TABLE_REVISION] >= REVISION_CLOCK && read32(bytes + CLOCK) != 0)
		found.clock_hz = read32(bytes + CLOCK);
	if (bytes[TABLE_REVISION] >= REVISION_PRECISE && len_bytes >= PRECISE_BAUD + 4 &&
	    read32(bytes + PRECISE_BAUD) != 0)
		found.speed = read32(bytes + PRECISE_BAUD);
	*spcr = found;
}
