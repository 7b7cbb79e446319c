# SPDX-License-Identifier: MIT
# One panel of boxes: data d of kind rows on machine m, and the numbers from elsewhere of data d.'_ref' beside them.

boxes_n = series(d, m)
boxes_f = file(d, m)
boxes_r = d.'_ref'
boxes_rn = exists(boxes_r.'_'.m.'_series') ? series(boxes_r, m) : 0
boxes_rf = exists(boxes_r.'_'.m.'_series') ? file(boxes_r, m) : ''
plot for [i = 0:boxes_n-1] boxes_f index i \
		using (beside(column(X), i, boxes_n)):P25:P10:P90:P75:(wide(boxes_n)) \
		with candlesticks whiskerbars 0.6 ls ls_of(d, m, i) lw 1 dt 1 \
		fs solid (color_number(d, m, i) <= 4 ? 0.35 : 0.0) border notitle, \
	for [i = 0:boxes_n-1] boxes_f index i using (beside(column(X), i, boxes_n)):P50 \
		with points ls ls_of(d, m, i) ps 1.1 title columnheader(1), \
	for [i = 0:boxes_n-1] boxes_f index i using (beside(column(X), i, boxes_n)):P99 \
		with points ls ls_of(d, m, i) pt 2 ps 0.8 lw 1.5 notitle, \
	for [i = 0:boxes_rn-1] boxes_rf index i using X:4 \
		with points ls ls_of(boxes_r, m, i) title columnheader(1)
