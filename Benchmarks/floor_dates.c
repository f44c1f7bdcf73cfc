/* The floor of local dates: a plain copy of a column of instants, and in a second pass over the copy a look-up in a table
   of offsets and a division, in C. floor_dates INSTANTS TABLE RUNS prints for each run the seconds of both, and the sum of
   the dates. INSTANTS holds microseconds, TABLE pairs of (first instant, offset), all int64. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t *read_all(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    int64_t *values = malloc(size);
    if (fread(values, 1, size, file) != size) { perror(path); exit(1); }
    fclose(file);
    *count = size / sizeof *values;
    return values;
}

int main(int argc, char **argv) {
    if (argc != 4) return 64;
    size_t count, size;
    int64_t *instants = read_all(argv[1], &count), *table = read_all(argv[2], &size);
    size_t changes = size / 2;
    int64_t *copy = malloc(count * sizeof *copy);
    int32_t *dates = malloc(count * sizeof *dates);
    memset(copy, 1, count * sizeof *copy);
    memset(dates, 1, count * sizeof *dates);
    for (int run = 0; run < atoi(argv[3]); run++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        memcpy(copy, instants, count * sizeof *copy);
        int64_t low = 1, high = 0, offset = 0;
        for (size_t row = 0; row < count; row++) {
            int64_t at = copy[row];
            if (at < low || at >= high) {
                size_t first = 0, end = changes;
                while (end - first > 1) {
                    size_t middle = (first + end) / 2;
                    if (table[2 * middle] <= at) first = middle; else end = middle;
                }
                low = table[2 * first];
                high = first + 1 < changes ? table[2 * first + 2] : INT64_MAX;
                offset = table[2 * first + 1];
            }
            int64_t local = at + offset, day = local / 86400000000;
            dates[row] = (int32_t)(day - (local % 86400000000 < 0));
        }
        clock_gettime(CLOCK_MONOTONIC, &b);
        int64_t sum = 0;
        for (size_t row = 0; row < count; row++) sum += dates[row];
        printf("%.6f %lld\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9, (long long)sum);
    }
    return 0;
}
