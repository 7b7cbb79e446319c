/* SPDX-License-Identifier: MIT */
/*
 * Whether a kexec can work, before anything is changed: this Linux's rights, tools, memory map and screen, and the files of
 * both kernels.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* A file of /proc or /sys below root, as text, allocated; NULL with the error set (error may be NULL). */
char *kexec_text(const char *root, const char *path, struct error *error);
/* The path of kexec-tools' program; NULL: it is not installed. */
const char *kexec_tool(void);
/* Whether this Linux lets this user do it, and has what it takes. replaces: something is loaded already. */
int kexec_system_check(const char *root, bool *replaces, struct error *error);
/*
 * Whether the Aerokernel can tell the next Linux of all memory that the firmware has told this one of: a list of 128 pieces
 * (kernel/x86/linux_image.h), to which it adds its own.
 */
int kexec_memory_check(const char *root, struct error *error);
/* Whether the Aerokernel can hand over to this Linux with a command line of append_bytes and its own word. */
int kexec_linux_check(const char *path, size_t append_bytes, struct error *error);
/*
 * Whether the Aerokernel's file is one, and all that it is loaded to is memory of Linux's; *end: where the last of it ends.
 * It cannot be moved, and kexec-tools puts it there whatever lies there.
 */
int kexec_image_check(const char *path, const char *iomem, uint64_t *end, struct error *error);
/*
 * Why kexec-tools will not pass this Linux's screen on, so that the Aerokernel has none; NULL: it will. By the conditions of its
 * loader for Multiboot2 (2.0.25, kexec/arch/i386/kexec-mb2-x86.c, "use current graphics framebuffer settings").
 */
const char *kexec_screen_lacks(const char *root);
/* The same of what the framebuffer says of itself. */
struct fb_fix_screeninfo;
const char *kexec_screen_defect(const struct fb_fix_screeninfo *screen);
/* "rsdp=0x…" where Linux knows ACPI's root pointer and the firmware's own search would not find it, else "". Allocated. */
char *kexec_rsdp_word(const char *root);
