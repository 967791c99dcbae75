// Counts this program's allocations by standing in for the C library's own functions.
#ifndef STICKLER_MALLOC_COUNT_H
#define STICKLER_MALLOC_COUNT_H

unsigned long stickler_allocation_count(void);

#endif
