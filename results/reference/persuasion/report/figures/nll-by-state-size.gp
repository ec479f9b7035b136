# nll-by-state-size.svg, nll-by-state-size.pdf and nll-by-state-size.png of nll-by-state-size.csv: gnuplot nll-by-state-size.gp
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
set output 'nll-by-state-size.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'persuasion.txt | 12 samples of 1,024 tokens | commit e20df08' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set logscale x 2
set xrange [57.14285714285714:573.44]
set xtics ('64' 64, '128' 128, '256' 256, '512' 512)
set xlabel 'state size (rows)'
set ylabel 'nll (nats/token)'

set object 1 rectangle from graph 0, first 3.4533706986382606 to graph 1, first 3.591140206336756 behind fc rgb '#777777' fs transparent solid 0.12 noborder
plot 'nll-by-state-size.csv' skip 1 every ::1::4 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::5::8 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::9::12 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::13::16 using 1:3:4 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::17::20 using 1:3:4 with filledcurves fc rgb '#E69F00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::21::24 using 1:3:4 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.14 notitle, \
  3.5191279549513483 with lines lc rgb '#777777' lw 2 dt 2 title 'full', \
  'nll-by-state-size.csv' skip 1 every ::1::4 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'h2o', \
  'nll-by-state-size.csv' skip 1 every ::5::8 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'random', \
  'nll-by-state-size.csv' skip 1 every ::9::12 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'short_context', \
  'nll-by-state-size.csv' skip 1 every ::13::16 using 1:2 with linespoints lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.8 title 'streaming', \
  'nll-by-state-size.csv' skip 1 every ::17::20 using 1:2 with linespoints lc rgb '#E69F00' lw 2 dt 1 pt 13 ps 0.8 title 'tova', \
  'nll-by-state-size.csv' skip 1 every ::21::24 using 1:2 with linespoints lc rgb '#56B4E9' lw 3.5 dt 1 pt 6 ps 0.8 title 'window (baseline)'
unset output
}
