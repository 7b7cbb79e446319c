# SPDX-License-Identifier: MIT
# What all figures share: format, layout, styles. Each .gp sets what it wants of the following, then loads this file:
#   columns      panels side by side, 1 if unset; there is one row of panels for each machine
#   row_height   pixels of a row with its labels, 280 if unset
#   left_margin  pixels for the labels of the y axis, 84 if unset; column_gap the same between columns
#   key_width    pixels for the legend, 290 if unset
# The variables that aerobench sets before are listed in README.md.
#
# Readable in black and white: the system is in the dash (Aerokernel solid, Linux dashed) and in the point (filled,
# hollow), the item in the point's shape. The colours are those of Okabe & Ito (2008), distinct for colour-blind readers.

reset
set encoding utf8
set datafile separator "\t"
set datafile missing 'NaN'
set datafile columnheaders

# --- Styles: number = 10 colour + shape. Colours 1-4 Aerokernel, 5-8 Linux, 9 numbers from elsewhere ------------------------

color_of(c) = word('#0072b2 #56b4e9 #009e73 #004c6d #d55e00 #e69f00 #cc79a7 #7a3300 #555555', c)
dash_of(c) = int(word('1 5 4 1 2 3 4 5 3', c))
point_of(c, s) = int(word(c <= 4 ? '7 5 9 13 11 15' : c <= 8 ? '6 4 8 12 10 14' : '12 10 8 14 4 6', s))
do for [style_c = 1:9] {
	do for [style_s = 1:6] {
		style_n = 10 * style_c + style_s
		style_d = dash_of(style_c)
		style_p = point_of(style_c, style_s)
		set style line style_n lc rgb color_of(style_c) lw 2 dt style_d pt style_p ps style_c == 9 ? 1.1 : 0.8
	}
}

boxes = style[1:strlen(style) - strlen('style.gnuplot')].'boxes.gnuplot'
strips = style[1:strlen(style) - strlen('style.gnuplot')].'strips.gnuplot'

# --- What aerobench says about data NAME on machine M -----------------------------------------------------------------------

rows = words(machines)
machine(r) = word(machines, r)
unit(m) = value('unit_'.m)
file(d, m) = value(d.'_'.m)
series(d, m) = value(d.'_'.m.'_series')
labels(d, m) = value(d.'_'.m.'_labels')
label_text(d, m, k) = value(sprintf('%s_%s_label_%d', d, m, k))
# Names of series i (from 0) without the words that all share, and those words; for legends and titles of panels.
brief(d, m, i) = series(d, m) == 0 ? '' : value(sprintf('%s_%s_brief_%d', d, m, i + 1))
common(d, m) = value(d.'_'.m.'_common')
# Line style of series i (from 0), also asked for where there is none; its colour's number; the same with another shape.
ls_of(d, m, i) = int(word(value(d.'_'.m.'_styles').' 11', i + 1))
color_number(d, m, i) = ls_of(d, m, i) / 10
ls_shape(d, m, i, s) = 10 * color_number(d, m, i) + s
# Columns of the kinds rows and scale.
X = 3; MIN = 4; P10 = 5; P25 = 6; P50 = 7; P75 = 8; P90 = 9; P99 = 10; P999 = 11; MAX = 12; MEAN = 13; COLD = 14

# --- Layout, in pixels -----------------------------------------------------------------------------------------------------

if (!exists('columns')) { columns = 1 }
if (!exists('row_height')) { row_height = 280 }
if (!exists('left_margin')) { left_margin = 84 }
if (!exists('column_gap')) { column_gap = left_margin }
if (!exists('key_width')) { key_width = 290 }
width = 1120
title_height = 36
panel_title = 26
panel_foot = 56
caption_height = 15 * caption_lines + 14
height = title_height + rows * row_height + caption_height

if (format eq 'svg') {
	set terminal svg noenhanced size width, height dynamic font 'sans,12' background '#ffffff'
} else {
	if (strstrt(GPVAL_TERMINALS, ' pngcairo ') > 0) {
		set terminal pngcairo noenhanced size width, height font 'sans,9' background '#ffffff'
	} else {
		set terminal png noenhanced size width, height truecolor font 'sans,9' background '#ffffff'
	}
}
set output picture
small = format eq 'svg' ? ',10.5' : ',8'
large = format eq 'svg' ? ',15' : ',11.5'

screen_x(px) = 1.0 * px / width
screen_y(px) = 1.0 - 1.0 * px / height
row_top(r) = title_height + panel_title + (r - 1) * row_height
set multiplot layout rows, columns \
	margins screen screen_x(left_margin), screen screen_x(width - key_width), \
		screen screen_y(title_height + rows * row_height - panel_foot), screen screen_y(title_height + panel_title) \
	spacing screen screen_x(column_gap), screen 1.0 * (panel_title + panel_foot) / height
set label 1 title at screen 0.5, screen screen_y(20) center font large
set label 2 caption at screen screen_x(10), screen screen_y(title_height + rows * row_height + 12) left font small

set tics font small nomirror
set border 3 lw 1 lc rgb '#333333'
set grid lc rgb '#d5d5d5' lw 0.8 dt 1
set title offset 0, -0.6
set ylabel offset 0.6, 0
set xlabel offset 0, 0.6
set key at screen screen_x(width - key_width + 14), screen screen_y(row_top(1)) left top Left reverse \
	noenhanced font small samplen 2.6 spacing 1.15 noautotitle
set boxwidth 0.1
set bars 0.6
set pointintervalbox 0

# To be evaluated before each panel: its title, and whether the row's key is drawn with it. The figure's own title and
# caption are drawn with the first panel only.
panel(r, title_text, with_key) = sprintf("set title '%s'; %s", title_text, \
	with_key ? sprintf("set key on at screen %.6f, screen %.6f", screen_x(width - key_width + 14), \
		screen_y(row_top(r) - 6)) : "set key off")
key_lower(r, px) = sprintf("set key on at screen %.6f, screen %.6f", screen_x(width - key_width + 14), \
	screen_y(row_top(r) - 6 + px))
after_panel = "unset label 1; unset label 2"
# Instead of a plot where the machine has no such data.
nothing = "set label 9 'not measured here' at graph 0.5, graph 0.5 center; unset logscale; unset tics; unset grid; plot [0:1] [0:1] NaN notitle; unset label 9; set tics font small nomirror; set grid lc rgb '#d5d5d5' lw 0.8 dt 1"

# --- Pieces ----------------------------------------------------------------------------------------------------------------

# Log axes with 1, 10, 100, 1k …
log_values(axis) = sprintf("set logscale %s 10; set format %s '%%.0s%%c'; set m%stics 10", axis, axis, axis)
# Where series i of n stands beside the whole number x, and how wide it is there.
beside(at, i, n) = at + 0.72 * ((i + 0.5) / n - 0.5)
wide(n) = 0.6 / n
# Names of the labels on an axis, each on lines of its own words.
label_tics(axis, d, m) = (tics_command = sprintf("set %stics ()", axis), \
	sum [k = 1:labels(d, m)] (tics_command = tics_command.sprintf("; set %stics add (label_text('%s', '%s', %d) %d)", \
		axis, d, m, k, k), 0), tics_command)
