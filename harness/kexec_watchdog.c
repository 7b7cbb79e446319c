/* SPDX-License-Identifier: MIT */
/*
 * Running watchdogs by Linux's Documentation/ABI/testing/sysfs-class-watchdog. Whether one is stopped in the end is up to
 * whoever keeps it alive (systemd does stop its own for a kexec, systemd-system.conf(5), KExecWatchdogSec=) and to its
 * driver, which does not say; but watchdog.stop_on_reboot=1 makes all of them stop (drivers/watchdog/watchdog_core.c),
 * even those that nobody else may stop (nowayout). Those of the chipsets of PCs always stop when Linux is left: iTCO_wdt.c and
 * sp5100_tco.c there do so by watchdog_stop_on_reboot(), before that by a shutdown of the device. The BMC's by ipmi_watchdog
 * is of another kind: it is set to two minutes when Linux is left (drivers/char/ipmi/ipmi_watchdog.c, wdog_reboot_handler()).
 */
#include "kexec_watchdog.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "sysfile.h"

enum { WATCHDOGS_MAX = 32, /* MAX_DOGS in drivers/watchdog/watchdog_core.h */ TEXT_BYTES = 128 };

/* One attribute of a watchdog; "" if there is none. */
static void attribute_read(const char *root, unsigned number, const char *name, char text[TEXT_BYTES])
{
	char *path = memory_format("%s/sys/class/watchdog/watchdog%u/%s", root, number, name);

	sysfile_line(path, text, TEXT_BYTES);
	free(path);
}

static bool stops_by_itself(const char *root)
{
	char *path = memory_format("%s/sys/module/watchdog/parameters/stop_on_reboot", root), text[TEXT_BYTES];

	sysfile_line(path, text, sizeof(text));
	free(path);
	return strcmp(text, "1") == 0;
}

/* Whether no watchdog of this identity goes on when Linux is left. The software one is a timer of Linux's own. */
static bool ends_with_linux(const char *identity)
{
	static const char *const identities[] = {"Software Watchdog", "iTCO_wdt", "SP5100 TCO timer"};

	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++) {
		if (strcmp(identity, identities[i]) == 0)
			return true;
	}
	return false;
}

static int one_check(const char *root, unsigned number, char **warning, struct error *error)
{
	char state[TEXT_BYTES], identity[TEXT_BYTES], timeout[TEXT_BYTES], nowayout[TEXT_BYTES];

	attribute_read(root, number, "state", state);
	attribute_read(root, number, "identity", identity);
	attribute_read(root, number, "timeout", timeout);
	attribute_read(root, number, "nowayout", nowayout);
	if (strcmp(state, "active") != 0 || ends_with_linux(identity))
		return 0;
	if (strcmp(nowayout, "1") == 0)
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "watchdog%u (%s) is running and may not be stopped (nowayout): it would reset the machine "
		    "%s s after Linux is left: boot Linux with watchdog.stop_on_reboot=1, or without its driver",
		    number, identity, timeout);
	if (*warning == NULL)
		*warning = memory_format(
		    "watchdog%u (%s) is running: unless it is stopped when Linux ends, it resets the machine %s s "
		    "later, "
		    "while that measures: switch it off first (systemd: RuntimeWatchdogSec=0), or boot Linux with "
		    "watchdog.stop_on_reboot=1",
		    number, identity, timeout);
	return 0;
}

static char *ipmi_warning(const char *root)
{
	char *path = memory_format("%s/sys/module/ipmi_watchdog", root);
	bool loaded = access(path, F_OK) == 0;

	free(path);
	return !loaded
		   ? NULL
		   : memory_text("ipmi_watchdog is loaded: if the BMC's watchdog runs ('ipmitool mc watchdog get'), it "
				 "resets the machine two minutes after Linux is left: rmmod ipmi_watchdog first");
}

int kexec_watchdog_check(const char *root, char **warning, struct error *error)
{
	*warning = NULL;
	for (unsigned number = 0; number < WATCHDOGS_MAX && !stops_by_itself(root); number++) {
		if (one_check(root, number, warning, error) != 0) {
			free(*warning);
			*warning = NULL;
			return STATUS_UNSUPPORTED;
		}
	}
	if (*warning == NULL)
		*warning = ipmi_warning(root);
	return 0;
}
