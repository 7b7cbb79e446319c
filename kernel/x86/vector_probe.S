/* SPDX-License-Identifier: MIT */
/*
 * Loads and stores all vector registers. A value is 32 bytes apart from the next, whichever width is used.
 */
	.text

	.macro each operation
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\operation \n
	.endr
	.endm

	.macro load_xmm n
	movdqu \n * 32(%rdi), %xmm\n
	.endm
	.macro load_ymm n
	vmovdqu \n * 32(%rdi), %ymm\n
	.endm
	.macro store_xmm n
	movdqu %xmm\n, \n * 32(%rdi)
	.endm
	.macro store_ymm n
	vmovdqu %ymm\n, \n * 32(%rdi)
	.endm

/* void vector_load(const uint64_t values[16][4], bool wide); */
	.globl vector_load
	.type vector_load, @function
	.balign 64
vector_load:
	testb %sil, %sil
	jnz 1f
	each load_xmm
	ret
1:	each load_ymm
	ret
	.size vector_load, . - vector_load

/* void vector_store(uint64_t values[16][4], bool wide); */
	.globl vector_store
	.type vector_store, @function
	.balign 64
vector_store:
	testb %sil, %sil
	jnz 1f
	each store_xmm
	ret
1:	each store_ymm
	ret
	.size vector_store, . - vector_store
