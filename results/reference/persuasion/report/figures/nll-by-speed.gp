# nll-by-speed.svg, nll-by-speed.pdf and nll-by-speed.png of nll-by-speed.csv: gnuplot nll-by-speed.gp
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
set output 'nll-by-speed.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'persuasion.txt | 12 samples of 1,024 tokens | commit e20df08' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set offsets graph 0.05, graph 0.05, 0, 0
set xlabel 'tokens per second (not a measurement: 2 samples ran at a time)'
set ylabel 'nll (nats/token)'

set title 'nll against speed; numbers: state size'
plot 'nll-by-speed.csv' skip 1 every ::0::0 using 1:2 with linespoints lc rgb '#777777' lw 0.7 dt 2 pt 2 ps 1 title 'full', \
  'nll-by-speed.csv' skip 1 every ::1::4 using 1:2 with linespoints lc rgb '#0072B2' lw 0.7 dt 1 pt 7 ps 1 title 'h2o', \
  'nll-by-speed.csv' skip 1 every ::5::8 using 1:2 with linespoints lc rgb '#D55E00' lw 0.7 dt 1 pt 5 ps 1 title 'random', \
  'nll-by-speed.csv' skip 1 every ::9::12 using 1:2 with linespoints lc rgb '#009E73' lw 0.7 dt 1 pt 9 ps 1 title 'short_context', \
  'nll-by-speed.csv' skip 1 every ::13::16 using 1:2 with linespoints lc rgb '#CC79A7' lw 0.7 dt 1 pt 11 ps 1 title 'streaming', \
  'nll-by-speed.csv' skip 1 every ::17::20 using 1:2 with linespoints lc rgb '#E69F00' lw 0.7 dt 1 pt 13 ps 1 title 'tova', \
  'nll-by-speed.csv' skip 1 every ::21::24 using 1:2 with linespoints lc rgb '#56B4E9' lw 0.7 dt 1 pt 6 ps 1 title 'window'
unset output
}
