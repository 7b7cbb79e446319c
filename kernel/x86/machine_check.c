/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 3 chapter 16; AMD APM vol. 2 chapter 9.
 */
#include "machine_check.h"

#include <stdbool.h>
#include <stddef.h>

#include "boot.h"
#include "io.h"
#include "msr.h"

enum {
	CPUID_MCE = 7,
	CPUID_MCA = 14,
	MSR_MCG_CAP = 0x179,
	MSR_MCG_STATUS = 0x17a,
	MSR_MCG_CTL = 0x17b,
	CAP_BANKS = 0xff,
	CAP_CTL_PRESENT = 1 << 8,
	MSR_BANK0 = 0x400, /* control, status, address, miscellaneous of each bank */
	BANK_MSRS = 4,
	STATUS = 1,
	ADDRESS = 2,
	BANKS_MAX = 64,
	/* NMI status and control: 82371AB (PIIX4) datasheet, NMISC. A machine without it reads as FFH, at boot, too */
	NMI_STATUS_PORT = 0x61,
	NMI_SERR = 1 << 7, /* also: memory parity */
	NMI_IOCHK = 1 << 6,
	BANKS_TOLD_MAX = 4, /* so that the report keeps room for the rest */
	STATUS_VALID = 63,
	STATUS_ADDRESS_VALID = 58,
};

static uint8_t nmi_status_at_boot;

static unsigned banks_count(uint64_t *cap)
{
	uint32_t features = cpuid_leaf(1, 0).edx;
	unsigned banks;

	if ((features >> CPUID_MCE & 1) == 0 || (features >> CPUID_MCA & 1) == 0 || !msr_read_safe(MSR_MCG_CAP, cap))
		return 0;
	banks = *cap & CAP_BANKS;
	return banks < BANKS_MAX ? banks : BANKS_MAX;
}

/* Bank 0 of Intel's family 6 before Nehalem belongs to the firmware: SDM vol. 3 §16.3.2.1. */
static bool bank_is_ours(unsigned bank)
{
	enum { NEHALEM = 0x1a };
	uint32_t eax = cpuid_leaf(1, 0).eax;
	unsigned family = eax >> 8 & 0xf, model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);

	return bank > 0 || family != 6 || model >= NEHALEM || cpuid_read(0, 0).ebx != 0x756e6547; /* GenuineIntel */
}

void machine_check_init_cpu(unsigned cpu)
{
	uint64_t cap, status;
	unsigned banks = banks_count(&cap);

	if (cpu == 0)
		nmi_status_at_boot = io_read8(NMI_STATUS_PORT);
	if (banks > 0 && cap & CAP_CTL_PRESENT)
		msr_write_safe(MSR_MCG_CTL, UINT64_MAX);
	for (unsigned bank = 0; bank < banks; bank++) {
		uint32_t msr = MSR_BANK0 + bank * BANK_MSRS;
		uint32_t number = bank;

		if (cpu == 0 && msr_read_safe(msr + STATUS, &status) && status >> STATUS_VALID & 1)
			boot_warn("a machine check was logged before this boot, in bank", &number);
		if (bank_is_ours(bank))
			msr_write_safe(msr, UINT64_MAX);
		msr_write_safe(msr + STATUS, 0);
	}
}

void machine_check_text(struct text *text)
{
	uint64_t cap, value;
	unsigned banks = banks_count(&cap), told = 0;

	if (msr_read_safe(MSR_MCG_STATUS, &value)) {
		text_string(text, ", global status ");
		text_hex(text, value, 1);
	}
	for (unsigned bank = 0; bank < banks && told < BANKS_TOLD_MAX; bank++) {
		uint32_t msr = MSR_BANK0 + bank * BANK_MSRS;

		if (!msr_read_safe(msr + STATUS, &value) || (value >> STATUS_VALID & 1) == 0)
			continue;
		told++;
		text_string(text, "; bank ");
		text_decimal(text, bank);
		text_string(text, " status ");
		text_hex(text, value, 16);
		if (value >> STATUS_ADDRESS_VALID & 1 && msr_read_safe(msr + ADDRESS, &value)) {
			text_string(text, " address ");
			text_hex(text, value, 1);
		}
	}
}

const char *machine_check_nmi_text(uint8_t at_boot, uint8_t now)
{
	uint8_t news = now & (uint8_t)~at_boot;

	if (news & NMI_SERR)
		return ", system error (SERR#) or memory parity";
	return news & NMI_IOCHK ? ", error of a device (IOCHK#)" : NULL;
}

const char *machine_check_nmi(void)
{
	return machine_check_nmi_text(nmi_status_at_boot, io_read8(NMI_STATUS_PORT));
}
