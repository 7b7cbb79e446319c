# SPDX-License-Identifier: MIT
# Shift functions, by `aerobench compare --shift`, which sets: panels; title_N, note_N and file_N of each; margin, the
# smallest change that counts, as a ratio; picture. Quantiles stand where a normal distribution has them, so that the tail
# has as much room as the rest.

reset
set encoding utf8
set datafile separator "\t"
set datafile missing 'NaN'
set datafile columnheaders

columns = panels > 1 ? 2 : 1
rows = (panels + columns - 1) / columns
set terminal svg noenhanced size columns == 1 ? 800 : 1240, 330 * rows + 40 dynamic font 'sans,12' background '#ffffff'
set output picture
place(q) = invnorm(q)

set multiplot layout rows, columns margins screen columns == 1 ? 0.08 : 0.055, screen 0.985, \
	screen 1.0 * (40 + 56) / (330 * rows + 40), screen 1 - 30.0 / (330 * rows + 40) \
	spacing screen 0.06, screen 86.0 / (330 * rows + 40)
set label 1 'Quantile by quantile: how many times B takes what A takes. Shaded: 95 % band for all quantiles at once. Dotted: the margin.' \
	at screen 0.01, screen 16.0 / (330 * rows + 40) left font ',10.5'
set border 3 lw 1 lc rgb '#333333'
set tics font ',10.5' nomirror
set grid lc rgb '#d5d5d5' lw 0.8 dt 1
set xrange [place(0.008):place(0.9993)]
set xtics ('1 %%' place(0.01), '10 %%' place(0.1), '25 %%' place(0.25), '50 %%' place(0.5), '75 %%' place(0.75), \
	'90 %%' place(0.9), '99 %%' place(0.99), '99.9 %%' place(0.999))
set xlabel 'quantile' font ',10.5' offset 0, 0.4
set ylabel 'B / A' font ',10.5'
set format y '%.4g'
unset key
set style fill noborder

do for [n = 1:panels] {
	f = value(sprintf('file_%d', n))
	set title value(sprintf('title_%d', n)).' ('.value(sprintf('note_%d', n)).')' font ',11.5' offset 0, -0.5
	# No less than a tenth either way, so that a flat curve is not blown up to a mountain range; 1 if it is near.
	set yrange [*:*]
	stats f using 2 nooutput
	low = STATS_min; high = STATS_max
	bands = 0
	stats f using (valid(3) ? 1 : 0) nooutput
	if (STATS_sum > 0) {
		bands = 1
		stats f using 3 nooutput
		low = STATS_min
		stats f using 4 nooutput
		high = STATS_max
	}
	if (low > 0.9 && low < 4) { low = 0.9 }
	if (high < 1.1 && high > 0.25) { high = 1.1 }
	if (high / low > 8) {
		set logscale y
		set yrange [low / 1.1:high * 1.1]
		set ytics ()
		do for [decade = -6:7] { do for [step in '1 2 5'] { set ytics add (step * 10.0 ** decade) } }
	} else {
		unset logscale y
		if (high - low < high / 100) { low = low * 0.99; high = high * 1.01 }
		set yrange [low - (high - low) / 10:high + (high - low) / 10]
		set ytics auto
	}
	unset arrow
	if (low < 1 && 1 < high) { set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb '#333333' lw 1 back }
	do for [at in sprintf('%.9g %.9g', margin, 1 / margin)] {
		if (low < at && at < high) {
			set arrow from graph 0, first at to graph 1, first at nohead lc rgb '#333333' lw 0.8 dt 3 back
		}
	}
	if (bands) {
		plot f using (place($1)):3:4 with filledcurves lc rgb '#9ecae1' fs transparent solid 0.6, \
			f using (place($1)):2 with lines lc rgb '#0072b2' lw 2
	} else {
		plot f using (place($1)):2 with lines lc rgb '#0072b2' lw 2
	}
	unset label 1
}
unset multiplot
unset output
