# accuracy-state-unbounded-map.svg, accuracy-state-unbounded-map.pdf and accuracy-state-unbounded-map.png of accuracy-state-unbounded-map.csv: gnuplot accuracy-state-unbounded-map.gp
set encoding utf8
set datafile separator comma
set style fill noborder
set tics nomirror
set grid back lc rgb '#dddddd' lt 1 lw 0.5
set key outside right top vertical Left reverse samplen 2.2 spacing 1.15
common = "noenhanced background rgb 'white'"
do for [format in 'svg pdf png'] {
if (format eq 'svg') { set terminal svg size 440,370 @common font 'sans-serif,13' }
if (format eq 'pdf') { set terminal pdfcairo size 3.667,3.083 @common font 'sans,9' }
if (format eq 'png') { set terminal pngcairo size 880,740 @common font 'sans,10' fontscale 2 linewidth 2 pointscale 2 }
set output 'accuracy-state-unbounded-map.'.format
set bmargin 6
set label 998 'smollm2-135m-instruct.gguf (quantisation not recorded; float32)' at screen 0.01, screen 0.055 left font ',8' tc rgb '#555555' front
set label 999 'retrieval | 90 samples | commit 60c00bf with local changes' at screen 0.01, screen 0.02 left font ',8' tc rgb '#555555' front
set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')
set cbrange [0.99:1.01]
middle = 1
set cblabel 'accuracy'
unset grid
set xrange [-0.5:2.5]
set xtics ('512' 0, '1024' 1, '2048' 2) scale 0
set yrange [-0.5:4.5]
set ytics ('0' 0, '0.25' 1, '0.5' 2, '0.75' 3, '1' 4) scale 0
set multiplot layout 1,1 margins 0.1818,0.7500,0.2703,0.8108 spacing 0.0545,0.1622 title 'accuracy at state size unbounded'
set colorbox vertical user origin screen 0.7841,0.2703 size screen 0.0341,0.5405
set ylabel 'depth'
set yrange [-0.5:4.5]
set ytics ('0' 0, '0.25' 1, '0.5' 2, '0.75' 3, '1' 4) scale 0
set xlabel 'length (tokens)' offset 0,0.4
set title 'full' offset 0,-0.5
plot 'accuracy-state-unbounded-map.csv' skip 1 every ::0::14 using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder notitle, \
  'accuracy-state-unbounded-map.csv' skip 1 every ::0::14 using 1:2:($3 < middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'white' notitle, \
  'accuracy-state-unbounded-map.csv' skip 1 every ::0::14 using 1:2:($3 >= middle ? sprintf('%.3g',$3) : '') with labels tc rgb 'black' notitle
unset colorbox
unset multiplot
unset output
}
