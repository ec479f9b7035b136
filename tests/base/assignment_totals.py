#!/usr/bin/env python3
"""Prints the expected totals of assignment_test.cpp, by scipy.optimize.linear_sum_assignment."""

import numpy
import scipy.optimize

for rows, columns, seed in [(1, 1, 1), (3, 3, 2), (4, 7, 3), (8, 8, 4), (10, 25, 5), (30, 31, 6), (60, 90, 7)]:
    i, j = numpy.mgrid[0:rows, 0:columns]
    cost = ((i * 37 + j * 61 + i * j * 17 + i * i * 5 + seed * 29) % 101).astype(float)
    chosen = scipy.optimize.linear_sum_assignment(cost)
    # The same with every pair forbidden that lies above a diagonal, as evictions before a row's birth are.
    cost[j > i + columns - rows] = numpy.inf
    allowed = scipy.optimize.linear_sum_assignment(cost)
    i, j = numpy.mgrid[0:rows, 0:columns]
    plain = ((i * 37 + j * 61 + i * j * 17 + i * i * 5 + seed * 29) % 101).astype(float)
    print(f"{{{rows}, {columns}, {seed}, {plain[chosen].sum():.0f}, {cost[allowed].sum():.0f}}},")
