/* SPDX-License-Identifier: MIT */
/*
 * Port and memory-mapped input and output, one instruction each.
 */
#pragma once

#include <stdint.h>

static inline uint8_t io_read8(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint32_t io_read32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void io_write8(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void io_write32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t mmio_read8(uintptr_t address)
{
	uint8_t value;

	asm volatile("movb %1, %0" : "=q"(value) : "m"(*(volatile uint8_t *)address) : "memory");
	return value;
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
	asm volatile("movb %1, %0" : "=m"(*(volatile uint8_t *)address) : "iq"(value) : "memory");
}

static inline uint16_t mmio_read16(uintptr_t address)
{
	uint16_t value;

	asm volatile("movw %1, %0" : "=r"(value) : "m"(*(volatile uint16_t *)address) : "memory");
	return value;
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
	asm volatile("movw %1, %0" : "=m"(*(volatile uint16_t *)address) : "ir"(value) : "memory");
}

static inline uint32_t mmio_read32(uintptr_t address)
{
	uint32_t value;

	asm volatile("movl %1, %0" : "=r"(value) : "m"(*(volatile uint32_t *)address) : "memory");
	return value;
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
	asm volatile("movl %1, %0" : "=m"(*(volatile uint32_t *)address) : "ir"(value) : "memory");
}
