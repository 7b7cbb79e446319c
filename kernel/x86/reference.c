/* SPDX-License-Identifier: MIT */
/*
 * HPET: IA-PC HPET Specification 1.0a §2.3. PM timer: ACPI 6.5 §4.8.2.1. PIT: Intel 8254 data sheet; its channel 2 is gated
 * by port 61H and interrupts nobody.
 */
#include "reference.h"

#include <stddef.h>

#include "acpi.h"
#include "io.h"
#include "paging.h"

enum {
	HPET_PERIOD = 0x04, /* femtoseconds */
	HPET_CONFIGURATION = 0x10,
	HPET_COUNTER = 0xf0,
	HPET_ENABLE = 1,
	HPET_PERIOD_MAX = 100000000,
	PM_TIMER_HZ = 3579545,
	PIT_HZ = 1193182,
	PIT_CHANNEL2 = 0x42,
	PIT_COMMAND = 0x43,
	PIT_CHANNEL2_MODE2 = 0xb4, /* low byte, then high byte; rate generator */
	PIT_CHANNEL2_LATCH = 0x80,
	PORT_B = 0x61,
	PORT_B_GATE2 = 1,
	PORT_B_SPEAKER = 2,
	ALIVE_READS = 100000, /* a counter that does not move within so many reads does not count */
};

static uint32_t hpet_read(const struct reference *reference)
{
	(void)reference;
	return mmio_read32(acpi.hpet + HPET_COUNTER);
}

static void hpet_enable(uint32_t enable)
{
	uint32_t others = mmio_read32(acpi.hpet + HPET_CONFIGURATION) & ~(uint32_t)HPET_ENABLE;

	mmio_write32(acpi.hpet + HPET_CONFIGURATION, others | enable);
}

static void hpet_close(const struct reference *reference)
{
	(void)reference;
	hpet_enable(0);
}

static uint32_t pm_timer_read(const struct reference *reference)
{
	(void)reference;
	return io_read32(acpi.pm_timer_port);
}

/* Counts down from 65536, so what it has counted is the negative of what it shows. */
static uint32_t pit_read(const struct reference *reference)
{
	uint32_t low, high;

	(void)reference;
	io_write8(PIT_COMMAND, PIT_CHANNEL2_LATCH);
	low = io_read8(PIT_CHANNEL2);
	high = io_read8(PIT_CHANNEL2);
	return -(high << 8 | low) & 0xffff;
}

static void nothing_close(const struct reference *reference)
{
	(void)reference;
}

static void pit_close(const struct reference *reference)
{
	(void)reference;
	io_write8(PORT_B, io_read8(PORT_B) & (uint8_t)~PORT_B_GATE2);
}

static struct reference hpet = {"hpet", 0, UINT32_MAX, 1000000, hpet_read, hpet_close};
static struct reference pm_timer = {"acpi-pm", PM_TIMER_HZ, 0xffffff, 1000000, pm_timer_read, nothing_close};
static struct reference pit = {"pit", PIT_HZ, 0xffff, 40000, pit_read, pit_close};

static bool hpet_open(void)
{
	uint32_t period;

	if (acpi.hpet == 0)
		return false;
	paging_map_device(acpi.hpet);
	period = mmio_read32(acpi.hpet + HPET_PERIOD);
	if (period == 0 || period > HPET_PERIOD_MAX)
		return false;
	hpet.hz = 1000000000000000ull / period;
	hpet_enable(HPET_ENABLE);
	return true;
}

static bool pm_timer_open(void)
{
	if (acpi.pm_timer_port == 0)
		return false;
	if (acpi.pm_timer_32bit)
		pm_timer.mask = UINT32_MAX;
	return true;
}

static bool pit_open(void)
{
	uint8_t port_b = io_read8(PORT_B) & (uint8_t)~PORT_B_SPEAKER;

	io_write8(PORT_B, port_b | PORT_B_GATE2);
	io_write8(PIT_COMMAND, PIT_CHANNEL2_MODE2);
	io_write8(PIT_CHANNEL2, 0);
	io_write8(PIT_CHANNEL2, 0);
	return true;
}

static bool counts(const struct reference *reference)
{
	uint32_t first = reference->read(reference);

	for (unsigned at = 0; at < ALIVE_READS; at++) {
		if (reference->read(reference) != first)
			return true;
		asm volatile("pause" : : : "memory");
	}
	return false;
}

const struct reference *reference_find(void)
{
	if (hpet_open() && counts(&hpet))
		return &hpet;
	if (pm_timer_open() && counts(&pm_timer))
		return &pm_timer;
	if (pit_open() && counts(&pit))
		return &pit;
	return NULL;
}
