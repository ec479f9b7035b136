# nll-by-memory.svg, nll-by-memory.pdf and nll-by-memory.png of nll-by-memory.csv: gnuplot nll-by-memory.gp
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
set output 'nll-by-memory.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'persuasion.txt | 8 samples of 1,024 tokens | commit 9c6474a' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set logscale x 2
set xrange [1.6139030456542967:50.6625]
set xtics autofreq
set format x '%g'
set xlabel 'state (MiB)'
set ylabel 'nll (nats/token)'

set title 'nll against memory; numbers: state size'
plot 'nll-by-memory.csv' skip 1 every ::47::54 using 1:2 with lines lc rgb '#999999' lw 5 title 'none is better in both', \
  'nll-by-memory.csv' skip 1 every ::0::1 using 1:2 with linespoints lc rgb '#0072B2' lw 0.7 dt 1 pt 7 ps 1 title 'a2sf', \
  'nll-by-memory.csv' skip 1 every ::2::3 using 1:2 with linespoints lc rgb '#D55E00' lw 0.7 dt 1 pt 5 ps 1 title 'adakv', \
  'nll-by-memory.csv' skip 1 every ::4::5 using 1:2 with linespoints lc rgb '#009E73' lw 0.7 dt 1 pt 9 ps 1 title 'caote', \
  'nll-by-memory.csv' skip 1 every ::6::7 using 1:2 with linespoints lc rgb '#CC79A7' lw 0.7 dt 1 pt 11 ps 1 title 'expected_attention', \
  'nll-by-memory.csv' skip 1 every ::8::8 using 1:2 with linespoints lc rgb '#777777' lw 0.7 dt 2 pt 2 ps 1 title 'full', \
  'nll-by-memory.csv' skip 1 every ::9::10 using 1:2 with linespoints lc rgb '#E69F00' lw 0.7 dt 1 pt 13 ps 1 title 'h2o', \
  'nll-by-memory.csv' skip 1 every ::11::12 using 1:2 with linespoints lc rgb '#56B4E9' lw 0.7 dt 1 pt 6 ps 1 title 'keydiff', \
  'nll-by-memory.csv' skip 1 every ::13::14 using 1:2 with linespoints lc rgb '#AA4499' lw 0.7 dt 1 pt 4 ps 1 title 'keyformer', \
  'nll-by-memory.csv' skip 1 every ::15::16 using 1:2 with linespoints lc rgb '#999933' lw 0.7 dt 1 pt 2 ps 1 title 'kivi', \
  'nll-by-memory.csv' skip 1 every ::17::18 using 1:2 with linespoints lc rgb '#44AA99' lw 0.7 dt 1 pt 7 ps 1 title 'knorm', \
  'nll-by-memory.csv' skip 1 every ::19::20 using 1:2 with linespoints lc rgb '#CC6677' lw 0.7 dt 1 pt 5 ps 1 title 'lagkv', \
  'nll-by-memory.csv' skip 1 every ::21::22 using 1:2 with linespoints lc rgb '#0072B2' lw 0.7 dt 2 pt 5 ps 1 title 'morphkv', \
  'nll-by-memory.csv' skip 1 every ::23::24 using 1:2 with linespoints lc rgb '#D55E00' lw 0.7 dt 2 pt 9 ps 1 title 'oracle', \
  'nll-by-memory.csv' skip 1 every ::25::26 using 1:2 with linespoints lc rgb '#009E73' lw 0.7 dt 2 pt 11 ps 1 title 'pyramidkv', \
  'nll-by-memory.csv' skip 1 every ::27::28 using 1:2 with linespoints lc rgb '#CC79A7' lw 0.7 dt 2 pt 13 ps 1 title 'random', \
  'nll-by-memory.csv' skip 1 every ::29::30 using 1:2 with linespoints lc rgb '#E69F00' lw 0.7 dt 2 pt 6 ps 1 title 'roco', \
  'nll-by-memory.csv' skip 1 every ::31::32 using 1:2 with linespoints lc rgb '#56B4E9' lw 0.7 dt 2 pt 4 ps 1 title 'scissorhands', \
  'nll-by-memory.csv' skip 1 every ::33::34 using 1:2 with linespoints lc rgb '#AA4499' lw 0.7 dt 2 pt 2 ps 1 title 'short_context', \
  'nll-by-memory.csv' skip 1 every ::35::36 using 1:2 with linespoints lc rgb '#999933' lw 0.7 dt 2 pt 7 ps 1 title 'snapkv', \
  'nll-by-memory.csv' skip 1 every ::37::38 using 1:2 with linespoints lc rgb '#44AA99' lw 0.7 dt 2 pt 5 ps 1 title 'streaming positions=in_cache', \
  'nll-by-memory.csv' skip 1 every ::39::40 using 1:2 with linespoints lc rgb '#CC6677' lw 0.7 dt 2 pt 9 ps 1 title 'streaming positions=original', \
  'nll-by-memory.csv' skip 1 every ::41::42 using 1:2 with linespoints lc rgb '#0072B2' lw 0.7 dt 3 pt 9 ps 1 title 'tova', \
  'nll-by-memory.csv' skip 1 every ::43::44 using 1:2 with linespoints lc rgb '#D55E00' lw 0.7 dt 3 pt 11 ps 1 title 'weightedkv', \
  'nll-by-memory.csv' skip 1 every ::45::46 using 1:2 with linespoints lc rgb '#009E73' lw 0.7 dt 3 pt 13 ps 1 title 'window', \
  'nll-by-memory.csv' skip 1 every ::47::54 using 1:2 with points pt 6 ps 2 lw 1.2 lc rgb '#222222' notitle, \
  'nll-by-memory.csv' skip 1 every ::47::54 using 1:2:6 with labels offset 0,-1 tc rgb '#222222' notitle
unset output
}
