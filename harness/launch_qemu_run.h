/* SPDX-License-Identifier: MIT */
/*
 * The running virtual machine: which CPUs its threads are on, and what they go through. For launch_qemu.c.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "launch.h"

/* The hooks of launch_machine.h. */
bool launch_qemu_place(struct launch *launch);
void launch_qemu_look(struct launch *launch);
/* Whether KVM gave a guest up: QEMU then stops it and waits for a debugger. */
bool launch_qemu_stuck(const struct process *process);
/* {"placement": …, "kvm": launch_kvm_json() on kvm} and the members of kvm_stats_json(). */
json_t *launch_qemu_facts(const struct launch *launch);
