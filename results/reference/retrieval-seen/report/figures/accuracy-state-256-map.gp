# accuracy-state-256-map.svg, accuracy-state-256-map.pdf and accuracy-state-256-map.png of accuracy-state-256-map.csv: gnuplot accuracy-state-256-map.gp
set encoding utf8
set datafile separator comma
set style fill noborder
set tics nomirror
set grid back lc rgb '#dddddd' lt 1 lw 0.5
set key outside right top vertical Left reverse samplen 2.2 spacing 1.15
common = "noenhanced background rgb 'white'"
do for [format in 'svg pdf png'] {
if (format eq 'svg') { set terminal svg size 714,630 @common font 'sans-serif,13' }
if (format eq 'pdf') { set terminal pdfcairo size 5.950,5.250 @common font 'sans,9' }
if (format eq 'png') { set terminal pngcairo size 1428,1260 @common font 'sans,10' fontscale 2 linewidth 2 pointscale 2 }
set output 'accuracy-state-256-map.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'retrieval | 90 samples | commit 9b426a9' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')
set cbrange [0:1]
middle = 0.5
set cblabel 'accuracy'
unset grid
set xrange [-0.5:2.5]
set xtics ('512' 0, '1024' 1, '2048' 2) scale 0
set yrange [-0.5:4.5]
set ytics ('0' 0, '0.25' 1, '0.5' 2, '0.75' 3, '1' 4) scale 0
set multiplot layout 2,2 margins 0.1120,0.8459,0.1587,0.8889 spacing 0.0336,0.0952 title 'accuracy at state size 256'
set colorbox vertical user origin screen 0.8669,0.1587 size screen 0.0210,0.7302
set ylabel 'depth'
set yrange [-0.5:4.5]
set ytics ('0' 0, '0.25' 1, '0.5' 2, '0.75' 3, '1' 4) scale 0
set xlabel '' offset 0,0.4
set title 'window' offset 0,-0.5
plot 'accuracy-state-256-map.csv' skip 1 every ::0::14 using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::0::14 using 1:2:($3 < middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'white' notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::0::14 using 1:2:($3 >= middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'black' notitle
unset colorbox
set ylabel ''
unset ytics
set xlabel '' offset 0,0.4
set title 'streaming' offset 0,-0.5
plot 'accuracy-state-256-map.csv' skip 1 every ::15::29 using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::15::29 using 1:2:($3 < middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'white' notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::15::29 using 1:2:($3 >= middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'black' notitle
unset colorbox
set ylabel 'depth'
set yrange [-0.5:4.5]
set ytics ('0' 0, '0.25' 1, '0.5' 2, '0.75' 3, '1' 4) scale 0
set xlabel 'length (tokens)' offset 0,0.4
set title 'h2o' offset 0,-0.5
plot 'accuracy-state-256-map.csv' skip 1 every ::30::44 using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::30::44 using 1:2:($3 < middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'white' notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::30::44 using 1:2:($3 >= middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'black' notitle
unset colorbox
set ylabel ''
unset ytics
set xlabel 'length (tokens)' offset 0,0.4
set title 'tova' offset 0,-0.5
plot 'accuracy-state-256-map.csv' skip 1 every ::45::59 using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::45::59 using 1:2:($3 < middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'white' notitle, \
  'accuracy-state-256-map.csv' skip 1 every ::45::59 using 1:2:($3 >= middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'black' notitle
unset colorbox
unset multiplot
unset output
}
