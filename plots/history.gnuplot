# SPDX-License-Identifier: MIT
# Histories, by `aerobench history --plot`, which sets: panels; of each panel N title_N, note_N, days_N, unit_N, file_N,
# entries_N, changes_N, and of each change K change_N_at_K (the first entry of the new level) and change_N_says_K; picture.

reset
set encoding utf8
set datafile separator "\t"
set datafile missing 'NaN'
set datafile columnheaders

columns = panels > 1 ? 2 : 1
rows = (panels + columns - 1) / columns
set terminal svg noenhanced size columns == 1 ? 900 : 1240, 330 * rows + 40 dynamic font 'sans,12' background '#ffffff'
set output picture

set multiplot layout rows, columns margins screen columns == 1 ? 0.1 : 0.07, screen 0.985, \
	screen 1.0 * (40 + 56) / (330 * rows + 40), screen 1 - 34.0 / (330 * rows + 40) \
	spacing screen 0.08, screen 90.0 / (330 * rows + 40)
set label 1 'Points: the median of each run. Bars: half its interquartile range either way. Line: the median of the level. Dashed: a change beyond the noise, with its size and commit.' \
	at screen 0.01, screen 16.0 / (330 * rows + 40) left font ',10.5'
set border 3 lw 1 lc rgb '#333333'
set tics font ',10.5' nomirror
set grid ytics lc rgb '#d5d5d5' lw 0.8 dt 1
unset key

do for [n = 1:panels] {
	f = value(sprintf('file_%d', n))
	set title value(sprintf('title_%d', n)).' ('.value(sprintf('note_%d', n)).')' font ',11.5' offset 0, -0.3
	set xlabel value(sprintf('days_%d', n)) font ',10.5' offset 0, 0.4
	set ylabel value(sprintf('unit_%d', n)).' per operation' font ',10.5'
	set xrange [*:*]
	set yrange [*:*]
	# No less than a tenth of the median in all, so that a flat line is not blown up to a mountain range; room for words.
	stats f using 2 nooutput
	low = STATS_min; high = STATS_max; middle = STATS_median
	stats f using ($3 > middle / 2 && $4 < middle * 2 ? $3 : NaN) nooutput
	if (STATS_records > 0 && STATS_min < low) { low = STATS_min }
	stats f using ($3 > middle / 2 && $4 < middle * 2 ? $4 : NaN) nooutput
	if (STATS_records > 0 && STATS_max > high) { high = STATS_max }
	room = high - low > middle / 10 ? high - low : middle / 10
	room = room > 0 ? room : 1
	base = (low + high) / 2 - room / 2
	set yrange [base - room * 0.1:base + room * 1.3]
	last = value(sprintf('entries_%d', n))
	set xrange [0.3:last + 0.7]
	set xtics 1, last > 12 ? ceil(last / 12.0) : 1
	unset arrow
	do for [k = 1:value(sprintf('changes_%d', n))] {
		at = value(sprintf('change_%d_at_%d', n, k)) - 0.5
		set arrow from at, graph 0 to at, graph 0.94 nohead lc rgb '#d55e00' lw 1.2 dt 2 back
		height = k % 2 == 1 ? 0.985 : 0.915
		if (at > last * 0.7) {
			set label 10 + k value(sprintf('change_%d_says_%d', n, k)) at at, graph height right font ',10.5' tc rgb '#a34400'
		} else {
			set label 10 + k value(sprintf('change_%d_says_%d', n, k)) at at, graph height left font ',10.5' tc rgb '#a34400'
		}
	}
	plot f using 1:2:3:4 with yerrorbars lc rgb '#9ecae1' lw 1 pt -1, \
		f using 1:5 with lines lc rgb '#333333' lw 1.4, \
		f using 1:2 with points lc rgb '#0072b2' pt 7 ps 0.7
	do for [k = 1:value(sprintf('changes_%d', n))] { unset label 10 + k }
	unset label 1
}
unset multiplot
unset output
