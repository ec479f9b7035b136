# nll_by_place-state-256.svg, nll_by_place-state-256.pdf and nll_by_place-state-256.png of nll_by_place-state-256.csv: gnuplot nll_by_place-state-256.gp
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
set output 'nll_by_place-state-256.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'persuasion.txt | 8 samples of 1,024 tokens | commit 9c6474a' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set xlabel 'place in the text'
set ylabel 'nll_by_place (nats/token)'
set title 'nll_by_place at state size 256'
set yrange [3.0264258978205714:9.121323207005902]
set logscale x 2
set xrange [0.8928571428571428:859.6000000000001]
set xtics autofreq
plot 'nll_by_place-state-256.csv' skip 1 every ::0::9 using 1:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::10::19 using 1:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::20::29 using 1:5:6 with filledcurves fc rgb '#009E73' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::30::39 using 1:5:6 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::40::49 using 1:5:6 with filledcurves fc rgb '#777777' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::50::59 using 1:5:6 with filledcurves fc rgb '#E69F00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::60::69 using 1:5:6 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::70::79 using 1:5:6 with filledcurves fc rgb '#AA4499' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::80::89 using 1:5:6 with filledcurves fc rgb '#999933' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::90::99 using 1:5:6 with filledcurves fc rgb '#44AA99' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::100::109 using 1:5:6 with filledcurves fc rgb '#CC6677' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::110::119 using 1:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::120::129 using 1:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::130::139 using 1:5:6 with filledcurves fc rgb '#009E73' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::140::149 using 1:5:6 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::150::159 using 1:5:6 with filledcurves fc rgb '#E69F00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::160::169 using 1:5:6 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::170::179 using 1:5:6 with filledcurves fc rgb '#AA4499' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::180::189 using 1:5:6 with filledcurves fc rgb '#999933' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::190::199 using 1:5:6 with filledcurves fc rgb '#44AA99' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::200::209 using 1:5:6 with filledcurves fc rgb '#CC6677' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::210::219 using 1:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::220::229 using 1:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::230::239 using 1:5:6 with filledcurves fc rgb '#009E73' fs transparent solid 0.10 notitle, \
  'nll_by_place-state-256.csv' skip 1 every ::0::9 using 1:4 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'a2sf', \
  'nll_by_place-state-256.csv' skip 1 every ::10::19 using 1:4 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'adakv', \
  'nll_by_place-state-256.csv' skip 1 every ::20::29 using 1:4 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'caote', \
  'nll_by_place-state-256.csv' skip 1 every ::30::39 using 1:4 with linespoints lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.8 title 'expected_attention', \
  'nll_by_place-state-256.csv' skip 1 every ::40::49 using 1:4 with linespoints lc rgb '#777777' lw 2 dt 2 pt 2 ps 0.8 title 'full', \
  'nll_by_place-state-256.csv' skip 1 every ::50::59 using 1:4 with linespoints lc rgb '#E69F00' lw 2 dt 1 pt 13 ps 0.8 title 'h2o', \
  'nll_by_place-state-256.csv' skip 1 every ::60::69 using 1:4 with linespoints lc rgb '#56B4E9' lw 2 dt 1 pt 6 ps 0.8 title 'keydiff', \
  'nll_by_place-state-256.csv' skip 1 every ::70::79 using 1:4 with linespoints lc rgb '#AA4499' lw 2 dt 1 pt 4 ps 0.8 title 'keyformer', \
  'nll_by_place-state-256.csv' skip 1 every ::80::89 using 1:4 with linespoints lc rgb '#999933' lw 2 dt 1 pt 2 ps 0.8 title 'kivi', \
  'nll_by_place-state-256.csv' skip 1 every ::90::99 using 1:4 with linespoints lc rgb '#44AA99' lw 2 dt 1 pt 7 ps 0.8 title 'knorm', \
  'nll_by_place-state-256.csv' skip 1 every ::100::109 using 1:4 with linespoints lc rgb '#CC6677' lw 2 dt 1 pt 5 ps 0.8 title 'lagkv', \
  'nll_by_place-state-256.csv' skip 1 every ::110::119 using 1:4 with linespoints lc rgb '#0072B2' lw 2 dt 2 pt 5 ps 0.8 title 'morphkv', \
  'nll_by_place-state-256.csv' skip 1 every ::120::129 using 1:4 with linespoints lc rgb '#D55E00' lw 2 dt 2 pt 9 ps 0.8 title 'oracle', \
  'nll_by_place-state-256.csv' skip 1 every ::130::139 using 1:4 with linespoints lc rgb '#009E73' lw 2 dt 2 pt 11 ps 0.8 title 'pyramidkv', \
  'nll_by_place-state-256.csv' skip 1 every ::140::149 using 1:4 with linespoints lc rgb '#CC79A7' lw 2 dt 2 pt 13 ps 0.8 title 'random', \
  'nll_by_place-state-256.csv' skip 1 every ::150::159 using 1:4 with linespoints lc rgb '#E69F00' lw 2 dt 2 pt 6 ps 0.8 title 'roco', \
  'nll_by_place-state-256.csv' skip 1 every ::160::169 using 1:4 with linespoints lc rgb '#56B4E9' lw 2 dt 2 pt 4 ps 0.8 title 'scissorhands', \
  'nll_by_place-state-256.csv' skip 1 every ::170::179 using 1:4 with linespoints lc rgb '#AA4499' lw 2 dt 2 pt 2 ps 0.8 title 'short_context', \
  'nll_by_place-state-256.csv' skip 1 every ::180::189 using 1:4 with linespoints lc rgb '#999933' lw 2 dt 2 pt 7 ps 0.8 title 'snapkv', \
  'nll_by_place-state-256.csv' skip 1 every ::190::199 using 1:4 with linespoints lc rgb '#44AA99' lw 2 dt 2 pt 5 ps 0.8 title 'streaming positions=in_cache', \
  'nll_by_place-state-256.csv' skip 1 every ::200::209 using 1:4 with linespoints lc rgb '#CC6677' lw 2 dt 2 pt 9 ps 0.8 title 'streaming positions=original', \
  'nll_by_place-state-256.csv' skip 1 every ::210::219 using 1:4 with linespoints lc rgb '#0072B2' lw 2 dt 3 pt 9 ps 0.8 title 'tova', \
  'nll_by_place-state-256.csv' skip 1 every ::220::229 using 1:4 with linespoints lc rgb '#D55E00' lw 2 dt 3 pt 11 ps 0.8 title 'weightedkv', \
  'nll_by_place-state-256.csv' skip 1 every ::230::239 using 1:4 with linespoints lc rgb '#009E73' lw 2 dt 3 pt 13 ps 0.8 title 'window'
unset output
}
