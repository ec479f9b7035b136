# accuracy_by_depth-state-256.svg, accuracy_by_depth-state-256.pdf and accuracy_by_depth-state-256.png of accuracy_by_depth-state-256.csv: gnuplot accuracy_by_depth-state-256.gp
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
set output 'accuracy_by_depth-state-256.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'retrieval | 90 samples | commit 9b426a9' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set xlabel 'depth (%)'
set ylabel 'accuracy_by_depth'
set title 'accuracy_by_depth at state size 256'
set yrange [-0.05:1.05]
plot 'accuracy_by_depth-state-256.csv' skip 1 every ::0::4 using 1:5:6 with filledcurves fc rgb '#777777' fs transparent solid 0.10 notitle, \
  'accuracy_by_depth-state-256.csv' skip 1 every ::5::9 using 1:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.10 notitle, \
  'accuracy_by_depth-state-256.csv' skip 1 every ::10::14 using 1:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.10 notitle, \
  'accuracy_by_depth-state-256.csv' skip 1 every ::15::19 using 1:5:6 with filledcurves fc rgb '#009E73' fs transparent solid 0.10 notitle, \
  'accuracy_by_depth-state-256.csv' skip 1 every ::20::24 using 1:5:6 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.10 notitle, \
  'accuracy_by_depth-state-256.csv' skip 1 every ::0::4 using 1:4 with linespoints lc rgb '#777777' lw 2 dt 2 pt 2 ps 0.8 title 'full', \
  'accuracy_by_depth-state-256.csv' skip 1 every ::5::9 using 1:4 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'h2o', \
  'accuracy_by_depth-state-256.csv' skip 1 every ::10::14 using 1:4 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'streaming', \
  'accuracy_by_depth-state-256.csv' skip 1 every ::15::19 using 1:4 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'tova', \
  'accuracy_by_depth-state-256.csv' skip 1 every ::20::24 using 1:4 with linespoints lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.8 title 'window'
unset output
}
