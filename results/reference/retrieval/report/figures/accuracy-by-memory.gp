# accuracy-by-memory.svg, accuracy-by-memory.pdf and accuracy-by-memory.png of accuracy-by-memory.csv: gnuplot accuracy-by-memory.gp
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
set output 'accuracy-by-memory.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'retrieval | 90 samples | commit 60c00bf with local changes' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set logscale x 2
set xrange [10.096958705357142:101.27552490234376]
set xtics autofreq
set format x '%g'
set xlabel 'state (MiB)'
set ylabel 'accuracy'

set title 'accuracy against memory; numbers: state size'
plot 'accuracy-by-memory.csv' skip 1 every ::5::6 using 1:2 with lines lc rgb '#999999' lw 5 title 'none is better in both', \
  'accuracy-by-memory.csv' skip 1 every ::0::0 using 1:2 with linespoints lc rgb '#777777' lw 0.7 dt 2 pt 2 ps 1 title 'full', \
  'accuracy-by-memory.csv' skip 1 every ::1::1 using 1:2 with linespoints lc rgb '#0072B2' lw 0.7 dt 1 pt 7 ps 1 title 'h2o', \
  'accuracy-by-memory.csv' skip 1 every ::2::2 using 1:2 with linespoints lc rgb '#D55E00' lw 0.7 dt 1 pt 5 ps 1 title 'streaming', \
  'accuracy-by-memory.csv' skip 1 every ::3::3 using 1:2 with linespoints lc rgb '#009E73' lw 0.7 dt 1 pt 9 ps 1 title 'tova', \
  'accuracy-by-memory.csv' skip 1 every ::4::4 using 1:2 with linespoints lc rgb '#CC79A7' lw 0.7 dt 1 pt 11 ps 1 title 'window', \
  'accuracy-by-memory.csv' skip 1 every ::5::6 using 1:2 with points pt 6 ps 2 lw 1.2 lc rgb '#222222' notitle, \
  'accuracy-by-memory.csv' skip 1 every ::5::6 using 1:2:6 with labels offset 0,1 tc rgb '#222222' notitle
unset output
}
