# accuracy-by-state-size.svg, accuracy-by-state-size.pdf and accuracy-by-state-size.png of accuracy-by-state-size.csv: gnuplot accuracy-by-state-size.gp
set encoding utf8
set datafile separator comma
set style fill noborder
set tics nomirror
set grid back lc rgb '#dddddd' lt 1 lw 0.5
set key outside right top vertical Left reverse samplen 2.2 spacing 1.15
common = "noenhanced background rgb 'white'"
do for [format in 'svg pdf png'] {
if (format eq 'svg') { set terminal svg size 760,460 @common font 'sans-serif,13' }
if (format eq 'pdf') { set terminal pdfcairo size 6.333,3.833 @common font 'sans,9' }
if (format eq 'png') { set terminal pngcairo size 1520,920 @common font 'sans,10' fontscale 2 linewidth 2 pointscale 2 }
set output 'accuracy-by-state-size.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'retrieval | 90 samples | commit 9b426a9' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set logscale x 2
set xrange [228.57142857142856:286.72]
set xtics ('256' 256)
set xlabel 'state size (rows)'
set ylabel 'accuracy'

set object 1 rectangle from graph 0, first 1 to graph 1, first 1 behind fc rgb '#777777' fs transparent solid 0.12 noborder
plot 'accuracy-by-state-size.csv' skip 1 every ::1::1 using 1:2:3:4 with yerrorbars lc rgb '#0072B2' lw 1 pt 0 notitle, \
  'accuracy-by-state-size.csv' skip 1 every ::2::2 using 1:2:3:4 with yerrorbars lc rgb '#D55E00' lw 1 pt 0 notitle, \
  'accuracy-by-state-size.csv' skip 1 every ::3::3 using 1:2:3:4 with yerrorbars lc rgb '#009E73' lw 1 pt 0 notitle, \
  'accuracy-by-state-size.csv' skip 1 every ::4::4 using 1:2:3:4 with yerrorbars lc rgb '#CC79A7' lw 1 pt 0 notitle, \
  1 with lines lc rgb '#777777' lw 2 dt 2 title 'full', \
  'accuracy-by-state-size.csv' skip 1 every ::1::1 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'h2o', \
  'accuracy-by-state-size.csv' skip 1 every ::2::2 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'streaming', \
  'accuracy-by-state-size.csv' skip 1 every ::3::3 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'tova', \
  'accuracy-by-state-size.csv' skip 1 every ::4::4 using 1:2 with linespoints lc rgb '#CC79A7' lw 3.5 dt 1 pt 11 ps 0.8 title 'window (baseline)'
unset output
}
