# nll_by_place-state-128.svg, nll_by_place-state-128.pdf and nll_by_place-state-128.png of nll_by_place-state-128.csv: gnuplot nll_by_place-state-128.gp
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
set output 'nll_by_place-state-128.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'persuasion.txt | 12 samples of 1,024 tokens | commit e20df08' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set xlabel 'place in the text'
set ylabel 'nll_by_place (nats/token)'
set title 'nll_by_place at state size 128'
set yrange [3.1842112692329745:7.996413454673268]
set logscale x 2
set xrange [0.8928571428571428:859.6000000000001]
set xtics autofreq
plot 'nll_by_place-state-128.csv' skip 1 every ::0::9 using 1:5:6 with filledcurves fc rgb '#777777' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::10::19 using 1:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::20::29 using 1:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::30::39 using 1:5:6 with filledcurves fc rgb '#009E73' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::40::49 using 1:5:6 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::50::59 using 1:5:6 with filledcurves fc rgb '#E69F00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::60::69 using 1:5:6 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-128.csv' skip 1 every ::0::9 using 1:4 with linespoints lc rgb '#777777' lw 2 dt 2 pt 2 ps 0.8 title 'full', \
  'nll_by_place-state-128.csv' skip 1 every ::10::19 using 1:4 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'h2o', \
  'nll_by_place-state-128.csv' skip 1 every ::20::29 using 1:4 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'random', \
  'nll_by_place-state-128.csv' skip 1 every ::30::39 using 1:4 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'short_context', \
  'nll_by_place-state-128.csv' skip 1 every ::40::49 using 1:4 with linespoints lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.8 title 'streaming', \
  'nll_by_place-state-128.csv' skip 1 every ::50::59 using 1:4 with linespoints lc rgb '#E69F00' lw 2 dt 1 pt 13 ps 0.8 title 'tova', \
  'nll_by_place-state-128.csv' skip 1 every ::60::69 using 1:4 with linespoints lc rgb '#56B4E9' lw 2 dt 1 pt 6 ps 0.8 title 'window'
unset output
}
