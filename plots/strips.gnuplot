# SPDX-License-Identifier: MIT
# One panel of boxes that lie, for many labels or long ones: data d of kind rows on machine m, and the numbers from
# elsewhere of data d.'_ref' beside them. Values are on a log x axis, labels on y, the first on top.

strips_n = series(d, m)
strips_f = file(d, m)
strips_r = d.'_ref'
strips_rn = exists(strips_r.'_'.m.'_series') ? series(strips_r, m) : 0
strips_rf = exists(strips_r.'_'.m.'_series') ? file(strips_r, m) : ''
eval log_values('x')
set ytics ()
do for [k = 1:labels(d, m)] { set ytics add (label_text(d, m, k) k) }
set yrange [labels(d, m) + 0.6:0.4]
plot for [i = 0:strips_n-1] strips_f index i \
		using P50:(beside(column(X), i, strips_n)):P10:P90 with xerrorbars ls ls_of(d, m, i) lw 1 dt 1 ps 0 notitle, \
	for [i = 0:strips_n-1] strips_f index i \
		using P50:(beside(column(X), i, strips_n)):P25:P75:(beside(column(X), i, strips_n) - 0.5 * wide(strips_n)): \
			(beside(column(X), i, strips_n) + 0.5 * wide(strips_n)) \
		with boxxyerror ls ls_of(d, m, i) lw 1 dt 1 fs solid (color_number(d, m, i) <= 4 ? 0.35 : 0.0) border notitle, \
	for [i = 0:strips_n-1] strips_f index i using P50:(beside(column(X), i, strips_n)) \
		with points ls ls_of(d, m, i) ps 0.9 title columnheader(1), \
	for [i = 0:strips_n-1] strips_f index i using P99:(beside(column(X), i, strips_n)) \
		with points ls ls_of(d, m, i) pt 2 ps 0.7 lw 1.5 notitle, \
	for [i = 0:strips_rn-1] strips_rf index i using 4:X \
		with points ls ls_of(strips_r, m, i) title columnheader(1)
set ytics autofreq
