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
set label 999 'persuasion.txt | 8 samples of 1,024 tokens | commit 9c6474a' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set logscale x 2
set xrange [57.14285714285714:286.72]
set xtics ('64' 64, '256' 256)
set xlabel 'state size (rows)'
set ylabel 'nll (nats/token)'

set object 1 rectangle from graph 0, first 3.422582226185018 to graph 1, first 3.586797420332266 behind fc rgb '#777777' fs transparent solid 0.12 noborder
plot 'nll-by-state-size.csv' skip 1 every ::0::1 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::2::3 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::4::5 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::6::7 using 1:3:4 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::9::10 using 1:3:4 with filledcurves fc rgb '#E69F00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::11::12 using 1:3:4 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::13::14 using 1:3:4 with filledcurves fc rgb '#AA4499' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::15::16 using 1:3:4 with filledcurves fc rgb '#999933' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::17::18 using 1:3:4 with filledcurves fc rgb '#44AA99' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::19::20 using 1:3:4 with filledcurves fc rgb '#CC6677' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::21::22 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::23::24 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::25::26 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::27::28 using 1:3:4 with filledcurves fc rgb '#CC79A7' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::29::30 using 1:3:4 with filledcurves fc rgb '#E69F00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::31::32 using 1:3:4 with filledcurves fc rgb '#56B4E9' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::33::34 using 1:3:4 with filledcurves fc rgb '#AA4499' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::35::36 using 1:3:4 with filledcurves fc rgb '#999933' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::37::38 using 1:3:4 with filledcurves fc rgb '#44AA99' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::39::40 using 1:3:4 with filledcurves fc rgb '#CC6677' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::41::42 using 1:3:4 with filledcurves fc rgb '#0072B2' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::43::44 using 1:3:4 with filledcurves fc rgb '#D55E00' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::45::46 using 1:3:4 with filledcurves fc rgb '#009E73' fs transparent solid 0.14 notitle, \
  'nll-by-state-size.csv' skip 1 every ::0::1 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8 title 'a2sf', \
  'nll-by-state-size.csv' skip 1 every ::2::3 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8 title 'adakv', \
  'nll-by-state-size.csv' skip 1 every ::4::5 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.8 title 'caote', \
  'nll-by-state-size.csv' skip 1 every ::6::7 using 1:2 with linespoints lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.8 title 'expected_attention', \
  3.4925085342817463 with lines lc rgb '#777777' lw 2 dt 2 title 'full', \
  'nll-by-state-size.csv' skip 1 every ::9::10 using 1:2 with linespoints lc rgb '#E69F00' lw 2 dt 1 pt 13 ps 0.8 title 'h2o', \
  'nll-by-state-size.csv' skip 1 every ::11::12 using 1:2 with linespoints lc rgb '#56B4E9' lw 2 dt 1 pt 6 ps 0.8 title 'keydiff', \
  'nll-by-state-size.csv' skip 1 every ::13::14 using 1:2 with linespoints lc rgb '#AA4499' lw 2 dt 1 pt 4 ps 0.8 title 'keyformer', \
  'nll-by-state-size.csv' skip 1 every ::15::16 using 1:2 with linespoints lc rgb '#999933' lw 2 dt 1 pt 2 ps 0.8 title 'kivi', \
  'nll-by-state-size.csv' skip 1 every ::17::18 using 1:2 with linespoints lc rgb '#44AA99' lw 2 dt 1 pt 7 ps 0.8 title 'knorm', \
  'nll-by-state-size.csv' skip 1 every ::19::20 using 1:2 with linespoints lc rgb '#CC6677' lw 2 dt 1 pt 5 ps 0.8 title 'lagkv', \
  'nll-by-state-size.csv' skip 1 every ::21::22 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 2 pt 5 ps 0.8 title 'morphkv', \
  'nll-by-state-size.csv' skip 1 every ::23::24 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 2 pt 9 ps 0.8 title 'oracle', \
  'nll-by-state-size.csv' skip 1 every ::25::26 using 1:2 with linespoints lc rgb '#009E73' lw 2 dt 2 pt 11 ps 0.8 title 'pyramidkv', \
  'nll-by-state-size.csv' skip 1 every ::27::28 using 1:2 with linespoints lc rgb '#CC79A7' lw 2 dt 2 pt 13 ps 0.8 title 'random', \
  'nll-by-state-size.csv' skip 1 every ::29::30 using 1:2 with linespoints lc rgb '#E69F00' lw 2 dt 2 pt 6 ps 0.8 title 'roco', \
  'nll-by-state-size.csv' skip 1 every ::31::32 using 1:2 with linespoints lc rgb '#56B4E9' lw 2 dt 2 pt 4 ps 0.8 title 'scissorhands', \
  'nll-by-state-size.csv' skip 1 every ::33::34 using 1:2 with linespoints lc rgb '#AA4499' lw 2 dt 2 pt 2 ps 0.8 title 'short_context', \
  'nll-by-state-size.csv' skip 1 every ::35::36 using 1:2 with linespoints lc rgb '#999933' lw 2 dt 2 pt 7 ps 0.8 title 'snapkv', \
  'nll-by-state-size.csv' skip 1 every ::37::38 using 1:2 with linespoints lc rgb '#44AA99' lw 2 dt 2 pt 5 ps 0.8 title 'streaming positions=in_cache', \
  'nll-by-state-size.csv' skip 1 every ::39::40 using 1:2 with linespoints lc rgb '#CC6677' lw 2 dt 2 pt 9 ps 0.8 title 'streaming positions=original', \
  'nll-by-state-size.csv' skip 1 every ::41::42 using 1:2 with linespoints lc rgb '#0072B2' lw 2 dt 3 pt 9 ps 0.8 title 'tova', \
  'nll-by-state-size.csv' skip 1 every ::43::44 using 1:2 with linespoints lc rgb '#D55E00' lw 2 dt 3 pt 11 ps 0.8 title 'weightedkv', \
  'nll-by-state-size.csv' skip 1 every ::45::46 using 1:2 with linespoints lc rgb '#009E73' lw 3.5 dt 3 pt 13 ps 0.8 title 'window (baseline)'
unset output
}
